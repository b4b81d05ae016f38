"""Which studies are for a country, an age group, a change in the cells: yes, no or not known.

Nothing here ranks: entries keep the order of the configuration. What a study does not say is
‘unknown’, never ‘no’, so that no family is sent away by a gap in our knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from portal.content.catalogue_model import Catalogue, Change, ListedStudy, Reach, StudyStatus
from portal.content.model import Config, Study, Text

Fit = Literal["yes", "unknown", "no"]
Aspect = Literal["country", "age_group", "change"]
# Full years, both included. The codes are those of the sign-up form.
AGE_GROUPS: Mapping[str, tuple[int, int]] = {
    "0_5": (0, 5),
    "6_12": (6, 12),
    "13_17": (13, 17),
    "18_20": (18, 20),
    "adult": (21, 200),
}
# Answers about a report that are no group of `other-studies.yaml`.
ANOTHER = "another"  # a change that is not in the list
NOT_KNOWN = "not-known"  # no report yet, or not understood: nothing to look for


@dataclass(frozen=True)
class Entry:
    """One study of the catalogue. `slug` is empty if it has no pages here."""

    nct: str
    name: str
    title: Text
    looks_for: Text
    ages: Text
    status: StudyStatus
    registry_url: str
    reach: Reach
    countries: tuple[str, ...]
    sure_countries: frozenset[str]  # more than ‘perhaps’: a hospital with a status of its own
    slug: str = ""

    @property
    def unsure(self) -> bool:
        """Some of its countries are named by hospitals only that nobody has confirmed."""
        return not self.sure_countries.issuperset(self.countries)


@dataclass(frozen=True)
class Wanted:
    """What a reader chose; empty = everything."""

    country: str = ""
    age_group: str = ""
    change: str = ""

    @property
    def anything(self) -> bool:
        return bool(self.country or self.age_group or self.change)


@dataclass(frozen=True)
class Maybe:
    """An entry that nothing speaks against, and what is not known about it."""

    entry: Entry
    unknown: tuple[Aspect, ...]


@dataclass(frozen=True)
class Found:
    fitting: tuple[Entry, ...]
    maybe: tuple[Maybe, ...]
    left_out: int

    @property
    def nothing(self) -> bool:
        return not self.fitting and not self.maybe


def entries(config: Config) -> tuple[Entry, ...]:
    """Studies with pages here, then those without, each in the order of its files."""
    here = (_of_study(study) for study in config.studies)
    return (*here, *(_of_listed(study) for study in config.catalogue.studies))


def find(all_entries: Iterable[Entry], wanted: Wanted) -> Found:
    """Entries that fit what a reader chose, and those of which it is not known."""
    fitting, maybe, left_out = [], [], 0
    for entry in all_entries:
        fits = fit(entry, wanted)
        unknown = tuple(aspect for aspect, how in fits.items() if how == "unknown")
        if "no" in fits.values():
            left_out += 1
        elif unknown:
            maybe.append(Maybe(entry, unknown))
        else:
            fitting.append(entry)
    return Found(tuple(fitting), tuple(maybe), left_out)


def fit(entry: Entry, wanted: Wanted) -> dict[Aspect, Fit]:
    """How an entry fits each thing that was chosen."""
    fits: dict[Aspect, Fit] = {}
    if wanted.country:
        fits["country"] = _country(entry, wanted.country)
    if wanted.age_group:
        fits["age_group"] = _age(entry.reach, *AGE_GROUPS[wanted.age_group])
    if wanted.change and wanted.change != NOT_KNOWN:
        fits["change"] = _change(entry.reach, wanted.change)
    return fits


def look_for(all_entries: Iterable[Entry], change: str) -> tuple[Entry, ...]:
    """The signpost: studies that name this change, wherever they are and whatever their status."""
    return tuple(entry for entry in all_entries if change in entry.reach.changes)


def change_of(catalogue: Catalogue, change_id: str) -> Change | None:
    return next((change for change in catalogue.changes if change.id == change_id), None)


def _country(entry: Entry, country: str) -> Fit:
    if country in entry.sure_countries:
        return "yes"
    named = country in entry.countries
    return "unknown" if named or not entry.reach.all_countries_known else "no"


def _age(reach: Reach, low: int, high: int) -> Fit:
    """‘Yes’ if some ages of the group can join, ‘no’ if a known limit keeps all of them out."""
    if reach.youngest is not None and reach.youngest > high:
        return "no"
    if reach.oldest is not None and reach.oldest < low:
        return "no"
    return "unknown" if reach.youngest is None or reach.oldest is None else "yes"


def _change(reach: Reach, change: str) -> Fit:
    if not reach.changes:
        return "unknown"
    return "yes" if change in reach.changes else "no"


def _of_study(study: Study) -> Entry:
    sites = [site for site in study.sites if site.status != "closed"]
    return Entry(
        nct=study.nct,
        name=study.name,
        title=study.title,
        looks_for=study.looks_for,
        ages=study.details.ages,
        status=study.status,
        registry_url=study.details.registry_url,
        reach=study.reach,
        countries=tuple(dict.fromkeys(site.country for site in sites)),
        sure_countries=frozenset(
            site.country for site in sites if site.confirmed or site.status != "unconfirmed"
        ),
        slug=study.slug,
    )


def _of_listed(study: ListedStudy) -> Entry:
    return Entry(
        nct=study.nct,
        name=study.name,
        title=study.title,
        looks_for=study.looks_for,
        ages=study.ages,
        status=study.status,
        registry_url=study.registry_url,
        reach=study.reach,
        countries=study.countries,
        sure_countries=frozenset(study.countries),
    )
