"""The steps of a message as they happened: presses and mail servers’ words, never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from portal.content.model import Site
from portal.services.look_up import OpenRequest
from portal.services.routing import CENTRAL
from portal.store.records import Delivery, Event

Kind = Literal[
    "written", "on_its_way", "sent", "trying", "unknown", "stuck",
    "reminded", "second_contact", "central_desk", "acknowledged", "spoken", "passed_on",
    "not_delivered", "withdrawn",
]  # fmt: skip
_STATE_KINDS: dict[str, Kind] = {
    "accepted": "on_its_way",
    "sending": "on_its_way",
    "handed_over": "sent",
    "retry": "trying",
    "unknown": "unknown",
    "parked": "stuck",
    "failed": "stuck",
}


@dataclass(frozen=True)
class TimelineStep:
    """`site` None with `central` false: the family’s own doing, or the chosen hospital."""

    at: datetime
    kind: Kind
    central: bool = False
    site: Site | None = None
    state: str = ""  # of the delivery that this step tells, for the page’s data-state


def timeline(opened: OpenRequest) -> tuple[TimelineStep, ...]:
    """Oldest first. Mails that carry the request count; reminders show as the reminder itself."""
    steps = [TimelineStep(opened.request.created_at, "written", site=opened.site)]
    steps += [_from_delivery(opened, mail) for mail in opened.deliveries if _carries(mail)]
    steps += [_from_event(opened, event) for event in opened.events]
    return tuple(sorted(steps, key=lambda step: step.at))


def _carries(mail: Delivery) -> bool:
    return mail.recipient == "site" and mail.mail in {"site-request", "central-request"}


def _from_delivery(opened: OpenRequest, mail: Delivery) -> TimelineStep:
    at = mail.handed_over_at or mail.created_at
    central = mail.contact == CENTRAL or mail.sent_to == CENTRAL
    site = opened.study.site(mail.sent_to) if mail.sent_to else opened.site
    return TimelineStep(at, _STATE_KINDS[mail.state], central, site, mail.state)


def _from_event(opened: OpenRequest, event: Event) -> TimelineStep:
    central = event.site == CENTRAL or event.kind == "central_desk"
    site = opened.study.site(event.site) if event.site else opened.site
    return TimelineStep(event.at, event.kind, central, site)
