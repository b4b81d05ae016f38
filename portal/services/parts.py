"""The parts every process needs: settings, config, keys, store."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from portal.content.live import live_problems
from portal.content.load import ConfigError, load_config
from portal.content.model import Config
from portal.security.keys import Keys, KeysError
from portal.services.site_truth import SiteTruth
from portal.settings import Settings, SettingsError
from portal.store.database import Store


@dataclass(frozen=True)
class Parts:
    settings: Settings
    files: Config  # as read at the start
    keys: Keys
    store: Store
    truth: SiteTruth = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "truth", SiteTruth(self.files, self.store))

    @property
    def config(self) -> Config:
        """The files, with what hospitals have said about themselves since."""
        return self.truth.config

    def now(self) -> datetime:
        return self.settings.clock.now()


def open_parts(settings: Settings) -> Parts:
    """Raises SettingsError with a sentence for whatever is wrong: nothing starts half-right."""
    try:
        config = load_config(settings.config)
    except ConfigError as mistake:
        raise SettingsError("\n".join(map(str, mistake.problems))) from None
    if settings.public and (problems := live_problems(config, settings.base_url)):
        raise SettingsError("\n".join(map(str, problems)))
    try:
        keys = Keys.load(settings.keyset)
    except KeysError as mistake:
        raise SettingsError(str(mistake)) from None
    return Parts(settings, config, keys, Store.open(settings.database_url))
