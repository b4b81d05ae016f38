"""Sample values for tests below the web: a family's message, opened parts, a written request."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from portal.clock import Clock
from portal.services.parts import Parts, open_parts
from portal.services.submit_request import submit_request
from portal.store import deliveries
from portal.store.records import ContactMessage, Delivery
from tests.support.in_process import NOON, development_settings
from tests.support.kept import make_tables

FAMILY = ContactMessage(
    first_name="Amira",
    last_name="Ben Salah",
    email="amira@family.example",
    phone="+31 20 799 0018",
    reach_by="both",
    country="NL",
    place="Utrecht",
    speak_language="ar",
    other_language="",
    message="Our daughter is 4. The illness came back.\nCan we talk?",
    sender_role="parent",
)


class SetClock(Clock):
    """A clock that stands where a test puts it."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        object.__setattr__(self, "time", now)

    def now(self) -> datetime:
        return self.time  # type: ignore[attr-defined,no-any-return]

    def move(self, **by: float) -> None:
        self.move_to(self.now() + timedelta(**by))

    def move_to(self, moment: datetime) -> None:
        object.__setattr__(self, "time", moment)


def make_parts(folder: Path, **changes: Any) -> tuple[Parts, SetClock]:
    """The parts on an empty, migrated database, and the clock they look at."""
    clock = SetClock(NOON)
    parts = open_parts(development_settings(folder, clock=clock, **changes))
    make_tables(parts.store)
    return parts, clock


def real_time_parts(folder: Path, **changes: Any) -> Parts:
    """The same with the real clock, as processes beside this one have it."""
    parts = open_parts(development_settings(folder, **changes))
    make_tables(parts.store)
    return parts


def write_request(
    parts: Parts,
    *,
    key: str = "key-1",
    site: str = "nl-utrecht-maxima",
    language: str = "en",
    **changes: Any,
) -> str:
    study = parts.config.study("hem-ismart-d")
    assert study is not None
    return submit_request(
        parts,
        replace(FAMILY, **changes),
        study=study,
        site_id=site,
        form_key=key,
        language=language,
        now=parts.now(),
    )


def deliveries_of(parts: Parts, request_id: str) -> dict[str, Delivery]:
    with parts.store.read() as db:
        return {mail.recipient: mail for mail in deliveries.of_request(db, request_id)}
