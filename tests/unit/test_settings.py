"""Settings: a missing or wrong one stops the start with a sentence that says what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.mail.transport import MailServer
from portal.settings import Settings, SettingsError

WHOLE = {
    "PORTAL_DATABASE_URL": "sqlite:///x.db",
    "PORTAL_MAIL_URL": "smtp://127.0.0.1:25?tls=none",
    "PORTAL_MAIL_FROM": "portal@portal.example",
    "PORTAL_KEYSET": "keyset.json",
}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return {**WHOLE, "PORTAL_DATA": str(tmp_path)}


def test_whole_settings(env: dict[str, str]) -> None:
    settings = Settings.from_env({**env, "PORT": "8123"})
    assert settings.base_url == "http://127.0.0.1:8123"
    assert not settings.public
    assert not settings.secure


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_a_missing_one_is_named(env: dict[str, str], name: str) -> None:
    with pytest.raises(SettingsError, match=f"Set {name} before starting"):
        Settings.from_env({**env, name: ""})


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "eighty", "number from 1 to 65535"),
        ("PORT", "70000", "number from 1 to 65535"),
        ("PORTAL_BASE_URL", "portal.example", "Set it like https://"),
        ("PORTAL_BASE_URL", "https://portal.example/path", "Set it like https://"),
        ("PORTAL_BASE_URL", "http://portal.example", "must start with https://"),
        ("PORTAL_NOW", "tomorrow", "cannot be read"),
        ("PORTAL_CLOCK_RATE", "fast", "cannot be read"),
    ],
)
def test_a_wrong_one_says_what_to_do(env: dict[str, str], name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        Settings.from_env({**env, name: value})


def test_the_clock_is_driven_only_on_this_machine(env: dict[str, str]) -> None:
    driven = {**env, "PORTAL_NOW": "2026-11-23T12:00:00+01:00"}
    assert Settings.from_env(driven).clock.start == datetime(2026, 11, 23, 11, tzinfo=UTC)
    with pytest.raises(SettingsError, match="only on this machine"):
        Settings.from_env({**driven, "PORTAL_BASE_URL": "https://portal.example"})


def test_values_of_the_last_make_run_fill_gaps(tmp_path: Path) -> None:
    (tmp_path / "development.json").write_text(json.dumps(WHOLE))
    settings = Settings.from_env({"PORTAL_DATA": str(tmp_path), "PORTAL_MAIL_FROM": "me@x.example"})
    assert settings.mail_from == "me@x.example"
    assert settings.mail_url == WHOLE["PORTAL_MAIL_URL"]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://mail.example", "must look like"),
        ("smtp://mail.example:25?tls=none", "only over TLS"),
        ("smtp://mail.example:25?tls=perhaps", "required"),
    ],
)
def test_mail_never_leaves_in_clear(url: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        MailServer.from_url(url)


def test_tls_is_the_default_elsewhere() -> None:
    assert MailServer.from_url("smtp://u:p%40ss@mail.example").tls
    assert MailServer.from_url("smtp://u:p%40ss@mail.example").password == "p@ss"
    assert not MailServer.from_url("smtp://127.0.0.1:2525").tls
