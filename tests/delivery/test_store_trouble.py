"""A store that cannot store: never a false ‘we have your message’, every typed word still there.

Disk full, database locked, read-only, gone, corrupt, for SQLite and PostgreSQL; each made for
real (F21 to F24, R15). Afterwards ‘Send again’ on the same page sends the same message once.
"""

from __future__ import annotations

import contextlib
import html
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError

from portal.logs import set_up_logs
from portal.services.deliver import deliver_next
from portal.store import database, requests
from portal.store.database import Store
from tests.support.canaries import Canaries
from tests.support.driven import taken
from tests.support.figures import Figure
from tests.support.flows import STUDY, send_fields, write
from tests.support.in_process import PortalApp
from tests.support.page_audit import Page
from tests.support.samples import deliveries_of, make_parts, write_request
from tests.support.visitor import InProcessVisitor

CHECK = f"/en/studies/{STUDY}/contact/check"
PATIENCE = 0.3  # seconds a writer waits here; the shipped figure is asserted below
ROUNDS, FULL_ROUNDS = 3, 50
Trouble = Callable[[PortalApp], AbstractContextManager[None]]


def engine_of(portal: PortalApp) -> Engine:
    engine: Engine = portal.app.extensions["portal"].store.engine
    return engine


@contextlib.contextmanager
def on_each_connection(portal: PortalApp, pragma: str) -> Iterator[None]:
    engine = engine_of(portal)

    def set_it(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "connect", set_it)
    engine.dispose()
    yield
    event.remove(engine, "connect", set_it)
    engine.dispose()


@contextlib.contextmanager
def disk_full(portal: PortalApp) -> Iterator[None]:
    """SQLite’s own ‘database or disk is full’: no page may be added, and none is free."""
    with engine_of(portal).connect() as db:
        db.execute(text("CREATE TABLE IF NOT EXISTS ballast (x BLOB)"))
        db.execute(text("PRAGMA incremental_vacuum"))
        db.commit()
        pages = db.execute(text("PRAGMA page_count")).scalar_one()
    with on_each_connection(portal, f"max_page_count={pages}"):
        _fill(engine_of(portal))
        yield
    with engine_of(portal).connect() as db:
        db.execute(text("DELETE FROM ballast"))
        db.commit()


def _fill(engine: Engine) -> None:
    """Use what room is left on the pages that exist, by requests that nobody will see."""
    filler = text(
        "INSERT INTO requests (id, reference, study, site, state, language, created_at, changed_at,"
        " consent_version, consent_language)"
        " VALUES (:id, :id, 's', 's', 'erased', 'en', :at, :at, 'v', 'en')"
    )

    def fill() -> None:
        for number in range(200):
            with engine.connect() as db:
                db.execute(filler, {"id": f"x{number}", "at": "2026-01-01 00:00:00.000000"})
                db.commit()

    with pytest.raises(OperationalError, match="full"):
        fill()


