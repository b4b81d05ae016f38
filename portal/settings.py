"""Settings: read once from the environment; a missing one stops the start with a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from portal.clock import Clock

ROOT = Path(__file__).parent.parent
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
DEVELOPMENT_FILE = "development.json"
_REQUIRED = ("PORTAL_DATABASE_URL", "PORTAL_MAIL_URL", "PORTAL_MAIL_FROM", "PORTAL_KEYSET")


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which and what to do."""


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides. See README, ‘Settings’."""

    database_url: str
    mail_url: str
    mail_from: str
    base_url: str
    keyset: Path
    config: Path
    data: Path
    port: int
    clock: Clock

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Values of `PORTAL_*`; on a developer's machine those of the last `make run` fill gaps.

        Raises SettingsError: a value is missing, or not of its kind.
        """
        data = data_folder(env)
        known = {**_development_values(data), **{k: v for k, v in env.items() if v}}
        if missing := [name for name in _REQUIRED if not known.get(name)]:
            raise SettingsError(
                f"Set {', '.join(missing)} before starting (README, ‘Settings’), "
                "or run “make run” once: it makes values for development."
            )
        port = read_port(known.get("PORT", "8000"))
        base_url = known.get("PORTAL_BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
        return cls(
            database_url=known["PORTAL_DATABASE_URL"],
            mail_url=known["PORTAL_MAIL_URL"],
            mail_from=known["PORTAL_MAIL_FROM"],
            base_url=_checked_base_url(base_url),
            keyset=Path(known["PORTAL_KEYSET"]),
            config=config_folder(env),
            data=data,
            port=port,
            clock=_clock(known, base_url),
        )

    @property
    def public(self) -> bool:
        """True once the address is one that families can reach."""
        return not is_loopback(self.base_url)

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")


def data_folder(env: Mapping[str, str]) -> Path:
    return Path(env.get("PORTAL_DATA") or ROOT / "var").resolve()


def config_folder(env: Mapping[str, str]) -> Path:
    return Path(env.get("PORTAL_CONFIG") or ROOT / "config").resolve()


def is_loopback(url: str) -> bool:
    return (urlsplit(url).hostname or "") in LOOPBACK


def _development_values(data: Path) -> dict[str, str]:
    file = data / DEVELOPMENT_FILE
    if not file.exists():
        return {}
    values: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return values


def read_port(text: str) -> int:
    """Raises SettingsError: no port."""
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingsError(f"PORT is “{text}”. Set it to a number from 1 to 65535.")
    return int(text)


def _checked_base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
        raise SettingsError(f"PORTAL_BASE_URL is “{url}”. Set it like https://portal.example.")
    if parts.scheme == "http" and not is_loopback(url):
        raise SettingsError("PORTAL_BASE_URL must start with https:// outside this machine.")
    return url


def _clock(env: Mapping[str, str], base_url: str) -> Clock:
    wanted, rate = env.get("PORTAL_NOW", ""), env.get("PORTAL_CLOCK_RATE", "")
    if not wanted and not rate:
        return Clock()
    if not is_loopback(base_url):
        raise SettingsError("PORTAL_NOW and PORTAL_CLOCK_RATE work only on this machine’s address.")
    try:
        start = datetime.fromisoformat(wanted) if wanted else datetime.now(UTC)
        speed = float(rate or 1)
    except ValueError as problem:
        raise SettingsError(f"PORTAL_NOW or PORTAL_CLOCK_RATE cannot be read: {problem}.") from None
    return Clock(start if start.tzinfo else start.replace(tzinfo=UTC), speed)
