"""What a mail can be about: who writes its words, and what follows if it cannot be delivered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from portal.services import about_hospital, about_request
from portal.services.compose import Letter
from portal.services.parts import Parts
from portal.store.records import AboutKind, Delivery


@dataclass(frozen=True)
class Subject:
    """`compose` raises EndedLinkError or UnknownLinkError: what it was about is gone, send nothing;

    NoRouteError: there is nobody to write to, a person must look. `after_failure` runs in the
    transaction that marks the mail as failed.
    """

    compose: Callable[[Parts, Delivery], Letter]
    after_failure: Callable[[Connection, Parts, Delivery, datetime], None]


SUBJECTS: dict[AboutKind, Subject] = {
    "request": Subject(about_request.write, about_request.after_failure),
    "hospital": Subject(about_hospital.write, about_hospital.after_failure),
}
