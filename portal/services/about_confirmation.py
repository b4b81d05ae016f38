"""The mail that asks the owner of an address to confirm a sign-up."""

from __future__ import annotations

from datetime import datetime
from email.utils import parseaddr

from sqlalchemy import Connection

from portal.mail.messages import build
from portal.security.links import SIGNUP_CONFIRM, Links
from portal.services.compose import Letter
from portal.services.look_up import EndedLinkError
from portal.services.parts import Parts
from portal.store import signups
from portal.store.records import Delivery


def write(parts: Parts, delivery: Delivery) -> Letter:
    """Fixed words and one link: nothing that was typed, for anybody may have typed it (A6).

    Raises EndedLinkError: pressed already, or gone.
    """
    with parts.store.read() as db:
        asked = signups.find_confirmation(db, parts.keys, delivery.about.id)
    if asked is None or asked.wishes is None:
        raise EndedLinkError
    token = Links(parts.keys, SIGNUP_CONFIRM).token(asked.id)
    content = build(
        "updates-confirm",
        asked.wishes.language,
        link=f"{parts.settings.base_url}/{asked.wishes.language}/updates/confirm/{token}",
        hours=parts.config.portal.updates.confirm_hours,
        new_address=asked.signup_id is not None,
    )
    ours = parseaddr(parts.settings.mail_from)[1]
    return Letter(content, asked.wishes.email, ours, "reader")


def after_failure(db: Connection, _parts: Parts, delivery: Delivery, _now: datetime) -> None:
    """Nobody can press it any more, so nothing of it is kept."""
    signups.drop_confirmation(db, delivery.about.id)
