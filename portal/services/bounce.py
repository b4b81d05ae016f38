"""Mail that came back: found by the address that names its delivery, judged, and not kept.

An out-of-office answer, a reading receipt or a mail of a person changes nothing (F40, F41).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message

from portal.mail.replies import judge
from portal.security.links import BOUNCE, Links
from portal.services.parts import Parts
from portal.services.subjects import SUBJECTS
from portal.store import deliveries
from portal.store.records import DeliveryState

_NAMED = re.compile(r"\bb-([0-9a-f]{32})([0-9a-f]{16})@", re.IGNORECASE)
_WHERE = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Return-Path")
_PERMANENT = re.compile(r"^5\.\d{1,3}\.\d{1,3}$")


@dataclass(frozen=True)
class Verdict:
    """What one message was: `counted` if it changed a delivery, else why not."""

    counted: bool
    why: str


def read_bounce(parts: Parts, message: EmailMessage, *, now: datetime) -> Verdict:
    """Mark the delivery that this message says has failed. Raises StoreError."""
    delivery_id = _delivery_id(parts, message)
    if delivery_id is None:
        return Verdict(False, "names none of our mails")
    status = _permanent_status(message)
    if status is None:
        return Verdict(False, "no report of a permanent failure")
    code, text = status
    ours = judge("recipient", code, text).verdict == "ours"
    state: DeliveryState = "parked" if ours else "failed"
    with parts.store.write() as db:
        delivery = deliveries.find(db, delivery_id)
        if delivery is None:
            return Verdict(False, "its request is gone")
        if not deliveries.bounced(db, delivery, state, now, code):
            return Verdict(False, "known already")
        if state == "failed":
            SUBJECTS[delivery.about.kind].after_failure(db, parts, delivery, now)
    return Verdict(True, state)


def _delivery_id(parts: Parts, message: EmailMessage) -> str | None:
    """From the return path; the short tag shows that it was really made here."""
    for text in _headers_that_name(message):
        for found in _NAMED.finditer(text):
            delivery_id, tag = found[1].lower(), found[2].lower()
            if Links(parts.keys, BOUNCE).short_tag(delivery_id) == tag:
                return delivery_id
    return None


def _headers_that_name(message: EmailMessage) -> Iterator[str]:
    for part in message.walk():
        for name in _WHERE:
            yield from (str(value) for value in part.get_all(name, []))


def _permanent_status(message: EmailMessage) -> tuple[int, str] | None:
    """Reply code and wording of a delivery report (RFC 3464); None if it reports no failure."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if isinstance(block, Message) and (found := _failed(block)):
                return found
    return None


def _failed(block: Message) -> tuple[int, str] | None:
    action = str(block.get("Action", "")).strip().lower()
    status = str(block.get("Status", "")).split()[:1]
    if action != "failed" or not status or not _PERMANENT.match(status[0]):
        return None
    said = str(block.get("Diagnostic-Code", "")).partition(";")[2]
    code = re.search(r"\b(5\d\d)\b", said)
    return int(code[1]) if code else 550, f"{status[0]} {said}"
