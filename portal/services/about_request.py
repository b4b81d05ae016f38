"""Mails about a request: their words, and what follows if one cannot be delivered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from portal.services.compose import Letter, compose
from portal.services.follow_up import OPEN_STATES
from portal.services.look_up import load
from portal.services.mails import queue, tell_family
from portal.services.parts import Parts
from portal.store import deliveries, events, requests
from portal.store.records import Delivery

# The mails that carry the request itself: if they fail, somebody else must get it.
CARRY_THE_REQUEST = ("site-request", "central-request")


def write(parts: Parts, delivery: Delivery) -> Letter:
    """Raises UnknownLinkError, EndedLinkError, NoRouteError, jinja2.TemplateError."""
    return compose(parts, load(parts, delivery.about.id), delivery)


def after_failure(db: Connection, parts: Parts, delivery: Delivery, now: datetime) -> None:
    """Given up at one address: the second contact gets it; after that the family is told.

    A family’s own address that fails is told to the hospital, which then should phone.
    """
    request_id = delivery.about.id
    if delivery.recipient == "family":
        if delivery.mail == "family-copy" and deliveries.any_handed_over(db, request_id):
            queue(db, parts, request_id, "site", "site-note", now)
        return
    asked = delivery.mail in CARRY_THE_REQUEST
    if not asked or requests.state_of(db, request_id) not in OPEN_STATES:
        return  # somebody has answered already, or nobody may get it any more
    if delivery.contact == "first" and has_second_contact(db, parts, request_id):
        queue(db, parts, request_id, "site", delivery.mail, now, "second")
        return
    if not deliveries.any_handed_over(db, request_id):
        events.add(db, request_id, "not_delivered", now)
        tell_family(db, parts, request_id, "family-failed", now)


def has_second_contact(db: Connection, parts: Parts, request_id: str) -> bool:
    request = requests.find(db, parts.keys, request_id)
    study = parts.config.study(request.study) if request else None
    site = study.site(request.site) if study and request else None
    return site is not None and bool(site.second_mailbox)
