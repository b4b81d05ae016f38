"""The press in the confirmation mail: what was typed becomes a sign-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from portal.security.links import new_id
from portal.services.look_up import EndedLinkError
from portal.services.parts import Parts
from portal.services.signup_links import is_over
from portal.store import news, signups
from portal.store.database import AlreadyThereError
from portal.store.records import Confirmation, SignUp, Wishes


def confirm_signup(parts: Parts, confirmation_id: str, *, now: datetime) -> None:
    """Pressing twice does no harm. An address that is signed up already keeps its row and links.

    Raises EndedLinkError: its hours are over, or it is gone. StoreError: nothing changed.
    """
    try:
        _confirm(parts, confirmation_id, now)
    except AlreadyThereError:  # PostgreSQL: two links of one address pressed at once
        _confirm(parts, confirmation_id, now)
    parts.store.scrub()


def _confirm(parts: Parts, confirmation_id: str, now: datetime) -> None:
    with parts.store.write() as db:
        asked = signups.find_confirmation(db, parts.keys, confirmation_id, hold=True)
        if asked is None or is_over(parts, asked, now):
            raise EndedLinkError
        if asked.used_at is None and asked.wishes is not None:
            signup_id = _keep(db, parts, asked, asked.wishes, now)
            signups.use_confirmation(db, asked.id, signup_id, now)


def _keep(db: Connection, parts: Parts, asked: Confirmation, wishes: Wishes, now: datetime) -> str:
    """The id of the sign-up that now holds these wishes."""
    same = signups.ids_of_address(db, parts.keys, wishes.email)
    if asked.signup_id is not None:
        return _move(db, parts, asked, asked.signup_id, same)
    if same:
        signups.change(db, parts.keys, same[0], wishes, asked.consent)
        return same[0]
    # News of the past is on the pages; mails tell what happens from here on.
    made = SignUp(new_id(), wishes, None, news.latest(db))
    signups.add(db, parts.keys, made, asked.consent, now)
    return made.id


def _move(
    db: Connection, parts: Parts, asked: Confirmation, signup_id: str, same: list[str]
) -> str:
    """The sign-up goes on at its new address; one that this address had before ends."""
    before = signups.find(db, parts.keys, signup_id)
    if before is None or asked.wishes is None:
        raise EndedLinkError
    for other in same:
        if other != signup_id:
            signups.erase(db, other)
    moved = replace(before.wishes, email=asked.wishes.email)
    signups.change(db, parts.keys, signup_id, moved, asked.consent)
    return signup_id
