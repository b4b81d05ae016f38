"""Queue a mail: a row that says who gets what, written with the reason for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from portal.security.links import new_id
from portal.services.parts import Parts
from portal.store import deliveries, mail_limits
from portal.store.records import About, Contact, Delivery, Lane, Recipient

# What the family is told at most once a day; acknowledged and failed always go (issue 4).
SELDOM = ("family-late", "family-passed-on")
STATUS_MAILS = (*SELDOM, "family-acknowledged", "family-failed")


def new_mail(
    parts: Parts,
    about: About,
    recipient: Recipient,
    mail: str,
    now: datetime,
    *,
    contact: Contact = "first",
    lane: int = Lane.URGENT,
    due_at: datetime | None = None,
) -> Delivery:
    """A delivery, due at once unless said. Its Message-ID stays the same on every try."""
    domain = parts.settings.mail_from.rpartition("@")[2].strip("> ")
    delivery_id = new_id()
    return Delivery(
        id=delivery_id,
        about=about,
        recipient=recipient,
        mail=mail,
        state="accepted",
        due_at=due_at or now,
        attempts=0,
        message_id=f"<{delivery_id}@{domain}>",
        created_at=now,
        handed_over_at=None,
        sent_to=None,
        last_outcome=None,
        last_reply=None,
        contact=contact,
        lane=lane,
    )


def queue(
    db: Connection,
    parts: Parts,
    request_id: str,
    recipient: Recipient,
    mail: str,
    now: datetime,
    contact: Contact = "first",
) -> None:
    """A mail about a request."""
    about = About("request", request_id)
    deliveries.add(db, new_mail(parts, about, recipient, mail, now, contact=contact))


def may_write_unasked(db: Connection, parts: Parts, email: str, now: datetime) -> bool:
    """Count a mail to an address that anybody may have typed; False once it had enough (A7)."""
    limits = parts.config.portal.limits
    ceilings = {1: limits.copies_per_address_per_day, 30: limits.copies_per_address_per_30_days}
    return mail_limits.take(db, parts.keys, email, now, ceilings)


def tell_family(db: Connection, parts: Parts, request_id: str, mail: str, now: datetime) -> None:
    """Queue a mail about the state of a message; the seldom ones at most one a day."""
    if mail in SELDOM:
        told = deliveries.count_since(db, request_id, STATUS_MAILS, now - timedelta(days=1))
        if told:
            return
    queue(db, parts, request_id, "family", mail, now)
