"""The values that go in and out of the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from portal.content.site_answers import SiteAnswer

RequestState = Literal["open", "acknowledged", "spoken", "passed_on", "withdrawn", "erased"]
DeliveryState = Literal[
    "accepted", "sending", "handed_over", "retry", "unknown", "parked", "failed"
]
Recipient = Literal["site", "family", "reader"]
Illness = Literal["all", "lbl", "both", "other", ""]
NewsKind = Literal["opens", "pauses", "closes", "hospital_opens"]
AboutKind = Literal["request", "confirmation", "signup", "hospital"]
Contact = Literal["first", "second", "central"]
FollowUpKind = Literal["remind", "second_contact", "central_desk", "late"]
EventKind = Literal[
    "reminded", "second_contact", "central_desk", "acknowledged", "spoken", "passed_on",
    "not_delivered", "withdrawn",
]  # fmt: skip


@dataclass(frozen=True)
class ContactMessage:
    """What a family typed, in shape. The field names are those of the form (architecture)."""

    first_name: str
    last_name: str
    email: str
    phone: str
    reach_by: Literal["phone", "email", "both"]
    country: str
    place: str
    speak_language: str
    other_language: str
    message: str
    sender_role: Literal["parent", "self", "other", ""]

    @property
    def full_name(self) -> str:
        # One name is written in both fields, as the form’s hint says; it is shown once.
        if self.first_name == self.last_name:
            return self.first_name
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True)
class StoredRequest:
    """One request as kept. `message` is None once its content is gone."""

    id: str
    reference: str
    study: str
    site: str
    state: RequestState
    language: str
    created_at: datetime
    message: ContactMessage | None
    # Answers of the pre-screener that the family ticked to send, as JSON; never part of a mail.
    answers: str = ""


@dataclass(frozen=True)
class About:
    """What a mail is about: the id of a row, or `study/site` of a hospital."""

    kind: AboutKind
    id: str


class Lane:
    """The lower goes first: a hospital’s mail never waits behind a hundred thousand others."""

    URGENT = 0
    SOON = 1
    BULK = 2  # only at the provider’s pace


@dataclass(frozen=True)
class Delivery:
    """One mail to one recipient; two recipients are two deliveries."""

    id: str
    about: About
    recipient: Recipient
    mail: str
    state: DeliveryState
    due_at: datetime | None
    attempts: int
    message_id: str
    created_at: datetime
    handed_over_at: datetime | None
    sent_to: str | None
    last_outcome: str | None
    last_reply: int | None
    contact: Contact = "first"
    lane: int = Lane.URGENT
    lease: str | None = None


@dataclass(frozen=True)
class Wishes:
    """What somebody wants to hear of. Empty = everything. The names are those of the form."""

    email: str
    country: str
    illness: Illness
    age_group: str
    language: str


@dataclass(frozen=True)
class Consent:
    """Which text stood next to the button, in which language, when it was pressed."""

    version: str
    language: str
    at: datetime


@dataclass(frozen=True)
class Confirmation:
    """A sign-up, or a new address for one, that waits for its press. `wishes` None: pressed."""

    id: str
    signup_id: str | None
    wishes: Wishes | None
    language: str
    consent: Consent
    used_at: datetime | None = None


@dataclass(frozen=True)
class SignUp:
    """A confirmed sign-up. `news_until` is the last news that this person was told."""

    id: str
    wishes: Wishes
    last_news_at: datetime | None
    news_until: int


@dataclass(frozen=True)
class News:
    """A change of a study, or of one of its hospitals, that is worth a mail."""

    id: int
    at: datetime
    study: str
    site: str
    kind: NewsKind
    fact_on: date | None


@dataclass(frozen=True)
class Announcement:
    """One run over all sign-ups; `after` is the last one that was looked at."""

    id: int
    study: str
    at: datetime
    news_from: int
    news_until: int
    after: str
    written: int


@dataclass(frozen=True)
class SiteCheck:
    """The monthly question to a hospital. `id` is that of its newest link."""

    id: str
    hospital: str  # study/site
    due_at: datetime | None = None  # of the first question; the others follow the last one
    asked_at: datetime | None = None
    reminded_at: datetime | None = None
    answered_at: datetime | None = None
    answered: bool = False  # the newest question has its answer
    answer: SiteAnswer | None = None  # the last one, also of an earlier question


@dataclass(frozen=True)
class FollowUp:
    """Something that falls due about a request unless it ends before."""

    id: int
    request_id: str
    kind: FollowUpKind
    due_at: datetime


@dataclass(frozen=True)
class Event:
    """A fact of the family’s timeline."""

    at: datetime
    kind: EventKind
    site: str | None
