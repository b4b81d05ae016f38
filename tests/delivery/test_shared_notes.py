"""Shared notes in the store, on both databases: proof, tries, wait, end; parallel guesses too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import func, select

from portal.services.look_up import EndedLinkError, UnknownLinkError
from portal.services.parts import Parts
from portal.services.purge import purge
from portal.services.share_notes import (
    TRIES_AT_MOST,
    TRIES_IN_A_ROW,
    WAIT,
    LockedError,
    NotTheOwnerError,
    WrongPasscodeError,
    end_shared,
    look,
    open_shared,
    share,
)
from portal.store.database import Store
from portal.store.tables import shared_notes
from tests.support.samples import SetClock, make_parts
from tests.support.shared import Sealed

WRONG = b"\0" * 32
AT_ONCE = 12


def guess(parts: Parts, link: str, proof: bytes = WRONG) -> str:
    """What became of one try, in a word."""
    try:
        open_shared(parts, link, proof, now=parts.now())
    except WrongPasscodeError as wrong:
        return f"wrong, {wrong.left} left"
    except LockedError:
        return "locked"
    except EndedLinkError:
        return "ended"
    return "open"


def tries_of(parts: Parts, link: str) -> int:
    with parts.store.read() as db:
        wanted = select(shared_notes.c.tries).where(shared_notes.c.id == link)
        return int(db.execute(wanted).scalar_one())


def test_the_ciphertext_is_released_against_the_proof(parts: Parts) -> None:
    sealed = Sealed()
    made = share(parts, sealed.notes(), now=parts.now())
    assert look(parts, made.id, now=parts.now()).salt == sealed.salt
    assert open_shared(parts, made.id, sealed.proof, now=parts.now()) == sealed.ciphertext
    assert len(bytes.fromhex(made.id)) == 16
    assert made.ends_at == parts.now() + timedelta(days=14)


def test_five_wrong_ones_make_everybody_wait(parts: Parts, clock: SetClock) -> None:
    sealed = Sealed()
    link = share(parts, sealed.notes(), now=parts.now()).id
    said = [guess(parts, link) for _ in range(TRIES_IN_A_ROW)]
    assert said == [f"wrong, {left} left" for left in (4, 3, 2, 1)] + ["locked"]
    assert guess(parts, link, sealed.proof) == "locked"
    clock.move(seconds=WAIT.total_seconds() - 1)
    assert guess(parts, link, sealed.proof) == "locked"
    assert tries_of(parts, link) == TRIES_IN_A_ROW, "a try while it waits is not counted"
    clock.move(seconds=1)
    assert guess(parts, link, sealed.proof) == "open"


def test_a_right_one_takes_no_wrong_one_back(parts: Parts) -> None:
    sealed = Sealed()
    link = share(parts, sealed.notes(), now=parts.now()).id
    for proof in (WRONG, WRONG, sealed.proof, WRONG, WRONG):
        guess(parts, link, proof)
    assert guess(parts, link) == "locked"


def test_twenty_wrong_ones_end_the_link_and_take_its_content(parts: Parts, clock: SetClock) -> None:
    sealed = Sealed()
    link = share(parts, sealed.notes(), now=parts.now()).id
    said = []
    for _ in range(TRIES_AT_MOST):
        said.append(guess(parts, link))
        if said[-1] == "locked":
            clock.move(minutes=15)
    assert said[-1] == "ended"
    assert said.count("locked") == 3
    assert guess(parts, link, sealed.proof) == "ended"
    assert content_of(parts, link) == (None,) * 5


def content_of(parts: Parts, link: str) -> tuple[object, ...]:
    names = ("ciphertext", "salt", "proof_hash", "end_hash", "locked_until")
    wanted = select(*(shared_notes.c[name] for name in names)).where(shared_notes.c.id == link)
    with parts.store.read() as db:
        return tuple(db.execute(wanted).one())


def test_guesses_at_once_are_counted_one_by_one(parts: Parts, store_url: str) -> None:
    """Each thread has a store of its own, as each web process has: the database orders them."""
    link = share(parts, Sealed().notes(), now=parts.now()).id
    together = Barrier(AT_ONCE)

    def press(_number: int) -> str:
        own = replace(parts, store=Store.open(store_url))
        try:
            together.wait(timeout=30)
            return guess(own, link)
        finally:
            own.store.engine.dispose()

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        said = sorted(crowd.map(press, range(AT_ONCE)))
    looked_at = [f"wrong, {left} left" for left in (1, 2, 3, 4)]
    assert said == ["locked"] * (AT_ONCE - 4) + looked_at
    assert tries_of(parts, link) == TRIES_IN_A_ROW


def test_the_owner_alone_ends_it_at_once(parts: Parts) -> None:
    sealed = Sealed()
    made = share(parts, sealed.notes(), now=parts.now())
    other = share(parts, Sealed().notes(), now=parts.now())
    for token in ("", "x", other.token, made.token.swapcase()):
        with pytest.raises(NotTheOwnerError):
            end_shared(parts, made.id, token, now=parts.now())
    end_shared(parts, made.id, made.token, now=parts.now())
    assert guess(parts, made.id, sealed.proof) == "ended"
    with pytest.raises(EndedLinkError):
        look(parts, made.id, now=parts.now())
    with pytest.raises(EndedLinkError):
        end_shared(parts, made.id, made.token, now=parts.now())
    assert content_of(parts, made.id) == (None,) * 5
    assert look(parts, other.id, now=parts.now())


@pytest.mark.parametrize("days", [1, 30])
def test_it_ends_by_itself_also_before_anything_is_purged(
    days: int, parts: Parts, clock: SetClock
) -> None:
    sealed = Sealed()
    link = share(parts, sealed.notes(days), now=parts.now()).id
    clock.move(days=days, seconds=-1)
    assert guess(parts, link, sealed.proof) == "open"
    assert purge(parts, now=parts.now()).shared_notes == 0
    clock.move(seconds=1)
    assert guess(parts, link, sealed.proof) == "ended"
    assert purge(parts, now=parts.now()).shared_notes == 1
    assert purge(parts, now=parts.now()).shared_notes == 0
    assert content_of(parts, link) == (None,) * 5
    assert guess(parts, link, sealed.proof) == "ended"


def test_an_ended_link_is_forgotten_in_the_end(parts: Parts, clock: SetClock) -> None:
    link = share(parts, Sealed().notes(), now=parts.now()).id
    clock.move(days=14 + 91)
    purge(parts, now=parts.now())
    with pytest.raises(UnknownLinkError):
        look(parts, link, now=parts.now())
    with parts.store.read() as db:
        assert db.execute(select(func.count()).select_from(shared_notes)).scalar_one() == 0


def test_what_was_never_a_link_is_unknown(parts: Parts) -> None:
    for link in ("", "0" * 32, "x" * 32, "0" * 31, "\0", "A" * 32, "é" * 32):
        with pytest.raises(UnknownLinkError):
            open_shared(parts, link, WRONG, now=parts.now())


def test_ended_notes_are_gone_from_the_disk(tmp_path: Path) -> None:
    """SQLite’s own files, the side file included."""
    parts, _ = make_parts(tmp_path)
    sealed = Sealed()

    def on_disk() -> bool:
        return any(sealed.ciphertext in file.read_bytes() for file in tmp_path.glob("*.sqlite3*"))

    made = share(parts, sealed.notes(), now=parts.now())
    assert on_disk()
    end_shared(parts, made.id, made.token, now=parts.now())
    assert not on_disk()
    parts.store.engine.dispose()
