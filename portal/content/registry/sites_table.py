"""Hospitals of a record → rows of `sites.csv`. Only facts of the registry change.

Never changed in a row that is there: its id, institution, city, time zone, languages,
department, confirmation, phone and contact that are filled, and a status as new as the registry's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from portal.content.registry.lands import languages_of, timezone_of
from portal.content.registry.match import Hospital
from portal.content.registry.names import postcode_key, slug
from portal.content.registry.record import Contact, Point, Record
from portal.content.registry.words import SITE_STATUS

STAND_IN = "sites.example"  # RFC 2606: nobody reads mail there
CONFIDENCE = "1 source"


@dataclass(frozen=True)
class Placed:
    """A hospital with its checked point, and the region for its time zone."""

    hospital: Hospital
    point: Point
    region: str = ""

    @property
    def label(self) -> str:
        return self.hospital.location.label


def contact_of(hospital: Hospital) -> Contact | None:
    """Who answers families, if the record says; else whoever leads the study there."""
    people = hospital.location.contacts
    named = [each for each in people if each.role == "CONTACT"] or list(people)
    return named[0] if named else None


def new_row(
    placed: Placed, site_id: str, record: Record, odd: list[str], *, contacts: bool
) -> dict[str, str]:
    hospital = placed.hospital
    zone, _ = timezone_of(hospital.country, hospital.location.state, placed.region)
    status, on = _registered(hospital, record, odd)
    if not hospital.location.facility:
        odd.append(f"{hospital.location.label}: the record gives no name. Write one.")
    return {
        "trial_nct": record.nct,
        "site_id": site_id,
        "institution": hospital.institution,
        "city": hospital.city,
        "postal_code": hospital.postcode,
        "country_code": hospital.country,
        **_point(placed.point),
        "timezone": zone,
        "languages": ";".join(languages_of(hospital.country)),
        "status": status,
        "status_on": on,
        "contact_role": "Study team",
        **_source(record),
        **(_contact(hospital, {}) if contacts else {}),
    }


def changes(
    placed: Placed, row: Mapping[str, str], record: Record, odd: list[str], *, contacts: bool
) -> dict[str, str]:
    """The cells of a row that is there and that the record gives anew."""
    hospital, new = placed.hospital, {}
    new.update(_postcode(hospital, row))
    if _apart(placed.point, row):
        new.update(_point(placed.point))
    status, on = _registered(hospital, record, odd)
    kept = _newest(row)
    if status and kept and record.as_of and kept >= record.as_of:
        if row["status"] != status:
            has = row["status"] or "unconfirmed"
            odd.append(
                f"{row['site_id']}: the registry says {status} on {on}. "
                f"Your “{has}” of {kept} is as new, and stays."
            )
        status = ""
    if status:
        new.update(status=status, status_on=on)
    if status or row["confidence"] == "inferred":
        new.update(_source(record))
    for name, said in (("institution", hospital.institution), ("city", hospital.city)):
        if slug(row[name]) != slug(said):
            odd.append(f"{row['site_id']}: the record writes “{said}”. Your “{row[name]}” stays.")
    if contacts:
        new.update(_contact(hospital, row))
    return new


def mailbox(site_id: str, address: str = "") -> dict[str, str]:
    """A row of `mailboxes.csv` for a hospital that has none."""
    return {"site_id": site_id, "email": address or f"{site_id}@{STAND_IN}"}


def address_of(hospital: Hospital) -> str:
    """Where the hospital's contact reads mail; empty if the record has no address that works."""
    contact = contact_of(hospital)
    return contact.working_email if contact else ""


def unsure_zone(placed: Placed) -> bool:
    hospital = placed.hospital
    return not timezone_of(hospital.country, hospital.location.state, placed.region)[1]


def row_point(row: Mapping[str, str]) -> Point | None:
    try:
        return Point(float(row["lat"]), float(row["lon"]))
    except ValueError:
        return None


def _registered(hospital: Hospital, record: Record, odd: list[str]) -> tuple[str, str]:
    """Status and its day; both empty if the record does not say both."""
    word = hospital.location.status
    if not word or record.as_of is None:
        return "", ""
    if word not in SITE_STATUS:
        odd.append(f"{hospital.location.label}: the status “{word[:40]}” says nothing. Left out.")
        return "", ""
    return SITE_STATUS[word], record.as_of.isoformat()


def _newest(row: Mapping[str, str]) -> date | None:
    """The day of the status, or of the hospital's own word if that is later."""
    days = [row[name] for name in ("status_on", "confirmed_on") if row[name]]
    try:
        return max(map(date.fromisoformat, days), default=None)
    except ValueError:
        return None


def _postcode(hospital: Hospital, row: Mapping[str, str]) -> dict[str, str]:
    old, new, country = row["postal_code"], hospital.postcode, hospital.country
    if not new or old == new or (old and hospital.odd_postcode):
        return {}
    as_registered = old == hospital.location.postcode
    if not as_registered and postcode_key(old, country) == postcode_key(new, country):
        return {}  # only written in another way
    return {"postal_code": new}


def _apart(point: Point, row: Mapping[str, str]) -> bool:
    old = row_point(row)
    return old is None or abs(old.lat - point.lat) > 1e-4 or abs(old.lon - point.lon) > 1e-4


def _point(point: Point) -> dict[str, str]:
    return {"lat": f"{point.lat:.5f}", "lon": f"{point.lon:.5f}"}


def _source(record: Record) -> dict[str, str]:
    version = f"registry version {record.version}" if record.version else "version not stated"
    said = f"{record.url} (ClinicalTrials.gov API v2; {version})"
    return {"source": said, "confidence": CONFIDENCE}


def _contact(hospital: Hospital, row: Mapping[str, str]) -> dict[str, str]:
    """Only into cells that are empty."""
    contact = contact_of(hospital)
    if contact is None:
        return {}
    given = {"contact_name": contact.name, "phone": contact.phone, "contact_role": "Study team"}
    return {name: said for name, said in given.items() if said and not row.get(name)}
