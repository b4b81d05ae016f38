"""A portal of its own in a temporary folder, and a reader who opens its pages."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from flask import Flask, make_response
from flask.testing import FlaskClient
from markupsafe import Markup
from werkzeug.test import TestResponse

from portal import create_app
from portal.clock import Clock
from portal.content.model import Study
from portal.content.screener_model import Answers
from portal.pack.tidy import main_part
from portal.security.keys import make_key_file
from portal.settings import Settings
from portal.store.database import Store
from portal.store.migrate import upgrade
from portal.web.sitting import Sitting
from portal.web.state import Portal

ADDRESS = "http://127.0.0.1:8000"
_STANDING = 1e-9  # a clock that does not move while the pack is made


@contextlib.contextmanager
def portal_copy(config: Path, day: date, offered: tuple[str, ...]) -> Iterator[Flask]:
    """The portal with this configuration at noon of `day`, offering `offered`. Mails nobody."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stderr(io.StringIO()):
        settings = _settings(Path(folder), config, day)
        store = Store.open(settings.database_url)
        upgrade(store)
        store.engine.dispose()
        app = create_app(settings)
        here: Portal = app.extensions["portal"]
        app.extensions["portal"] = _offering(here, offered)
        try:
            yield app
        finally:
            here.store.engine.dispose()


def _settings(folder: Path, config: Path, day: date) -> Settings:
    make_key_file(folder / "keyset.json")
    return Settings(
        database_url=f"sqlite:///{folder / 'pack.sqlite3'}",
        mail_url="smtp://127.0.0.1:9?tls=none",
        mail_from="Trial portal <portal@portal.example>",
        base_url=ADDRESS,
        keyset=folder / "keyset.json",
        config=config,
        data=folder,
        port=8000,
        clock=Clock(datetime.combine(day, time(12), tzinfo=UTC), _STANDING),
    )


def _offering(here: Portal, offered: tuple[str, ...]) -> Portal:
    """A language is read here before it is offered to families."""
    settings = here.files.portal
    languages = replace(settings.languages, offered=offered)
    return replace(here, files=replace(here.files, portal=replace(settings, languages=languages)))


@dataclass(frozen=True)
class Reader:
    """Opens pages in one language, with cookies of its own."""

    app: Flask
    language: str
    client: FlaskClient

    @classmethod
    def of(cls, app: Flask, language: str) -> Reader:
        return cls(app, language, app.test_client())

    def get(self, path: str) -> Markup:
        """The main part of a page under this language’s address."""
        return main_part(self.client.get(f"/{self.language}/{path}", base_url=ADDRESS).text)

    def open(self, address: str) -> Markup:
        return main_part(self.client.get(address, base_url=ADDRESS).text)

    def post(self, path: str, fields: dict[str, str]) -> tuple[Markup, str]:
        """The main part of the answer, and where it leads."""
        sent = self.send(path, fields)
        return main_part(sent.text), sent.location or ""

    def send(self, path: str, fields: dict[str, str]) -> TestResponse:
        address = path if path.startswith("/") else f"/{self.language}/{path}"
        return self.client.post(address, data=fields, base_url=ADDRESS)

    def answered(self, study: Study, answers: Answers, today: date) -> None:
        """These answers to the pre-screener are in the cookie."""
        assert study.screener is not None
        with self.app.test_request_context(base_url=ADDRESS):
            kept = Sitting(study, study.screener, today, answers).keep(make_response(""))
        name, _, value = kept.headers["Set-Cookie"].partition(";")[0].partition("=")
        self.client.set_cookie(name, value, domain="127.0.0.1")
