"""What `config/other-studies.yaml` says: changes on reports, and studies without pages here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from portal.content.text import NO_TEXT, Text

StudyStatusCode = Literal["open", "opening", "paused", "closed", "unknown"]


@dataclass(frozen=True)
class Source:
    """Where a fact was read."""

    name: str
    on: date | None = None
    url: str = ""


@dataclass(frozen=True)
class StudyStatus:
    code: StudyStatusCode
    checked_on: date | None
    source: str


@dataclass(frozen=True)
class Change:
    """A group of changes in the cancer cells. `id` is what studies name in `changes`."""

    id: str
    name: Text  # in lay words
    names_on_reports: tuple[str, ...] = ()  # genes and pathways as written there, never translated
    hint: Text = NO_TEXT
    confirm: str = ""  # for the study team only


@dataclass(frozen=True)
class Reach:
    """Whom a study is for, as far as it is known. None and empty mean: not known.

    `youngest` and `oldest` are ages in full years; `changes` are ids of `Change`.
    """

    youngest: int | None = None
    oldest: int | None = None
    illnesses: tuple[Literal["all", "lbl", "other"], ...] = ()
    changes: tuple[str, ...] = ()
    all_countries_known: bool = False  # False: a country that is not named may still take part


@dataclass(frozen=True)
class ListedStudy:
    """A study for the same illnesses that has no pages here: its entry leads to the registry."""

    nct: str
    title: Text
    looks_for: Text
    ages: Text  # short, as for a badge
    status: StudyStatus
    registry_name: str
    registry_url: str
    reach: Reach = field(default_factory=Reach)
    name: str = ""  # its short name, if it has one
    countries: tuple[str, ...] = ()  # ISO 3166 alpha-2, those that were named
    sources: tuple[Source, ...] = ()
    confirm: str = ""


@dataclass(frozen=True)
class Catalogue:
    changes: tuple[Change, ...] = ()
    studies: tuple[ListedStudy, ...] = ()
