"""What one running portal holds; views reach it with `portal()`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app

from portal.content.model import Config
from portal.places.gazetteer import Gazetteer
from portal.security.keys import Keys
from portal.security.limits import SourceLimits
from portal.settings import Settings
from portal.store.database import Store


@dataclass(frozen=True)
class Portal:
    settings: Settings
    config: Config
    keys: Keys
    store: Store
    gazetteer: Gazetteer
    limits: SourceLimits

    def now(self) -> datetime:
        return self.settings.clock.now()


def portal() -> Portal:
    return cast(Portal, current_app.extensions["portal"])
