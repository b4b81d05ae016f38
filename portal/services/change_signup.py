"""Change what a sign-up is for, or end it. No account, no reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from portal.services.parts import Parts
from portal.services.sign_up import sign_up
from portal.store import signups
from portal.store.records import Consent, SignUp, Wishes


def change_signup(
    parts: Parts, found: SignUp, wishes: Wishes, *, page_language: str, now: datetime
) -> bool:
    """Keep the new wishes; True if a new address was given, which first must be confirmed.

    Raises StoreError: nothing changed.
    """
    moved = bool(wishes.email) and wishes.email != found.wishes.email
    kept = replace(wishes, email=found.wishes.email)
    consent = Consent(parts.config.portal.updates.text_version, page_language, now)
    with parts.store.write() as db:
        signups.change(db, parts.keys, found.id, kept, consent)
    if moved:
        sign_up(parts, wishes, page_language=page_language, now=now, signup_id=found.id)
    return moved


def stop_signup(parts: Parts, signup_id: str) -> None:
    """Erase it with its waiting mails; harmless if it is gone already. Raises StoreError."""
    with parts.store.write() as db:
        found = signups.find(db, parts.keys, signup_id)
        if found is not None:
            signups.erase_address(db, parts.keys, found.wishes.email)
    parts.store.scrub()


def stop_address(parts: Parts, email: str) -> int:
    """End every sign-up of this address, confirmed or not; how many. Raises StoreError."""
    with parts.store.write() as db:
        ended = signups.erase_address(db, parts.keys, email)
    parts.store.scrub()
    return ended
