"""Plan the import of a registry record: what the files of a study would become. Writes nothing.

`import_write.py` checks the plan as `flask study check` would, and writes it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from portal.content import checks
from portal.content.csv_edit import CsvText
from portal.content.model import Problem
from portal.content.read_sites import MAILBOX_COLUMNS, SITE_COLUMNS
from portal.content.registry import study_entry
from portal.content.registry.fields import RecordError
from portal.content.registry.lands import country_code, languages_of
from portal.content.registry.match import Hospital, match, new_ids
from portal.content.registry.record import Record, read_record
from portal.content.registry.sites_table import (
    Placed,
    address_of,
    changes,
    mailbox,
    new_row,
    row_point,
    unsure_zone,
)
from portal.content.registry.study_entry import Facts, read_facts
from portal.content.yaml_edit import EditError
from portal.content.yaml_lines import UnreadableError, read_csv, read_yaml, relative
from portal.places.gazetteer import Gazetteer
from portal.services.import_points import Checks

_NCT_LINE = re.compile(r"^nct:\s*['\"]?(NCT\d{8})\b", re.MULTILINE)
MOST_NAMED = 8  # hospitals named in one warning


class ImportRefused(Exception):  # noqa: N818 - an answer to the operator
    """Nothing can be imported; the text says why and what to do."""


@dataclass(frozen=True)
class Change:
    """A file before (None: not there yet) and after."""

    path: Path
    name: str  # as an operator types it
    before: bytes | None
    after: bytes

    @property
    def texts(self) -> tuple[str, str]:
        return (self.before or b"").decode("utf-8-sig"), self.after.decode("utf-8-sig")


@dataclass
class Plan:
    record: Record
    facts: Facts
    rows: list[Mapping[str, str]]  # of the hospitals of the record, as they would stand
    hospitals: list[Hospital]
    warnings: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    new: bool = False


@dataclass
class _Files:
    """The folder of a study, as far as it is there."""

    folder: Path
    config_dir: Path

    def path(self, name: str) -> Path:
        return self.folder / name

    def raw(self, name: str) -> bytes | None:
        path = self.path(name)
        return path.read_bytes() if path.exists() else None

    def text(self, name: str) -> str:
        return (self.raw(name) or b"").decode("utf-8-sig")

    def change(self, name: str, after: str) -> Change | None:
        before = self.raw(name)
        mark = codecs.BOM_UTF8 if (before or b"").startswith(codecs.BOM_UTF8) else b""
        raw = mark + after.encode()
        if raw == before:
            return None
        path = self.path(name)
        return Change(path, relative(path, self.config_dir), before, raw)


def plan_import(
    raw: bytes,
    config_dir: Path,
    gazetteer: Gazetteer,
    *,
    into: str | None,
    contacts: bool,
    today: date,
) -> Plan:
    """What the record says, and, with `into`, what changes in that study's folder.

    Without `into` the hospitals of the study of the same number, if there is one, give their ids.
    Raises ImportRefused: the record, the folder's name or a file of the folder cannot be used.
    """
    try:
        record, odd = read_record(raw, today)
    except RecordError as error:
        raise ImportRefused(str(error)) from None
    files = _folder(record, config_dir, into)
    there = files is not None and files.path("study.yaml").exists()
    table = _table(files, "sites.csv", SITE_COLUMNS, strict=into is not None)
    facts = read_facts(record, odd)
    plan = Plan(record, facts, [], [], odd, new=not there)
    _hospitals(plan, table, gazetteer, contacts=contacts)
    if files is not None and into is not None:
        after = {"study.yaml": _study(files, plan, contacts=contacts, today=today)}
        if plan.rows or files.path("sites.csv").exists():
            after["sites.csv"] = table.render()
        after |= _mailboxes(files, plan, contacts=contacts)
        found = (files.change(name, text) for name, text in after.items())
        plan.changes = [change for change in found if change]
    plan.warnings = list(dict.fromkeys(plan.warnings))
    return plan


# --- the folder --------------------------------------------------------------------------------


def _folder(record: Record, config_dir: Path, into: str | None) -> _Files | None:
    known = _known(config_dir)
    if into is None:
        same = next((folder for folder, nct in known.items() if nct == record.nct), None)
        return _Files(same, config_dir) if same else None
    if not checks.SLUG.fullmatch(into) or len(into) > 80:
        raise ImportRefused(
            f"“{into}” cannot be a folder. Use small letters, digits and single hyphens."
        )
    folder = config_dir / "studies" / into
    other = next((path for path, nct in known.items() if nct == record.nct), folder)
    if (own := known.get(folder)) and own != record.nct:
        raise ImportRefused(f"The folder {into} holds {own}, but the record is {record.nct}.")
    if other != folder:
        raise ImportRefused(
            f"{record.nct} is already in the folder {other.name}. Import into that."
        )
    if own:
        return _Files(folder, config_dir)
    if folder.exists() or folder.is_symlink():
        raise ImportRefused(
            f"There is something called {into} without a study.yaml that names its number. "
            "Correct it, or choose another name."
        )
    if not folder.parent.is_dir():
        raise ImportRefused(f"There is no folder {folder.parent}. Set PORTAL_CONFIG.")
    return _Files(folder, config_dir)


def _known(config_dir: Path) -> dict[Path, str]:
    """Folders of studies with their numbers."""
    found = {}
    for path in sorted((config_dir / "studies").glob("*/study.yaml")):
        try:
            number = _NCT_LINE.search(path.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            continue
        if number and not path.parent.name.startswith("."):
            found[path.parent] = number[1]
    return found


def _table(files: _Files | None, name: str, columns: tuple[str, ...], *, strict: bool) -> CsvText:
    """The rows that are there; `strict`: a table with mistakes is refused, else passed over."""
    if files is None or not files.path(name).exists():
        return CsvText.new(columns)
    try:
        label = relative(files.path(name), files.config_dir)
        problems = read_csv(files.path(name), label, columns).problems
    except UnreadableError as error:
        problems = [error.problem]
    if problems and strict:
        raise ImportRefused(_first(problems))
    return CsvText.new(columns) if problems else CsvText.read(files.text(name))


def _study(files: _Files, plan: Plan, *, contacts: bool, today: date) -> str:
    if plan.new:
        zones = [row["timezone"] for row in plan.rows]
        zone = max(zones, key=zones.count) if zones else "Etc/UTC"
        plan.warnings.append(
            "The words of the new entry are the registry’s. Put title, lead, who_for, looks_for "
            "and medicines into plain words before families see them."
        )
        return study_entry.new_entry(
            plan.record, plan.facts, today=today, timezone=zone, contacts=contacts
        )
    path = files.path("study.yaml")
    name = relative(path, files.config_dir)
    try:
        problems = read_yaml(path, name).problems
        if problems:
            raise ImportRefused(_first(problems))
        return study_entry.updated(files.text("study.yaml"), plan.record, plan.facts, plan.warnings)
    except UnreadableError as error:
        raise ImportRefused(_first([error.problem])) from None
    except EditError as error:
        raise ImportRefused(f"{name}: {error} Change it by hand.") from None


def _mailboxes(files: _Files, plan: Plan, *, contacts: bool) -> dict[str, str]:
    """A mailbox for each hospital that has none: a stand-in, or the address of the record."""
    given = [address_of(hospital) if contacts else "" for hospital in plan.hospitals]
    if not files.path("mailboxes.csv").exists() and not any(given):
        return {}
    table = _table(files, "mailboxes.csv", MAILBOX_COLUMNS, strict=True)
    known = {row.cells["site_id"] for row in table.rows}
    added = []
    for row, address in zip(plan.rows, given, strict=True):
        if row["site_id"] not in known:
            table.add(mailbox(row["site_id"], address))
            added.append(row["site_id"])
    if added:
        plan.warnings.append(
            f"{_some(added)}: write the real mailbox in mailboxes.csv before you confirm them."
        )
    return {"mailboxes.csv": table.render()}


def _first(problems: list[Problem]) -> str:
    more = f" ({len(problems) - 1} more; flask study check lists them)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


# --- hospitals -----------------------------------------------------------------------------------


def _hospitals(plan: Plan, table: CsvText, gazetteer: Gazetteer, *, contacts: bool) -> None:
    """Change and add rows of `table`; those of the record stand in `plan.rows`."""
    look = Checks(gazetteer, plan.warnings, [])
    hospitals = _recognised(plan, look)
    rows = list(table.rows)
    found, doubtful = match(hospitals, [row.cells for row in rows])
    ids = new_ids(hospitals, found, [row.cells["site_id"] for row in rows])
    plan.warnings += doubtful
    new: list[Placed] = []
    for number, hospital in enumerate(hospitals):
        row = rows[found[number]] if number in found else None
        placed = look.placed(hospital, row_point(row.cells) if row else None)
        if placed is None:
            said = "no point, and its city is not known. It is left out; add it by hand."
            plan.warnings.append(f"{hospital.location.label}: {said}")
            continue
        odd, record = plan.warnings, plan.record
        if row is None:
            row = table.add(new_row(placed, ids[number], record, odd, contacts=contacts))
            new.append(placed)
        else:
            table.update(row, changes(placed, row.cells, record, odd, contacts=contacts))
        plan.rows.append(row.cells)
        plan.hospitals.append(placed.hospital)
    _say(plan, look, new, [row.cells["site_id"] for row in rows], contacts=contacts)


def _recognised(plan: Plan, look: Checks) -> list[Hospital]:
    """Locations with a country and a name or city; one that stands there twice counts once."""
    found: dict[object, Hospital] = {}
    for location in plan.record.locations:
        code = country_code(location.country)
        if not code or not (location.city or location.facility):
            why = "no city and no name" if code else f"no such country: “{location.country}”"
            plan.warnings.append(f"{location.label}: {why}. It is left out; add it by hand.")
            continue
        same = (location.facility, location.city, location.postcode, location.status, code)
        if same in found:
            plan.warnings.append(f"{location.label} stands in the record twice. It is taken once.")
            continue
        found[same] = look.hospital(location, code)
    return list(found.values())


def _say(plan: Plan, look: Checks, new: list[Placed], there: list[str], *, contacts: bool) -> None:
    """What holds for several hospitals, in one sentence each."""
    if not plan.record.locations:
        plan.warnings.append("The record names no hospitals.")
    if look.unchecked:
        said = "the gazetteer does not know the city, so the registry’s point was not checked."
        plan.warnings.append(f"{_some(look.unchecked)}: {said}")
    if unsure := [placed.label for placed in new if unsure_zone(placed)]:
        plan.warnings.append(f"{_some(unsure)}: the time zone is a guess. Correct it.")
    countries = {placed.hospital.country for placed in new}
    if several := sorted(code for code in countries if len(languages_of(code)) > 1):
        said = "several languages are official. Keep those of each hospital; mails use the first."
        plan.warnings.append(f"{', '.join(several)}: {said}")
    named = {row["site_id"] for row in plan.rows}
    if gone := [site_id for site_id in there if site_id not in named]:
        said = "not in the record. They stay as they are; ask, then close or remove them."
        plan.warnings.append(f"{_some(gone)}: {said}")
    if contacts:
        plan.warnings += _about_contacts(plan)


def _about_contacts(plan: Plan) -> Iterator[str]:
    people = [each for hospital in plan.hospitals for each in hospital.location.contacts]
    people += plan.record.contacts
    if people:
        yield (
            "Names, numbers and addresses come from the public registry. Ask each hospital before "
            "families see them."
        )
    if wrong := [each.email for each in people if each.email and not each.working_email]:
        yield f"{_some(wrong)}: mail to such an address never arrives. It is left out."


def _some(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return "; ".join(names[:MOST_NAMED]) + more
