"""The hospital presses a button: it will contact the family, it has, or another one should.

Each is written once; a second press does no harm. Whatever was still due ends in the same
transaction, and the family is told.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from portal.content.model import Study
from portal.services.follow_up import OPEN_STATES
from portal.services.look_up import OpenRequest
from portal.services.mails import queue, tell_family
from portal.services.parts import Parts
from portal.services.routing import CENTRAL
from portal.services.schedule import schedule
from portal.store import deliveries, events, follow_ups, requests

# The mails that ask somebody to answer; ‘please phone’ is still wanted afterwards.
ASKING = ("site-request", "site-reminder", "central-request")


class NotAcceptingError(Exception):
    """The chosen hospital takes no messages now, or there is none of that name."""


def acknowledge(parts: Parts, opened: OpenRequest, holder: str, *, now: datetime) -> None:
    """‘We will contact this family.’ `holder`: the site’s id or ‘central’, whoever pressed."""
    with parts.store.write() as db:
        if not requests.change_state(db, opened.request.id, OPEN_STATES, "acknowledged", now):
            return
        _end_asking(db, opened.request.id, now)
        events.add(db, opened.request.id, "acknowledged", now, holder)
        tell_family(db, parts, opened.request.id, "family-acknowledged", now)


def mark_spoken(parts: Parts, opened: OpenRequest, holder: str, *, now: datetime) -> None:
    """‘We have spoken to them.’ The family knows, so it gets no mail."""
    before = (*OPEN_STATES, "acknowledged")
    with parts.store.write() as db:
        if not requests.change_state(db, opened.request.id, before, "spoken", now):
            return
        _end_asking(db, opened.request.id, now)
        events.add(db, opened.request.id, "spoken", now, holder)


def pass_on(parts: Parts, opened: OpenRequest, to: str, *, now: datetime) -> None:
    """‘Not for us: pass it to …’ another accepting hospital, or ‘central’.

    The consent text next to ‘Send’ covers it. The old link ends, the new hospital’s days begin.
    Raises NotAcceptingError.
    """
    site_id = _accepting(opened.study, opened.request.site, to)
    before = (*OPEN_STATES, "acknowledged")
    with parts.store.write() as db:
        if not requests.change_state(db, opened.request.id, before, "passed_on", now, site=site_id):
            return
        follow_ups.end_all(db, opened.request.id, now)
        deliveries.drop_waiting(db, opened.request.id, "site")
        events.add(db, opened.request.id, "passed_on", now, site_id or CENTRAL)
        queue(db, parts, opened.request.id, "site", "site-request", now)
        request = requests.find(db, parts.keys, opened.request.id)
        assert request is not None
        schedule(db, parts, request, opened.study, now)
        tell_family(db, parts, opened.request.id, "family-passed-on", now)


def _end_asking(db: Connection, request_id: str, now: datetime) -> None:
    """Nothing more falls due, and a reminder that still waits for the mail server is not sent."""
    follow_ups.end_all(db, request_id, now)
    deliveries.drop_waiting(db, request_id, "site", ASKING)


def _accepting(study: Study, current: str, to: str) -> str:
    if to == CENTRAL:
        return ""
    site = study.site(to)
    if site is None or not site.accepting or site.id == current:
        raise NotAcceptingError
    return site.id
