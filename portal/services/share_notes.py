"""Keep notes that a browser has encrypted, and release them to whoever knows the passcode.

The passcode never comes here. A reader’s browser derives two values from it: the key, which it
keeps, and a proof, which it sends. We know the proof’s SHA-256 only (docs/decisions/notes.md).
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from portal.security.keys import to_text
from portal.security.links import new_id
from portal.services.look_up import EndedLinkError, UnknownLinkError
from portal.services.parts import Parts
from portal.store import shared_notes
from portal.store.shared_notes import SealedNotes, SharedNotes

TRIES_IN_A_ROW = 5
TRIES_AT_MOST = 20
WAIT = timedelta(minutes=15)
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Share:
    """A new link. `token` ends it; only its owner’s browser gets it, once."""

    id: str
    token: str
    ends_at: datetime


class WrongPasscodeError(Exception):
    """The proof does not fit; `left` more tries until the wait."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class LockedError(Exception):
    """Too many wrong tries; no try is looked at, nor counted, before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


class NotTheOwnerError(Exception):
    """This token does not end that link."""


def share(parts: Parts, sealed: SealedNotes, *, now: datetime) -> Share:
    """Keep the notes until `sealed.days` from now. Raises StoreError: nothing was kept."""
    made = Share(new_id(), to_text(secrets.token_bytes(16)), now + timedelta(days=sealed.days))
    row = SharedNotes(
        id=made.id,
        created_at=now,
        ends_at=made.ends_at,
        ciphertext=sealed.ciphertext,
        salt=sealed.salt,
        proof_hash=sealed.proof_hash,
        end_hash=_hashed(made.token.encode()),
    )
    with parts.store.write() as db:
        shared_notes.add(db, row)
    return made


def look(parts: Parts, link_id: str, *, now: datetime) -> SharedNotes:
    """What the page of a link needs: salt and end. Raises UnknownLinkError, EndedLinkError."""
    with parts.store.read() as db:
        return _find(db, link_id, now)


def open_shared(parts: Parts, link_id: str, proof: bytes, *, now: datetime) -> bytes:
    """The ciphertext, against the proof derived from the passcode.

    Issue 6: five wrong tries, then 15 minutes; after 20 the link ends. A right one takes no
    wrong one back. Row and count are held in one transaction, so parallel guesses each count.
    Raises WrongPasscodeError, LockedError, UnknownLinkError, EndedLinkError.
    """
    with parts.store.write() as db:
        notes = _find(db, link_id, now, hold=True)
        if notes.locked_until is not None and now < notes.locked_until:
            raise LockedError(notes.locked_until)
        if hmac.compare_digest(_hashed(proof), notes.proof_hash):
            return notes.ciphertext
        tries = notes.tries + 1
        locked_until = now + WAIT if tries % TRIES_IN_A_ROW == 0 else None
        if tries >= TRIES_AT_MOST:
            shared_notes.end(db, link_id)
        else:
            shared_notes.count_wrong(db, link_id, tries, locked_until)
    # Raised after the transaction: the count must stay.
    if tries >= TRIES_AT_MOST:
        parts.store.scrub()
        raise EndedLinkError
    if locked_until is not None:
        raise LockedError(locked_until)
    raise WrongPasscodeError(TRIES_IN_A_ROW - tries % TRIES_IN_A_ROW)


def end_shared(parts: Parts, link_id: str, token: str, *, now: datetime) -> None:
    """The owner ends the link at once; its content goes physically.

    Raises NotTheOwnerError, UnknownLinkError, EndedLinkError.
    """
    with parts.store.write() as db:
        notes = _find(db, link_id, now, hold=True)
        if not hmac.compare_digest(_hashed(token.encode()), notes.end_hash):
            raise NotTheOwnerError
        shared_notes.end(db, link_id)
    parts.store.scrub()


def _find(db: Connection, link_id: str, now: datetime, *, hold: bool = False) -> SharedNotes:
    if not _ID.fullmatch(link_id):
        raise UnknownLinkError
    try:
        notes = shared_notes.find(db, link_id, now, hold=hold)
    except LookupError:
        raise UnknownLinkError from None
    if notes is None:
        raise EndedLinkError
    return notes


def _hashed(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
