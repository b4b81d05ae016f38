"""Requests in the store, on both databases: once-only keys, limits, erasure, retention."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import bindparam, inspect, text

from portal.mail.replies import Outcome
from portal.security.links import FAMILY_MAIL, FAMILY_PAGE, Links, site_page
from portal.services.deliver import deliver_next
from portal.services.erase import erase
from portal.services.look_up import (
    EndedLinkError,
    UnknownLinkError,
    for_family,
    for_site,
    load,
)
from portal.services.parts import Parts
from portal.services.purge import purge
from portal.services.submit_request import TooManyFromAddressError
from portal.store import requests
from portal.store.database import Store, StoreError
from portal.store.migrate import upgrade
from portal.store.tables import Instant, metadata
from tests.support.in_process import NOON
from tests.support.samples import FAMILY, SetClock, deliveries_of, write_request


def hand_over(*_: object) -> Outcome:
    return Outcome("end", "handed_over", 250)


def test_a_request_comes_back_as_written(parts: Parts) -> None:
    found = load(parts, write_request(parts))
    assert found.message == FAMILY
    assert found.request.state == "open"
    assert {mail.recipient for mail in found.deliveries} == {"site", "family"}
    assert {mail.state for mail in found.deliveries} == {"accepted"}


def test_the_same_form_again_is_the_same_request(parts: Parts) -> None:
    first = write_request(parts)
    assert write_request(parts) == first
    assert write_request(parts, site="be-ghent-uz-gent") == first
    assert write_request(parts, key="key-2") != first


def test_fifty_at_once_are_one_request(parts: Parts) -> None:
    with ThreadPoolExecutor(50) as pool:
        ids = set(pool.map(lambda _: write_request(parts), range(50)))
    assert len(ids) == 1
    with parts.store.read() as db:
        assert len(requests.every(db)) == 1


def test_an_erased_request_cannot_come_back(parts: Parts, clock: SetClock) -> None:
    request_id = write_request(parts)
    reference = load(parts, request_id).request.reference
    token = Links(parts.keys, FAMILY_PAGE).token(request_id)
    assert erase(parts, reference, now=parts.now())
    assert write_request(parts) == request_id
    with pytest.raises(EndedLinkError):
        for_family(parts, token)
    clock.move(hours=47)
    purge(parts, now=parts.now())
    assert write_request(parts) == request_id
    clock.move(hours=2)
    assert purge(parts, now=parts.now()).form_keys == 1
    assert not erase(parts, "0000-0000", now=parts.now())


def test_one_copy_a_day_and_three_in_thirty_to_one_address(parts: Parts, clock: SetClock) -> None:
    """A stranger may type anybody’s address (reliability brief, A6, A7)."""
    copies = []
    for day in range(5):
        written = write_request(parts, key=f"a{day}", email="Amira+x@family.example")
        again = write_request(parts, key=f"b{day}")
        copies.append(
            ("family" in deliveries_of(parts, written), "family" in deliveries_of(parts, again))
        )
        clock.move(hours=25)
    assert copies == [(True, False)] * 3 + [(False, False)] * 2


def test_ten_messages_a_day_from_one_address(parts: Parts, clock: SetClock) -> None:
    for number in range(10):
        write_request(parts, key=f"k{number}")
    with pytest.raises(TooManyFromAddressError):
        write_request(parts, key="k10")
    write_request(parts, key="other", email="other@family.example")
    clock.move(hours=25)
    write_request(parts, key="k11")


def test_links_of_another_purpose_open_nothing(parts: Parts) -> None:
    request_id = write_request(parts)

    def token(purpose: str) -> str:
        return Links(parts.keys, purpose).token(request_id)

    assert for_site(parts, token(site_page("nl-utrecht-maxima")))[1] == "nl-utrecht-maxima"
    assert for_site(parts, token(site_page("central")))[1] == "central"
    assert for_family(parts, token(FAMILY_PAGE))[1] is False
    assert for_family(parts, token(FAMILY_MAIL))[1] is True
    for wrong in (token(FAMILY_PAGE), token(site_page("nowhere")), "x", "é"):
        with pytest.raises(UnknownLinkError):
            for_site(parts, wrong)
    with pytest.raises(EndedLinkError):
        for_site(parts, token(site_page("be-ghent-uz-gent")))
    with pytest.raises(UnknownLinkError):
        for_family(parts, token(site_page("nl-utrecht-maxima")))


def test_retention(parts: Parts, clock: SetClock) -> None:
    """P8: 30 days after the hand-over, 90 at most, never while a mail is on its way."""
    delivered = write_request(parts, key="a")
    while deliver_next(parts, hand_over):
        pass
    clock.move(days=29)
    waiting = write_request(parts, key="b", email="b@family.example")
    assert purge(parts, now=parts.now()).requests == 0
    clock.move(days=2)
    assert purge(parts, now=parts.now()).requests == 1
    with pytest.raises(EndedLinkError):
        load(parts, delivered)
    clock.move(days=100)
    assert purge(parts, now=parts.now()).requests == 0, "its mails are still waiting"
    while deliver_next(parts, lambda *_: Outcome("recipient", "refused", 550)):
        pass
    assert purge(parts, now=parts.now()).requests == 1
    with pytest.raises(EndedLinkError):
        load(parts, waiting)


def test_undelivered_content_stays_for_a_person_until_day_ninety(
    parts: Parts, clock: SetClock
) -> None:
    write_request(parts)
    while deliver_next(parts, lambda *_: Outcome("build", "ours")):
        pass
    clock.move(days=89)
    assert purge(parts, now=parts.now()).requests == 0
    clock.move(days=2)
    assert purge(parts, now=parts.now()).requests == 1


def test_tables_are_what_the_migrations_make(store_url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    store = Store.open(store_url)
    upgrade(store)
    with store.engine.connect() as db:
        options = {"compare_type": True, "target_metadata": metadata}
        assert compare_metadata(MigrationContext.configure(db, opts=options), metadata) == []
        assert set(metadata.tables) <= set(inspect(db).get_table_names())
    store.engine.dispose()


@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def test_rebuilding_the_table_of_mails_loses_none(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Revision 0004 makes `deliveries` anew in SQLite; mails, tries and leases stay."""
    url = f"sqlite:///{tmp_path / 'portal.sqlite3'}"
    if database == "postgres":
        url = request.getfixturevalue("postgres").new_database()
    store = Store.open(url)
    upgrade(store, "0003")
    rows = {"sending": NOON + timedelta(minutes=10), "retry": None, "handed_over": None}
    old_delivery = text(_OLD_DELIVERY).bindparams(bindparam("lease", type_=Instant))
    with store.write() as db:
        db.execute(text(_OLD_REQUEST))
        for state, lease in rows.items():
            db.execute(old_delivery, {"id": state, "state": state, "lease": lease})
            db.execute(text(_OLD_ATTEMPT), {"id": state})
    upgrade(store)
    with store.read() as db:
        kept = {row.id: row for row in db.execute(text("SELECT * FROM deliveries"))}
        tries = db.execute(text("SELECT delivery_id FROM attempts")).scalars().all()
    assert sorted(tries) == sorted(kept) == sorted(rows)
    assert {row.request_id for row in kept.values()} == {"r"}
    assert kept["handed_over"].due_at is None
    ends = str(NOON + timedelta(minutes=10))[11:16]
    assert ends in str(kept["sending"].due_at)
    assert "09:00" in str(kept["retry"].due_at)
    with store.write() as db:
        db.execute(text("DELETE FROM requests"))
        assert db.execute(text("SELECT count(*) FROM attempts")).scalar_one() == 0
    store.engine.dispose()


