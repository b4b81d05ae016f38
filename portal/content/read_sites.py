"""`sites.csv` and `mailboxes.csv` of a study → hospitals."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from portal.content import checks
from portal.content.model import Problem, Site
from portal.content.structure import structure_cells
from portal.content.yaml_lines import Row, UnreadableError, read_csv

SITE_COLUMNS = (
    "trial_nct", "site_id", "institution", "department", "city", "postal_code", "country_code",
    "lat", "lon", "timezone", "languages", "status", "source", "confidence", "status_on",
    "confirmed_on", "confirmed_by", "phone", "contact_name", "contact_role", "response_days",
)  # fmt: skip
MAILBOX_COLUMNS = ("site_id", "email", "second_email")
_COLUMN_OF = {"id": "site_id", "country": "country_code"}
_FIELD_OF = {column: name for name, column in _COLUMN_OF.items()}
# What registries write, and the word of ours that an operator probably means.
_REGISTRY_WORDS = {
    "RECRUITING": "open", "NOT_YET_RECRUITING": "opening", "SUSPENDED": "paused",
    "ACTIVE_NOT_RECRUITING": "full", "COMPLETED": "closed", "TERMINATED": "closed",
    "WITHDRAWN": "closed",
}  # fmt: skip


@dataclass
class SitesRead:
    """Hospitals that could be read; `named` are the ids of all rows, None if there is no table."""

    sites: tuple[Site, ...] = ()
    named: frozenset[str] | None = None
    problems: list[Problem] = field(default_factory=list)


def read_sites(path: Path, name: str, nct: str) -> SitesRead:
    """All hospitals that can be read, and every mistake of the file."""
    try:
        table = read_csv(path, name, SITE_COLUMNS)
    except UnreadableError as error:
        return SitesRead(problems=[error.problem])
    problems, sites = list(table.problems), []
    for row in table.rows:
        if nct and row.cells["trial_nct"] != nct:
            said = f"trial_nct: “{row.cells['trial_nct']}” is not this study."
            problems.append(Problem(name, row.line, said, f"Write {nct}."))
        site, wrong = _site(row, name)
        problems += wrong
        if site:
            sites.append(site)
            problems += _site_problems(site, name)
    problems += _twice(sites, name)
    named = frozenset(str(row.cells["site_id"]) for row in table.rows)
    return SitesRead(tuple(sites), named, problems)


def _site(row: Row, name: str) -> tuple[Site | None, list[Problem]]:
    cells: dict[str, Any] = {
        _FIELD_OF.get(column, column): cell
        for column, cell in row.cells.items()
        if column != "trial_nct"
    }
    cells["languages"] = [code.strip() for code in cells["languages"].split(";") if code.strip()]
    cells["status"] = cells["status"] or "unconfirmed"
    site, problems = structure_cells(
        cells, Site, lambda _: (name, row.line), may_be_blank=("postal_code", "languages")
    )
    problems = [_with_column(problem, str(cells["status"])) for problem in problems]
    return (dataclasses.replace(site, line=row.line) if site else None), problems


def _with_column(problem: Problem, status: str) -> Problem:
    """Names of the file, not of the model; registry words get their translation."""
    message, advice = problem.message, problem.advice
    for attribute, column in _COLUMN_OF.items():
        if message.startswith((f"“{attribute}” ", f"{attribute}: ")):
            message = message.replace(attribute, column, 1)
            advice = advice.replace(f"“{attribute}”", f"“{column}”")
    if message.startswith("status: ") and status.upper() in _REGISTRY_WORDS:
        advice = f"The registry’s word means here: {_REGISTRY_WORDS[status.upper()]}. {advice}"
    if message.endswith("is missing."):
        advice = "Fill this cell."
    return Problem(problem.file, problem.line, message, advice)


def _site_problems(site: Site, name: str) -> Iterator[Problem]:
    for said, advice in (*_code_problems(site), *_fact_problems(site)):
        yield Problem(name, site.line, said, advice)


def _code_problems(site: Site) -> Iterator[tuple[str, str]]:
    if not checks.SLUG.fullmatch(site.id):
        yield (
            f"site_id: “{site.id}” cannot be an address.",
            "Write it like nl-utrecht-maxima.",
        )
    if site.country not in checks.countries():
        yield f"country_code: “{site.country}” is no country.", "Write two capitals, like NL."
    if not checks.is_timezone(site.timezone):
        yield f"timezone: “{site.timezone}” is unknown.", "Write it like Europe/Amsterdam."
    if not site.languages:
        yield "languages: none is given.", "Write at least one, like nl;en."
    for code in site.languages:
        if code not in checks.languages():
            advice = "Write two small letters, like nl; several with ; between them."
            yield f"languages: “{code}” is no language code.", advice


def _fact_problems(site: Site) -> Iterator[tuple[str, str]]:
    if not (math.isfinite(site.lat) and abs(site.lat) <= 90):
        yield f"lat: {site.lat} is not between -90 and 90.", "Write degrees, like 52.09083."
    if not (math.isfinite(site.lon) and abs(site.lon) <= 180):
        yield f"lon: {site.lon} is not between -180 and 180.", "Write degrees, like 5.12222."
    if site.lat == 0 and site.lon == 0:
        yield "lat and lon are both 0, a point in the sea.", "Write the hospital’s city."
    if (site.confirmed_on is None) != (not site.confirmed_by):
        advice = "Fill both (the day, and the role of who confirmed it) or leave both empty."
        yield "Only one of confirmed_on and confirmed_by is filled.", advice
    if site.status != "unconfirmed" and site.status_on is None:
        advice = "Write in status_on the day on which the status was read."
        yield f"The status “{site.status}” has no date.", advice
    if site.response_days is not None and site.response_days < 1:
        yield "response_days: less than 1.", "Write working days as the hospital said, or nothing."


def _twice(sites: list[Site], name: str) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for site in sites:
        if site.id in seen:
            said = f"site_id: “{site.id}” stands here twice (first in line {seen[site.id]})."
            yield Problem(name, site.line, said, "Remove one of the rows.")
        seen.setdefault(site.id, site.line)


def future_days(sites: tuple[Site, ...], name: str, today: date) -> Iterator[Problem]:
    for site in sites:
        for column in ("status_on", "confirmed_on"):
            day = getattr(site, column)
            if day is not None and day > today:
                yield Problem(name, site.line, *checks.future(column, day, today))


# --- mailboxes ------------------------------------------------------------------------------


def with_mailboxes(
    read: SitesRead, path: Path, name: str, sites_name: str
) -> tuple[tuple[Site, ...], list[Problem]]:
    """Hospitals with their mailboxes; each hospital needs one, and none may be left over."""
    try:
        table = read_csv(path, name, MAILBOX_COLUMNS)
    except UnreadableError as error:
        return read.sites, [error.problem]
    problems = list(table.problems)
    rows: dict[str, Row] = {}
    known = read.named
    for row in table.rows:
        problems += (Problem(name, row.line, *said) for said in _mailbox_row(row, known, rows))
        rows.setdefault(str(row.cells["site_id"]), row)
    for site in read.sites:
        if site.id not in rows:
            said = f"“{site.id}” has no mailbox."
            problems.append(Problem(sites_name, site.line, said, f"Add a row for it to {name}."))
    return tuple(_joined(site, rows.get(site.id)) for site in read.sites), problems


def _mailbox_row(
    row: Row, known: frozenset[str] | None, rows: dict[str, Row]
) -> Iterator[tuple[str, str]]:
    site_id = row.cells["site_id"]
    if known is not None and site_id not in known:
        yield f"site_id: “{site_id}” is not in sites.csv.", "Correct the id or remove the row."
    if site_id in rows:
        first = rows[site_id].line
        yield f"site_id: “{site_id}” stands here twice (first in line {first}).", "Remove one."
    if not row.cells["email"]:
        yield "email: the mailbox is empty.", "Write the address that the study team reads."
    for column in ("email", "second_email"):
        address = row.cells[column]
        if address and (why := checks.mail_address_problem(address)):
            yield f"{column}: “{address}” cannot work: {why}", "Write it like team@hospital.org."
    if row.cells["email"] and row.cells["email"] == row.cells["second_email"]:
        advice = "Write another person’s or office’s address, or leave it empty."
        yield "second_email: the same as email, so nobody else would notice.", advice


def _joined(site: Site, row: Row | None) -> Site:
    if row is None:
        return site
    first, second = str(row.cells["email"]), str(row.cells["second_email"])
    return dataclasses.replace(site, mailbox=first, second_mailbox=second, mailbox_line=row.line)
