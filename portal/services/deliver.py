"""Deliver what is due: claim one mail, build it in its reader’s language, hand it over, mark it.

‘Handed over’ is written only after the mail server’s 250 (architecture, step 5).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from portal.mail import retry
from portal.mail.content import MailContent, OutgoingMail
from portal.mail.replies import Outcome
from portal.services.compose import compose
from portal.services.look_up import EndedLinkError, OpenRequest, UnknownLinkError, load
from portal.services.parts import Parts
from portal.services.routing import CENTRAL, NoRouteError
from portal.store import deliveries
from portal.store.records import Delivery, DeliveryState

log = structlog.get_logger()
HandOver = Callable[[OutgoingMail, datetime], Outcome]


def deliver_next(parts: Parts, hand_over: HandOver) -> Outcome | None:
    """One attempt at the mail that is due longest; None if nothing is due."""
    with parts.store.write() as db:
        delivery = deliveries.claim_next(db, parts.now())
    if delivery is None:
        return None
    outcome, sent_to = _attempt(parts, delivery, hand_over)
    _mark(parts, delivery, outcome, sent_to)
    return outcome


def _attempt(parts: Parts, delivery: Delivery, hand_over: HandOver) -> tuple[Outcome, str | None]:
    try:
        opened = load(parts, delivery.request_id)
        mail = _outgoing(opened, delivery, compose(parts, opened, delivery))
    except (EndedLinkError, UnknownLinkError):
        return Outcome("build", "refused"), None
    except NoRouteError:
        return Outcome("build", "ours"), None
    except Exception as problem:  # a broken template must not stop the other mails (F20)
        log.error("mail_not_built", delivery=delivery.id, problem=type(problem).__name__)
        return Outcome("build", "ours"), None
    to = "family" if delivery.recipient == "family" else opened.route.to
    return hand_over(mail, parts.now()), to


def _outgoing(opened: OpenRequest, delivery: Delivery, content: MailContent) -> OutgoingMail:
    """Only two addresses can ever be written to: the route’s and the family’s own."""
    central = opened.study.central
    if delivery.recipient == "family":
        reply_to = central.email if central else ""
        return OutgoingMail(content, opened.message.email, delivery.message_id, reply_to)
    return OutgoingMail(content, opened.route.address, delivery.message_id, opened.message.email)


def _mark(parts: Parts, delivery: Delivery, outcome: Outcome, sent_to: str | None) -> None:
    now = parts.now()
    state, due_at = _next_state(delivery, outcome, now)
    with parts.store.write() as db:
        ours = deliveries.mark(
            db,
            delivery,
            state=state,
            now=now,
            due_at=due_at,
            step=outcome.step,
            outcome=outcome.verdict,
            reply=outcome.code,
            sent_to=sent_to if state == "handed_over" else None,
            counted=outcome.verdict != "unreachable",
        )
    log.info(
        "delivery",
        delivery=delivery.id,
        recipient=delivery.recipient,
        state=state,
        step=outcome.step,
        reply=outcome.code,
        central=sent_to == CENTRAL,
        lease_lost=not ours,
    )


def _next_state(
    delivery: Delivery, outcome: Outcome, now: datetime
) -> tuple[DeliveryState, datetime | None]:
    if outcome.verdict == "handed_over":
        return "handed_over", None
    if outcome.verdict == "ours":
        return "parked", None
    if outcome.verdict == "refused":
        return "failed", None
    if outcome.verdict == "unknown":
        return "unknown", retry.soon(retry.UNKNOWN_GAP, now)
    if now - delivery.created_at >= retry.GIVE_UP_AFTER:
        return "failed", None
    if outcome.verdict == "unreachable":
        return "retry", retry.soon(retry.UNREACHABLE_GAP, now)
    return "retry", retry.next_try(delivery.attempts + 1, delivery.created_at, now)