_OLD_REQUEST = """INSERT INTO requests (id, reference, study, site, state, language, created_at,
changed_at, consent_version, consent_language) VALUES ('r', '2222-2222', 's', 's', 'open', 'en',
'2026-11-20 09:00:00', '2026-11-20 09:00:00', '1', 'en')"""
_OLD_DELIVERY = """INSERT INTO deliveries (id, request_id, recipient, mail, state, due_at, attempts,
lease_until, message_id, created_at) VALUES (:id, 'r', 'site', 'site-request', :state,
'2026-11-20 09:00:00', 1, :lease, '<x@y>', '2026-11-20 12:00:00')"""
_OLD_ATTEMPT = """INSERT INTO attempts (delivery_id, at, step, outcome)
VALUES (:id, '2026-11-20 12:00:00', 'end', 'retry')"""


def test_every_connection_is_durable(parts: Parts) -> None:
    """R3: an accepted message was synced; SQLite FULL, PostgreSQL its default."""
    asked = "PRAGMA synchronous" if parts.store.is_sqlite else "SHOW synchronous_commit"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: _ask(parts.store, asked), range(20)))
    assert set(answers) == ({2} if parts.store.is_sqlite else {"on"})


def _ask(store: Store, question: str) -> object:
    with store.write() as db:
        return db.execute(text(question)).scalar()


def test_a_database_that_is_gone_is_said(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'none' / 'x.db'}")
    with pytest.raises(StoreError), store.write():
        pass
    with pytest.raises(StoreError):
        store.check()


def test_nothing_half_written(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal.store import deliveries

    def fails(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(deliveries, "add", fails)
    with pytest.raises(OSError, match="disk"):
        write_request(parts)
    with parts.store.read() as db:
        assert requests.every(db) == []
    monkeypatch.undo()
    write_request(parts)


def test_leases(parts: Parts, clock: SetClock) -> None:
    """F3, F27: one worker has it; a lost worker’s lease ends and the mail goes once."""
    from portal.store import deliveries

    request_id = write_request(parts)
    taken = []
    for _ in range(3):
        with parts.store.write() as db:
            taken.append(deliveries.claim_next(db, parts.now(), 60))
    assert [mail is not None for mail in taken] == [True, True, False]
    clock.move(seconds=deliveries.LEASE / timedelta(seconds=1) + 1)
    sent = 0
    while deliver_next(parts, hand_over):
        sent += 1
    assert sent == 2
    lost = taken[0]
    assert lost is not None
    with parts.store.write() as db:
        assert not deliveries.mark(
            db, lost, state="failed", now=parts.now(), due_at=None,
            step="end", outcome="refused", reply=550, sent_to=None,
        )  # fmt: skip
    assert {mail.state for mail in deliveries_of(parts, request_id).values()} == {"handed_over"}
