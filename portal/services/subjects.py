"""What a mail can be about: who writes its words, and what follows from how it went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from portal.services import about_confirmation, about_hospital, about_request, about_signup
from portal.services.compose import Letter
from portal.services.parts import Parts
from portal.store.records import AboutKind, Delivery

After = Callable[[Connection, Parts, Delivery, datetime], None]


def _nothing(_db: Connection, _parts: Parts, _delivery: Delivery, _now: datetime) -> None:
    """Nothing follows."""


@dataclass(frozen=True)
class Subject:
    """`compose` raises EndedLinkError or UnknownLinkError: what it was about is gone, send nothing;

    NoRouteError: there is nobody to write to, a person must look; NotYetError: later;
    NothingToSayError: drop it. The others run in the transaction that marks the mail.
    """

    compose: Callable[[Parts, Delivery], Letter]
    after_failure: After = _nothing
    after_hand_over: After = _nothing


SUBJECTS: dict[AboutKind, Subject] = {
    "request": Subject(about_request.write, about_request.after_failure),
    "confirmation": Subject(about_confirmation.write, about_confirmation.after_failure),
    "signup": Subject(about_signup.write, about_signup.after_failure, about_signup.after_hand_over),
    "hospital": Subject(about_hospital.write, about_hospital.after_failure),
}