@contextlib.contextmanager
def locked(portal: PortalApp) -> Iterator[None]:
    """Another program holds the write lock for longer than anybody waits."""
    other = sqlite3.connect(portal.data / "portal.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def read_only(portal: PortalApp) -> AbstractContextManager[None]:
    return on_each_connection(portal, "query_only=ON")


@contextlib.contextmanager
def gone(portal: PortalApp) -> Iterator[None]:
    engine_of(portal).dispose()
    files = list(portal.data.glob("portal.sqlite3*"))
    for file in files:
        shutil.move(file, file.with_suffix(".away" + file.suffix[8:]))
    yield
    engine_of(portal).dispose()
    for file in portal.data.glob("portal.sqlite3*"):
        file.unlink()
    for file in portal.data.glob("portal.away*"):
        shutil.move(file, file.with_suffix(".sqlite3" + file.suffix[5:]))


@contextlib.contextmanager
def corrupt(portal: PortalApp) -> Iterator[None]:
    engine_of(portal).dispose()
    file = portal.data / "portal.sqlite3"
    whole = file.read_bytes()
    file.write_bytes(b"This is no database. " * 500)
    yield
    engine_of(portal).dispose()
    for side in portal.data.glob("portal.sqlite3-*"):
        side.unlink()
    file.write_bytes(whole)


TROUBLES: dict[str, Trouble] = {
    "disk full": disk_full,
    "locked": locked,
    "read-only": read_only,
    "gone": gone,
    "corrupt": corrupt,
}


@pytest.fixture
def inside(portal_app: PortalApp, monkeypatch: pytest.MonkeyPatch) -> InProcessVisitor:
    monkeypatch.setattr(database, "BUSY_SECONDS", PATIENCE)
    return InProcessVisitor(portal_app.settings.base_url, app=portal_app.app.wsgi_app)


def send_in_trouble(inside: InProcessVisitor, family: Canaries) -> Page:
    check = write(inside, family)
    return inside.post(CHECK, send_fields(check))


def assert_honest(page: Page, family: Canaries) -> None:
    assert page.status == 503
    assert not page.location
    assert "NOT saved" in page.main.text
    assert "We have your message" not in page.text
    words = html.unescape(page.text)
    for typed in (family.first_name, family.last_name, family.email, family.phone,
                  family.other_language, *family.message.split("\n")):  # fmt: skip
        assert typed in words, f"{typed} is lost"
    assert "Princess Máxima Center" in words, "whom to call instead"


def kept_requests(portal: PortalApp) -> int:
    with portal.app.extensions["portal"].store.read() as db:
        return sum(row.state != "erased" for row in requests.every(db))


@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_false_and_no_word_lost(
    portal_app: PortalApp,
    inside: InProcessVisitor,
    canaries: Canaries,
    figure: Figure,
    trouble: str,
) -> None:
    _in_trouble(portal_app, inside, [canaries, *(Canaries() for _ in range(ROUNDS - 1))], trouble)
    figure(f"{trouble}: posts, falsely said to be received", f"{ROUNDS}, 0")


@pytest.mark.full
@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_false_fifty_times(
    portal_app: PortalApp, inside: InProcessVisitor, figure: Figure, trouble: str
) -> None:
    _in_trouble(portal_app, inside, [Canaries() for _ in range(FULL_ROUNDS)], trouble)
    figure(f"{trouble}: posts, falsely said to be received", f"{FULL_ROUNDS}, 0")


def _in_trouble(
    portal: PortalApp, inside: InProcessVisitor, families: list[Canaries], trouble: str
) -> None:
    inside.get("/en/")
    pages = []
    with TROUBLES[trouble](portal):
        for family in families:
            pages.append(send_in_trouble(inside, family))
            assert_honest(pages[-1], family)
        assert inside.get("/en/").status == 200, "pages to read do not need the store"
        assert inside.get("/readyz").status == (503 if trouble in {"gone", "corrupt"} else 200)
    assert kept_requests(portal) == 0
    again = [inside.post(CHECK, page.form("/contact/check").fields) for page in pages]
    twice = [inside.post(CHECK, page.form("/contact/check").fields) for page in pages]
    assert {page.status for page in again} == {303}
    assert [page.location for page in again] == [page.location for page in twice]
    assert kept_requests(portal) == len(families)


def test_a_writer_waits_at_least_five_seconds(portal_app: PortalApp) -> None:
    assert database.BUSY_SECONDS >= 5
    with engine_of(portal_app).connect() as db:
        assert db.execute(text("PRAGMA busy_timeout")).scalar_one() >= 5000


def test_a_locked_table(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch, figure: Figure
) -> None:
    """F23, on both databases: the post ends with the honest page, in bounded time."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 1)
    portal = PortalApp.make(tmp_path / "data", database_url=store_url)
    inside = InProcessVisitor(portal.settings.base_url, app=portal.app.wsgi_app)
    family = Canaries()
    check = write(inside, family)
    with holding(store_url):
        begun = time.perf_counter()
        assert_honest(inside.post(CHECK, send_fields(check)), family)
        seconds = time.perf_counter() - begun
    figure("table locked: seconds until the page says so (patience 1 s)", round(seconds, 1))
    assert seconds < 5
    assert inside.post(CHECK, send_fields(check)).status == 303
    portal.close()


@contextlib.contextmanager
def holding(url: str) -> Iterator[None]:
    """Another session that holds the tables."""
    other = create_engine(url)
    with other.connect() as db:
        if url.startswith("sqlite"):
            db.connection.driver_connection.execute("BEGIN EXCLUSIVE")  # type: ignore[union-attr]
        else:
            db.execute(text("LOCK TABLE requests, form_keys IN ACCESS EXCLUSIVE MODE"))
        yield
        db.rollback()
    other.dispose()


@pytest.mark.postgres
def test_postgres_that_is_not_there(tmp_path: Path, canaries: Canaries) -> None:
    portal = PortalApp.make(tmp_path / "data")
    portal.close()
    nobody = "postgresql+psycopg://portal@127.0.0.1:9/none"
    portal = PortalApp(
        portal.settings.__class__(**vars(portal.settings) | {"database_url": nobody})
    )
    inside = InProcessVisitor(portal.settings.base_url, app=portal.app.wsgi_app)
    assert_honest(send_in_trouble(inside, canaries), canaries)
    assert inside.get("/readyz").status == 503
    portal.close()


def test_the_worker_goes_on_when_the_store_is_well_again(tmp_path: Path) -> None:
    """A mark that could not be written is no mark: the mail is tried again under the same id."""
    parts, clock = make_parts(tmp_path / "data")
    request_id = write_request(parts)
    ids: list[str] = []

    def hand_over(mail: Any, now: Any) -> Any:
        ids.append(mail.message_id)
        if len(ids) == 1:  # the store fails between the server’s 250 and our mark
            broken.__enter__()
        return taken(mail, now)

    broken = _writes_fail(parts.store)
    with pytest.raises(database.StoreError):
        deliver_next(parts, hand_over)
    broken.__exit__(None, None, None)
    clock.move(minutes=11)
    while deliver_next(parts, hand_over) is not None:
        pass
    assert {mail.state for mail in deliveries_of(parts, request_id).values()} == {"handed_over"}
    assert len(ids) == 3
    assert len(set(ids)) == 2
    parts.store.engine.dispose()


@contextlib.contextmanager
def _writes_fail(store: Store) -> Iterator[None]:
    other = sqlite3.connect(store.engine.url.database or "", isolation_level=None)
    store.engine.dispose()
    event.listen(store.engine, "connect", _impatient)
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.execute("ROLLBACK")
    other.close()
    event.remove(store.engine, "connect", _impatient)
    store.engine.dispose()


def _impatient(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=100")


def test_logs_that_cannot_be_written_stop_nothing(
    portal_app: PortalApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F22: the disk is full for logs only."""
    inside = InProcessVisitor(portal_app.settings.base_url, app=portal_app.app.wsgi_app)
    full = Path("/dev/full").open("w", buffering=1)  # noqa: SIM115 - closing it fails, too
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", full)
        set_up_logs()
        assert send_in_trouble(inside, Canaries()).status == 303
    set_up_logs()
    with contextlib.suppress(OSError):
        full.close()
