"""The family takes its message back, or has everything erased. No reason is asked."""

from __future__ import annotations

from datetime import datetime

from portal.services.look_up import OpenRequest
from portal.services.mails import queue
from portal.services.parts import Parts
from portal.store import deliveries, events, follow_ups, requests, signups

_LIVE = ("open", "passed_on", "acknowledged", "spoken")


def withdraw(parts: Parts, opened: OpenRequest, *, now: datetime) -> None:
    """End the request: nothing more is sent to the family; a hospital that has it is told."""
    request_id = opened.request.id
    with parts.store.write() as db:
        if not requests.change_state(db, request_id, _LIVE, "withdrawn", now):
            return
        follow_ups.end_all(db, request_id, now)
        reached = deliveries.contacts_reached(db, request_id)
        deliveries.drop_waiting(db, request_id, "site")
        deliveries.drop_waiting(db, request_id, "family")
        events.add(db, request_id, "withdrawn", now)
        for contact in reached:
            queue(db, parts, request_id, "site", "site-withdrawn", now, contact)


def erase_everything(parts: Parts, opened: OpenRequest, *, proven: bool, now: datetime) -> None:
    """Erase this request; all of this address, news too, if the link came from its mailbox.

    A stranger can type any address into the form, so a link from the page proves only itself.
    The hospital’s own mail cannot be called back; the page says so.
    """
    with parts.store.write() as db:
        ids = {opened.request.id}
        if proven:
            ids |= set(requests.ids_from_address(db, parts.keys, opened.message.email))
            signups.erase_address(db, parts.keys, opened.message.email)
        for request_id in ids:
            requests.erase(db, request_id, now)
    parts.store.scrub()
