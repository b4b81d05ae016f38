"""A ClinicalTrials.gov record (API v2) → `Record`: facts as registered, nothing decided yet."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.content.checks import mail_address_problem
from portal.content.registry.fields import Fields, RecordError, read_json

_NCT = re.compile(r"NCT\d{8}")
_EU_CT = re.compile(r"\d{4}-5\d{5}-\d\d(-\d\d)?")
_NAMED_NUMBERS = {"EUDRACT_NUMBER": "EudraCT", "CTIS": "EU CT"}
MOST_LOCATIONS = 5_000
_SPREADSHEET = "=+-@"  # a cell that begins so would be run by a spreadsheet


@dataclass(frozen=True)
class Point:
    lat: float
    lon: float

    def __str__(self) -> str:
        return f"{self.lat:.5f}, {self.lon:.5f}"


@dataclass(frozen=True)
class Contact:
    role: str
    name: str
    phone: str
    email: str

    @property
    def working_email(self) -> str:
        """Empty if mail to it can never arrive."""
        return "" if not self.email or mail_address_problem(self.email) else self.email


@dataclass(frozen=True)
class Location:
    """One hospital as registered; any text may be empty."""

    facility: str
    city: str
    state: str
    postcode: str
    country: str  # name, in the registry's spelling
    status: str  # word of the registry
    point: Point | None
    contacts: tuple[Contact, ...] = ()

    @property
    def label(self) -> str:
        """For warnings: ‘Frankfurt (Universitätsklinikum Frankfurt)’."""
        return f"{self.city or self.country} ({self.facility or 'no name'})"


@dataclass(frozen=True)
class Intervention:
    kind: str
    name: str


@dataclass(frozen=True)
class Record:
    nct: str
    acronym: str
    title: str
    official_title: str
    identifiers: tuple[str, ...]
    status: str
    version: date | None  # day of the registry's data
    last_update: date | None
    start: str  # as registered: a day or a month
    completion: str
    sponsor: str
    collaborators: tuple[str, ...]
    conditions: tuple[str, ...]
    phases: tuple[str, ...]
    interventions: tuple[Intervention, ...]
    sex: str
    minimum_age: str
    maximum_age: str
    planned_people: int | None
    contacts: tuple[Contact, ...]
    locations: tuple[Location, ...]

    @property
    def as_of(self) -> date | None:
        """The day for which its statuses hold."""
        return self.version or self.last_update

    @property
    def url(self) -> str:
        return f"https://clinicaltrials.gov/study/{self.nct}"


def read_record(raw: bytes, today: date) -> tuple[Record, list[str]]:
    """The record and what is odd about it.

    Raises RecordError: not JSON, not one record of API v2, a part missing, a value of the wrong
    kind.
    """
    top = read_json(raw)
    study = _protocol(top)
    who, status = study.needed("identificationModule"), study.needed("statusModule")
    design, rules = study.needed("designModule"), study.needed("eligibilityModule")
    sponsor = study.needed("sponsorCollaboratorsModule")
    places = study.part("contactsLocationsModule")
    arms = study.part("armsInterventionsModule")
    odd: list[str] = []
    version = top.part("derivedSection").part("miscInfoModule")
    people = design.part("enrollmentInfo").number("count")
    titles = [who.text("briefTitle"), who.text("officialTitle")]
    record = Record(
        nct=_number(who),
        acronym=who.text("acronym"),
        title=titles[0] or titles[1],
        official_title=titles[1] or titles[0],
        identifiers=tuple(dict.fromkeys(_identifiers(who))),
        status=_word(status, "overallStatus"),
        version=_day(version, "versionHolder", today, odd),
        last_update=_last_update(status, today, odd),
        start=status.part("startDateStruct").text("date"),
        completion=status.part("completionDateStruct").text("date"),
        sponsor=sponsor.part("leadSponsor").text("name"),
        collaborators=_names(sponsor.parts("collaborators")),
        conditions=study.needed("conditionsModule").texts("conditions"),
        phases=design.texts("phases"),
        interventions=tuple(_intervention(each) for each in arms.parts("interventions")),
        sex=rules.text("sex"),
        minimum_age=rules.text("minimumAge"),
        maximum_age=rules.text("maximumAge"),
        planned_people=int(people) if people and people > 0 else None,
        contacts=tuple(_contact(each) for each in places.parts("centralContacts")),
        locations=_locations(places, odd),
    )
    if not record.title:
        raise RecordError("The record has no title.")
    return record, odd


def _protocol(top: Fields) -> Fields:
    if "studies" in top.values:
        raise RecordError(
            "This is an answer to a search, not one record. Download the record of one study."
        )
    if "protocolSection" not in top.values:
        raise RecordError(
            "This is JSON, but no ClinicalTrials.gov record of API v2 (no “protocolSection”)."
        )
    return top.needed("protocolSection")


def _number(who: Fields) -> str:
    nct = who.text("nctId").upper()
    if not _NCT.fullmatch(nct):
        raise RecordError("The record has no registry number of the form NCT and eight digits.")
    return nct


def _identifiers(who: Fields) -> Iterable[str]:
    for each in (who.part("orgStudyIdInfo"), *who.parts("secondaryIdInfos")):
        number, kind = each.text("id"), each.text("type")
        named = _NAMED_NUMBERS.get(kind) or ("EU CT" if _EU_CT.fullmatch(number) else "")
        if number:
            yield f"{named} {number}".strip()


def _word(part: Fields, name: str) -> str:
    word = part.text(name)
    if not word:
        raise RecordError(f"The record has no “{part.place}.{name}”.")
    return word


def _last_update(status: Fields, today: date, odd: list[str]) -> date | None:
    posted = _day(status.part("lastUpdatePostDateStruct"), "date", today, odd)
    return posted or _day(status, "lastUpdateSubmitDate", today, odd)


def _day(part: Fields, name: str, today: date, odd: list[str]) -> date | None:
    given = part.text(name)
    try:
        day = date.fromisoformat(given) if given else None
    except ValueError:
        odd.append(f"The date “{given[:40]}” of the record ({part.place}.{name}) is not used.")
        return None
    if day and day > today:
        odd.append(f"The record is dated {day} ({part.place}.{name}), which is in the future.")
        return None
    return day


def _names(parts: Iterable[Fields]) -> tuple[str, ...]:
    return tuple(name for each in parts if (name := each.text("name")))


def _intervention(each: Fields) -> Intervention:
    return Intervention(each.text("type"), each.text("name"))


def _contact(each: Fields) -> Contact:
    phone, more = each.text("phone"), each.text("phoneExt")
    name = each.text("name").lstrip(_SPREADSHEET).strip()
    phone = f"{phone} ext. {more}" if phone and more else phone
    return Contact(each.text("role"), name, phone, each.text("email"))


def _locations(places: Fields, odd: list[str]) -> tuple[Location, ...]:
    given = places.parts("locations")
    if len(given) > MOST_LOCATIONS:
        raise RecordError(f"The record has {len(given):,} hospitals. No study has that many.")
    return tuple(_location(each, odd) for each in given)


def _location(each: Fields, odd: list[str]) -> Location:
    return Location(
        facility=each.text("facility").lstrip(_SPREADSHEET).strip(),
        city=each.text("city").lstrip(_SPREADSHEET).strip(),
        state=each.text("state"),
        postcode=each.text("zip").lstrip(_SPREADSHEET).strip(),
        country=each.text("country"),
        status=each.text("status"),
        point=_point(each, odd),
        contacts=tuple(_contact(one) for one in each.parts("contacts")),
    )


def _point(each: Fields, odd: list[str]) -> Point | None:
    given = each.part("geoPoint")
    lat, lon = given.number("lat"), given.number("lon")
    if lat is None or lon is None:
        return None
    if abs(lat) > 90 or abs(lon) > 180 or (lat == 0 and lon == 0):
        odd.append(f"{each.text('city')}: the point {lat}, {lon} of the record is no place.")
        return None
    return Point(lat, lon)
