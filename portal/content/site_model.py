"""A hospital of a study, as sites.csv, mailboxes.csv and its own answers say."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from portal.content.text import NO_TEXT, Text

SiteStatus = Literal["open", "opening", "paused", "full", "closed", "unconfirmed"]
ACCEPTING: frozenset[str] = frozenset({"open", "unconfirmed"})


@dataclass(frozen=True)
class Site:
    """A hospital of a study. Empty phone, contact and confirmation mean: not known."""

    id: str
    institution: str
    city: str
    postal_code: str
    country: str  # ISO 3166 alpha-2
    lat: float
    lon: float
    timezone: str
    languages: tuple[str, ...]  # ISO 639-1, first = language of its mail
    status: SiteStatus
    status_on: date | None = None
    confirmed_on: date | None = None
    confirmed_by: str = ""
    department: str = ""
    phone: str = ""
    contact_name: str = ""
    contact_role: Text = NO_TEXT
    response_days: int | None = None
    source: str = ""
    confidence: str = ""
    mailbox: str = ""
    second_mailbox: str = ""
    mailbox_right: bool = True  # False: the hospital said that it does not read this mailbox
    line: int = field(default=0, compare=False)  # in sites.csv, for messages to the operator
    mailbox_line: int = field(default=0, compare=False)  # in mailboxes.csv

    @property
    def confirmed(self) -> bool:
        """Architecture, ‘Unconfirmed hospitals’: only with a date and a name."""
        return self.confirmed_on is not None and bool(self.confirmed_by)

    @property
    def accepting(self) -> bool:
        return self.status in ACCEPTING
