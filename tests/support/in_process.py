"""The portal inside the test’s own process: fast, with its real database and real config."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from flask import Flask

from portal import create_app
from portal.clock import Clock
from portal.security.keys import make_key_file
from portal.settings import Settings
from portal.store.database import Store
from tests.support.client import AuditingClient
from tests.support.kept import KeptTemplates, make_tables
from tests.support.paths import ROOT

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday


def development_settings(data: Path, **changes: object) -> Settings:
    """As `make run` would make them, in a folder of the test’s own; the clock stands nowhere."""
    data.mkdir(parents=True, exist_ok=True)
    keyset = data / "keyset.json"
    if not keyset.exists():
        make_key_file(keyset)
    made = Settings(
        database_url=f"sqlite:///{data / 'portal.sqlite3'}",
        mail_url="smtp://127.0.0.1:9?tls=none",
        mail_from="Trial portal <portal@portal.example>",
        base_url="http://127.0.0.1:8000",
        keyset=keyset,
        config=ROOT / "config",
        data=data,
        port=8000,
        clock=Clock(),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass
class PortalApp:
    """An application with its tables, and a client to visit it."""

    settings: Settings

    @classmethod
    def make(cls, data: Path, **changes: object) -> PortalApp:
        settings = development_settings(data, **changes)
        store = Store.open(settings.database_url)
        make_tables(store)
        store.engine.dispose()
        return cls(settings)

    @cached_property
    def app(self) -> Flask:
        app = create_app(self.settings)
        app.test_client_class = AuditingClient
        app.jinja_env.bytecode_cache = KeptTemplates()
        return app

    @cached_property
    def client(self) -> AuditingClient:
        client = self.app.test_client()
        assert isinstance(client, AuditingClient)
        return client

    @property
    def data(self) -> Path:
        return self.settings.data

    def close(self) -> None:
        if "app" in self.__dict__:
            self.app.extensions["portal"].store.engine.dispose()
