"""What the private links of a sign-up open: one maker of tokens for each use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.security.links import SIGNUP_CONFIRM, SIGNUP_MANAGE, SIGNUP_STOP, Links
from portal.services.look_up import EndedLinkError, UnknownLinkError
from portal.services.parts import Parts
from portal.store import signups
from portal.store.records import Confirmation, SignUp


@dataclass(frozen=True)
class Opened:
    """What a confirmation link leads to. `done` is the sign-up once it has been pressed."""

    asked: Confirmation
    done: SignUp | None


def for_confirmation(parts: Parts, token: str, *, now: datetime) -> Opened:
    """Raises UnknownLinkError; EndedLinkError: its hours are over, or the sign-up was stopped."""
    row_id = _row_id(parts, token, SIGNUP_CONFIRM)
    with parts.store.read() as db:
        asked = signups.find_confirmation(db, parts.keys, row_id)
        if asked is None or is_over(parts, asked, now):
            raise EndedLinkError
        if asked.used_at is None:
            return Opened(asked, None)
        done = signups.find(db, parts.keys, asked.signup_id or "")
    if done is None:
        raise EndedLinkError
    return Opened(asked, done)


def is_over(parts: Parts, asked: Confirmation, now: datetime) -> bool:
    return now - asked.consent.at >= timedelta(hours=parts.config.portal.updates.confirm_hours)


def for_manage(parts: Parts, token: str) -> SignUp:
    """Raises UnknownLinkError, EndedLinkError."""
    return _signup(parts, _row_id(parts, token, SIGNUP_MANAGE))


def for_stop(parts: Parts, token: str) -> str:
    """The id of the sign-up, which may be gone already. Raises UnknownLinkError."""
    return _row_id(parts, token, SIGNUP_STOP)


def exists(parts: Parts, signup_id: str) -> bool:
    with parts.store.read() as db:
        return signups.find(db, parts.keys, signup_id) is not None


def manage_link(parts: Parts, signup_id: str, language: str) -> str:
    return _link(parts, SIGNUP_MANAGE, "manage", signup_id, language)


def stop_link(parts: Parts, signup_id: str, language: str) -> str:
    return _link(parts, SIGNUP_STOP, "stop", signup_id, language)


def _link(parts: Parts, purpose: str, word: str, signup_id: str, language: str) -> str:
    token = Links(parts.keys, purpose).token(signup_id)
    return f"{parts.settings.base_url}/{language}/updates/{word}/{token}"


def _row_id(parts: Parts, token: str, purpose: str) -> str:
    row_id = Links(parts.keys, purpose).row_id(token)
    if row_id is None:
        raise UnknownLinkError
    return row_id


def _signup(parts: Parts, row_id: str) -> SignUp:
    with parts.store.read() as db:
        found = signups.find(db, parts.keys, row_id)
    if found is None:
        raise EndedLinkError
    return found
