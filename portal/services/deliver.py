"""Deliver what is due: claim one mail, build it in its reader’s language, hand it over, mark it.

‘Handed over’ is written only after the mail server’s 250 (architecture, step 5).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from portal.mail import retry
from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.security.links import BOUNCE, Links
from portal.services.compose import Letter, NothingToSayError, NotYetError
from portal.services.look_up import EndedLinkError, UnknownLinkError
from portal.services.parts import Parts
from portal.services.routing import CENTRAL, NoRouteError
from portal.services.subjects import SUBJECTS
from portal.store import deliveries
from portal.store.database import StoreError
from portal.store.records import Delivery, DeliveryState, Lane

log = structlog.get_logger()
HandOver = Callable[[OutgoingMail, datetime], Outcome]
DOMAIN_PAUSE = timedelta(minutes=1)


@dataclass
class Pauses:
    """Receiving domains that asked for patience (F10). Each worker keeps its own."""

    until: dict[str, datetime] = field(default_factory=dict)

    def note(self, address: str, outcome: Outcome, now: datetime) -> None:
        if outcome.verdict == "retry" and outcome.code is not None:
            self.until[_domain(address)] = now + DOMAIN_PAUSE

    def ends(self, address: str, now: datetime) -> datetime | None:
        until = self.until.get(_domain(address))
        return until if until is not None and until > now else None


@dataclass(frozen=True)
class Attempt:
    outcome: Outcome
    letter: Letter | None = None
    paused_until: datetime | None = None


def deliver_next(parts: Parts, hand_over: HandOver, pauses: Pauses | None = None) -> Outcome | None:
    """One attempt at the mail that is due longest; None if nothing is due."""
    with parts.store.write() as db:
        pace = parts.config.portal.updates.mails_per_minute
        delivery = deliveries.claim_next(db, parts.now(), pace)
    if delivery is None:
        return None
    attempt = _attempt(parts, delivery, hand_over, pauses or Pauses())
    _mark(parts, delivery, attempt)
    return attempt.outcome


def _attempt(parts: Parts, delivery: Delivery, hand_over: HandOver, pauses: Pauses) -> Attempt:
    try:
        letter = SUBJECTS[delivery.about.kind].compose(parts, delivery)
    except (EndedLinkError, UnknownLinkError):
        return Attempt(Outcome("build", "refused"))
    except NotYetError as wait:
        return Attempt(Outcome("build", "paused"), None, wait.until)
    except NothingToSayError:
        return Attempt(Outcome("build", "void"))
    except NoRouteError:
        return Attempt(Outcome("build", "ours"))
    except StoreError:
        raise  # says nothing about this mail: its lease ends, and it is tried again
    except Exception as problem:  # a broken template must not stop the other mails (F20)
        log.error("mail_not_built", delivery=delivery.id, problem=type(problem).__name__)
        return Attempt(Outcome("build", "ours"))
    if until := pauses.ends(letter.address, parts.now()):
        return Attempt(Outcome("build", "paused"), letter, until)
    mail = OutgoingMail(
        letter.content,
        letter.address,
        delivery.message_id,
        letter.reply_to,
        return_path(parts, delivery.id),
        letter.stop_link,
    )
    outcome = _handed(hand_over, mail, delivery, parts.now())
    pauses.note(letter.address, outcome, parts.now())
    return Attempt(outcome, letter)


def _handed(hand_over: HandOver, mail: OutgoingMail, delivery: Delivery, now: datetime) -> Outcome:
    try:
        return hand_over(mail, now)
    except Exception as problem:  # the same: parked, and a person looks at it
        log.error("mail_not_sent", delivery=delivery.id, problem=type(problem).__name__)
        return Outcome("build", "ours")


def return_path(parts: Parts, delivery_id: str) -> str:
    """An address that names the delivery, so that a bounce finds it; 64 bits keep strangers out."""
    domain = parts.settings.mail_from.rpartition("@")[2].strip("> ")
    return f"b-{delivery_id}{Links(parts.keys, BOUNCE).short_tag(delivery_id)}@{domain}"


def _mark(parts: Parts, delivery: Delivery, attempt: Attempt) -> None:
    now, outcome = parts.now(), attempt.outcome
    subject = SUBJECTS[delivery.about.kind]
    with parts.store.write() as db:
        if outcome.verdict == "void":
            deliveries.drop(db, delivery)
            return
        first_try = _first_try(db, delivery, now)
        state, due_at = _next_state(delivery, attempt, first_try, now)
        ours = deliveries.mark(
            db,
            delivery,
            state=state,
            now=now,
            due_at=due_at,
            step=outcome.step,
            outcome=outcome.verdict,
            reply=outcome.code,
            sent_to=attempt.letter.to if attempt.letter and state == "handed_over" else None,
            counted=outcome.verdict not in {"unreachable", "paused"},
        )
        if ours and state == "failed":
            subject.after_failure(db, parts, delivery, now)
        if ours and state == "handed_over":
            subject.after_hand_over(db, parts, delivery, now)
    log.info(
        "delivery",
        delivery=delivery.id,
        mail=delivery.mail,
        state=state,
        step=outcome.step,
        reply=outcome.code,
        central=attempt.letter is not None and attempt.letter.to == CENTRAL,
        lease_lost=not ours,
    )


def _first_try(db: Connection, delivery: Delivery, now: datetime) -> datetime:
    """When patience begins. Bulk mail may lie for days before anybody tries it."""
    if delivery.lane < Lane.BULK:
        return delivery.created_at
    return deliveries.first_try(db, delivery) or now


def _next_state(
    delivery: Delivery, attempt: Attempt, first_try: datetime, now: datetime
) -> tuple[DeliveryState, datetime | None]:
    verdict = attempt.outcome.verdict
    if verdict == "handed_over":
        return "handed_over", None
    if verdict == "ours":
        return "parked", None
    if verdict == "refused":
        return "failed", None
    if verdict == "paused":
        return "retry", attempt.paused_until
    planned = retry.next_try(delivery.attempts + 1, first_try, now)
    if planned is None:
        return "failed", None
    if verdict == "unknown":
        # Each try may be one more copy, so these gaps grow too.
        return "unknown", max(planned, retry.soon(retry.UNKNOWN_GAP, now))
    if verdict == "unreachable":
        return "retry", retry.soon(retry.UNREACHABLE_GAP, now)
    return "retry", planned


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()
