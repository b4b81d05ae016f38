"""What the files under config/ say, as frozen values.

A `Text` is English wording that a family reads; templates show it through the catalogue
(`{{ text|t }}`), and the extractor finds every `Text` for the translators.
A plain `str` is a name, a code or an address and is never translated.
Inside a `Text`, `[plain words](word:term-id)` links a glossary term; nothing else is markup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from portal.content.catalogue_model import Catalogue as Catalogue
from portal.content.catalogue_model import Reach
from portal.content.catalogue_model import Source as Source
from portal.content.catalogue_model import StudyStatus as StudyStatus
from portal.content.catalogue_model import StudyStatusCode as StudyStatusCode
from portal.content.screener_model import Screener
from portal.content.site_model import Site as Site
from portal.content.site_model import SiteStatus as SiteStatus
from portal.content.text import NO_TEXT as NO_TEXT
from portal.content.text import Text as Text


@dataclass(frozen=True)
class Section:
    """A part of a page: an id for links and notes, a heading, paragraphs."""

    id: str
    heading: Text
    paragraphs: tuple[Text, ...]
    confirm: str = ""  # what the sponsor must still confirm, for the study team only
    source: str = ""  # where the wording or the need for it was read, for the study team only


@dataclass(frozen=True)
class Step:
    """What happens after writing, in order."""

    heading: Text
    text: Text


@dataclass(frozen=True)
class Criterion:
    """One rule of the study. `number` as in the protocol listing: 1, 1a, 6.1, 21.3."""

    number: str
    kind: Literal["include", "exclude"]
    clinical: Text
    lay: Text


@dataclass(frozen=True)
class QuestionGroup:
    id: str
    heading: Text
    questions: tuple[Section, ...]  # heading = the question, paragraphs = the answer


@dataclass(frozen=True)
class CentralDesk:
    """The study's central office. Phone empty = unknown, and the pages say so."""

    name: Text
    email: str
    phone: str = ""


@dataclass(frozen=True)
class Approval:
    """Filled once an ethics committee has seen the texts."""

    by: str
    on: date
    reference: str = ""


@dataclass(frozen=True)
class Details:
    """Badges and ‘Study details’ of the public listing."""

    phase: Text  # ‘Phase 1 and 2’
    ages: Text  # ‘1 to 20 years’, short, for the badge
    age_rule: tuple[Text, ...]  # the two-part rule in full
    sex: Text
    conditions: tuple[Text, ...]  # lay names
    registry_conditions: tuple[str, ...]  # as registered, for doctors
    sponsor: str
    registry_name: str
    registry_url: str
    last_update: date | None
    planned_people: int | None = None
    other_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Study:
    slug: str
    name: str  # HEM-iSMART-D
    part: str  # D
    nct: str
    complete: bool  # False: a short entry with its overview only
    title: Text  # lay heading
    lead: tuple[Text, ...]  # the short paragraphs under it
    who_for: tuple[Text, ...]  # ‘Who is it for?’ as points
    looks_for: Text  # the change in the cells, in lay words
    medicines: tuple[Text, ...]
    genes: tuple[str, ...]
    status: StudyStatus
    details: Details
    text_version: str
    text_date: date
    timezone: str
    registry_title: str = ""
    reach: Reach = field(default_factory=Reach)
    sources: tuple[Source, ...] = ()
    overview: tuple[Section, ...] = ()
    steps: tuple[Step, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    questions: tuple[QuestionGroup, ...] = ()
    screener: Screener | None = None  # None: the study has no pre-screener
    sites: tuple[Site, ...] = ()
    central: CentralDesk | None = None
    approval: Approval | None = None

    def site(self, site_id: str) -> Site | None:
        return next((site for site in self.sites if site.id == site_id), None)

    @property
    def accepts_messages(self) -> bool:
        """Paused or closed studies take no new messages; the pages say so with the date."""
        return self.status.code in {"open", "opening", "unknown"}


@dataclass(frozen=True)
class GlossaryTerm:
    id: str
    term: Text
    meaning: Text


@dataclass(frozen=True)
class LanguagesOffered:
    offered: tuple[str, ...]
    allow_unreviewed: tuple[str, ...] = ()  # may be shown on a public address below `reviewed`


@dataclass(frozen=True)
class Routing:
    border_km: float
    language_km: float
    stale_days: int = 35  # older status or confirmation says so


@dataclass(frozen=True)
class Answering:
    """Working days of the hospital without a press; `tell_family_after` is the {n} of the texts.

    After that many the central desk is asked (reliability brief; architecture, step 7).
    """

    tell_family_after: int
    remind_after: int = 1
    second_contact_after: int = 2
    late_after_minutes: int = 60  # then the family is told that its mail is still on its way


@dataclass(frozen=True)
class Alarm:
    """How the operator hears of trouble by a way that is not the mail server.

    `command` is run with the alarm’s text as its last word; `webhook` gets it as JSON.
    """

    after_minutes: int = 15
    command: tuple[str, ...] = ()
    webhook: str = ""


@dataclass(frozen=True)
class Retention:
    key_hours: int = 48
    request_days_after_last_step: int = 30
    request_days_at_most: int = 90


@dataclass(frozen=True)
class Updates:
    """News for those who signed up: at most this many mails a minute, over all workers.

    `text_version` is that of the words on the sign-up page; it is kept with each sign-up.
    """

    mails_per_minute: int = 60
    days_between_mails: int = 7
    confirm_hours: int = 72
    keep_unconfirmed_days: int = 7
    text_version: str = "1"


@dataclass(frozen=True)
class Confirming:
    """How often each hospital is asked if what we show is still true."""

    ask_every_days: int = 28
    remind_after_days: int = 4


@dataclass(frozen=True)
class Limits:
    """Ceilings against misuse; a higher number lets more through."""

    checks_per_source_per_hour: int
    sends_per_source_per_hour: int
    messages_per_address_per_day: int
    copies_per_address_per_day: int
    copies_per_address_per_30_days: int
    signups_per_source_per_hour: int = 120
    confirmations_per_hour: int = 60
    shares_per_source_per_hour: int = 60
    opens_per_source_per_hour: int = 300


@dataclass(frozen=True)
class PortalConfig:
    languages: LanguagesOffered
    routing: Routing
    answering: Answering
    retention: Retention
    limits: Limits
    alarm: Alarm = Alarm()
    updates: Updates = Updates()
    confirming: Confirming = Confirming()


@dataclass(frozen=True)
class Config:
    """Everything an operator or a study team edits."""

    portal: PortalConfig
    studies: tuple[Study, ...]
    glossary: tuple[GlossaryTerm, ...]
    catalogue: Catalogue = field(default_factory=Catalogue)

    def study(self, slug_or_nct: str) -> Study | None:
        return next((s for s in self.studies if slug_or_nct in (s.slug, s.nct)), None)

    @property
    def complete_studies(self) -> tuple[Study, ...]:
        return tuple(study for study in self.studies if study.complete)


@dataclass(frozen=True)
class Problem:
    """A mistake in a file under config/: where it is and what to do."""

    file: str
    line: int
    message: str
    advice: str = field(default="")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message} {self.advice}".rstrip()
