"""`flask study import`: facts of a registry record into a study's folder."""

from __future__ import annotations

import difflib
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import click

from portal.cli.errors import CommandError
from portal.cli.gazetteer import open_gazetteer
from portal.clock import Clock
from portal.content.registry.fields import LARGEST
from portal.content.registry.sites_table import contact_of
from portal.services.import_study import Change, ImportRefused, Plan, plan_import
from portal.services.import_write import write_import
from portal.settings import config_folder


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--into", metavar="SLUG", help="Write into config/studies/SLUG, new or there.")
@click.option("--with-contacts", is_flag=True, help="Also names, phones and mail addresses.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
def import_(file: Path, into: str | None, *, with_contacts: bool, as_json: bool) -> None:
    """Read FILE, a ClinicalTrials.gov record (API v2, JSON); write only with --into.

    Texts and whatever an operator wrote stay; only facts of the registry change.
    """
    config_dir, today = config_folder(os.environ), Clock().now().date()
    try:
        raw = _read(file)
        plan = plan_import(
            raw, config_dir, open_gazetteer(), into=into, contacts=with_contacts, today=today
        )
        if into is not None:
            write_import(plan.changes, config_dir, config_dir / "studies" / into, today)
    except ImportRefused as error:
        raise CommandError(str(error)) from None
    if as_json:
        click.echo(json.dumps(_json(plan, into, with_contacts=with_contacts), ensure_ascii=False))
    else:
        click.echo(_readable(plan, into))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name is wrong"
        raise CommandError(f"{file} cannot be read: {why}.") from None


# --- for programs ------------------------------------------------------------------------------


def _json(plan: Plan, into: str | None, *, with_contacts: bool) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "study": _study(plan),
        "sites": [_site(row) for row in plan.rows],
        "warnings": plan.warnings,
    }
    if with_contacts:
        for site, hospital in zip(answer["sites"], plan.hospitals, strict=True):
            contact = contact_of(hospital)
            site["contact"] = contact and {
                "name": contact.name,
                "phone": contact.phone,
                "email": contact.email,
            }
    if into is not None:
        answer["changes"] = {change.name: _diff(change) for change in plan.changes}
    return answer


def _study(plan: Plan) -> dict[str, Any]:
    record, facts = plan.record, plan.facts
    return {
        "nct": record.nct,
        "acronym": record.acronym,
        "title": record.title,
        "official_title": record.official_title,
        "status": facts.status,
        "checked_on": record.as_of and record.as_of.isoformat(),
        "registry_status": record.status,
        "last_update": record.last_update and record.last_update.isoformat(),
        "phase": facts.phase,
        "conditions": record.conditions,
        "interventions": [each.name for each in record.interventions],
        "ages": facts.ages,
        "minimum_age": record.minimum_age,
        "maximum_age": record.maximum_age,
        "sex": facts.sex,
        "start": record.start,
        "completion": record.completion,
        "sponsor": record.sponsor,
        "collaborators": record.collaborators,
        "identifiers": record.identifiers,
        "planned_people": record.planned_people,
    }


def _site(row: Any) -> dict[str, Any]:
    return {
        "id": row["site_id"],
        "institution": row["institution"],
        "city": row["city"],
        "country": row["country_code"],
        "lat": float(row["lat"]),
        "lon": float(row["lon"]),
        "status": row["status"] or "unconfirmed",
    }


# --- for people ----------------------------------------------------------------------------------


def _readable(plan: Plan, into: str | None) -> str:
    parts = [_diff(change) for change in plan.changes] if into else [_summary(plan)]
    if plan.warnings:
        parts.append("\n".join(["Look at these:", *(f"- {said}" for said in plan.warnings)]))
    parts.append(_done(plan, into))
    return "\n".join(part.rstrip("\n") + "\n" for part in parts).rstrip("\n")


def _summary(plan: Plan) -> str:
    record, facts = plan.record, plan.facts
    known = {
        "Status": f"{facts.status} ({record.status}), {record.as_of or 'no date'}",
        "Phase": facts.phase,
        "Ages": facts.ages,
        "Sex": facts.sex,
        "Conditions": "; ".join(record.conditions),
        "Tried": "; ".join(each.name for each in record.interventions),
        "Sponsor": record.sponsor,
        "Numbers": "; ".join(record.identifiers),
        "Dates": f"start {record.start or '?'}, end {record.completion or '?'}",
    }
    lines = [f"{record.nct} {record.acronym}".rstrip(), record.title]
    lines += [f"  {name}: {said}" for name, said in known.items() if said]
    countries = Counter(row["country_code"] for row in plan.rows)
    where = ", ".join(f"{code} {number}" for code, number in sorted(countries.items()))
    lines.append(f"{len(plan.rows)} hospitals ({where})" if plan.rows else "No hospitals")
    lines += [f"  {_line(row)}" for row in plan.rows]
    return "\n".join(lines)


def _line(row: Any) -> str:
    status = row["status"] or "unconfirmed"
    return f"{row['site_id']}  {status}  {row['lat']} {row['lon']}  {row['institution']}"


def _done(plan: Plan, into: str | None) -> str:
    if into is None:
        return "Nothing was written. Add --into SLUG to write."
    if not plan.changes:
        return f"config/studies/{into} says all this already. Nothing was written."
    names = ", ".join(change.path.name for change in plan.changes)
    return f"Written into config/studies/{into}: {names}."


def _diff(change: Change) -> str:
    """Unified, as `git diff` shows it."""
    before, after = (text.splitlines() for text in change.texts)
    old = change.name if change.before is not None else "(new file)"
    lines = difflib.unified_diff(before, after, old, change.name, lineterm="")
    return "\n".join(lines) + "\n"
