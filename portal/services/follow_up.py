"""Do what falls due when nobody has answered (architecture, step 7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from sqlalchemy import Connection

from portal.services.mails import queue, tell_family
from portal.services.parts import Parts
from portal.store import deliveries, events, follow_ups, requests
from portal.store.records import FollowUp, FollowUpKind

log = structlog.get_logger()
# In these states somebody still owes the family an answer.
OPEN_STATES = ("open", "passed_on")


def follow_up_next(parts: Parts) -> bool:
    """One thing that is due, and the mail that follows from it, in one transaction."""
    now = parts.now()
    with parts.store.write() as db:
        due = follow_ups.take_next(db, now)
        if due is None:
            return False
        if requests.state_of(db, due.request_id) in OPEN_STATES:
            ACTIONS[due.kind](db, parts, due, now)
    log.info("follow_up", kind=due.kind)
    return True


def _remind(db: Connection, parts: Parts, due: FollowUp, now: datetime) -> None:
    queue(db, parts, due.request_id, "site", "site-reminder", now)
    events.add(db, due.request_id, "reminded", now)


def _second_contact(db: Connection, parts: Parts, due: FollowUp, now: datetime) -> None:
    queue(db, parts, due.request_id, "site", "site-request", now, "second")
    events.add(db, due.request_id, "second_contact", now)


def _central_desk(db: Connection, parts: Parts, due: FollowUp, now: datetime) -> None:
    queue(db, parts, due.request_id, "site", "central-request", now, "central")
    events.add(db, due.request_id, "central_desk", now)


def _late(db: Connection, parts: Parts, due: FollowUp, now: datetime) -> None:
    """Only if no mail system of a hospital has taken the message yet."""
    if not deliveries.any_handed_over(db, due.request_id):
        tell_family(db, parts, due.request_id, "family-late", now)


ACTIONS: dict[FollowUpKind, Callable[[Connection, Parts, FollowUp, datetime], None]] = {
    "remind": _remind,
    "second_contact": _second_contact,
    "central_desk": _central_desk,
    "late": _late,
}
