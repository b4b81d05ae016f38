"""Take a sign-up for news: it waits for the press of the address’s owner."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from portal.security.links import new_id
from portal.services.mails import may_write_unasked, new_mail
from portal.services.parts import Parts
from portal.store import deliveries, signups
from portal.store.records import About, Confirmation, Consent, Lane, Wishes


def sign_up(
    parts: Parts, wishes: Wishes, *, page_language: str, now: datetime, signup_id: str | None = None
) -> None:
    """Keep what was typed until it is confirmed, and queue the mail that asks for it.

    `signup_id`: this is a new address for that sign-up. Says nothing and does the same work
    whether the address is known, new or had its mails already (reliability brief, A7, A9).
    Raises StoreError: nothing was kept.
    """
    version = parts.config.portal.updates.text_version
    asked = Confirmation(
        id=new_id(),
        signup_id=signup_id,
        wishes=wishes,
        language=wishes.language,
        consent=Consent(version, page_language, now),
    )
    with parts.store.write() as db:
        lane = _lane(db, parts, now)
        signups.add_confirmation(db, parts.keys, asked)
        about = About("confirmation", asked.id)
        mail = new_mail(parts, about, "reader", "updates-confirm", now, lane=lane)
        # Written and taken back takes as long as written, so the answer’s time tells nothing.
        written = db.begin_nested()
        deliveries.add(db, mail)
        if may_write_unasked(db, parts, wishes.email, now):
            written.commit()
        else:
            written.rollback()


def _lane(db: Connection, parts: Parts, now: datetime) -> int:
    """A flood of sign-ups goes on slowly and keeps nobody else waiting (A8)."""
    lately = signups.confirmations_since(db, now - timedelta(hours=1))
    return Lane.BULK if lately >= parts.config.portal.limits.confirmations_per_hour else Lane.SOON
