"""Facts of a record → `study.yaml`: what changes in one that is there, or a new short entry.

Lay texts that somebody wrote are never changed (title, lead, who it is for, medicines, ages).
Where the registry says something else, a warning says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.content.model import StudyStatusCode
from portal.content.registry import words
from portal.content.registry.names import slug
from portal.content.registry.record import Record
from portal.content.yaml_edit import EditError, Value, YamlEditor, block
from portal.content.yaml_lines import Path_

_REGISTRY = "ClinicalTrials.gov"
_HEAD = """\
# {nct}, short entry made from the registry’s record: overview only, no messages.
# Put title, lead, who_for, looks_for and medicines into plain words (docs/add-a-study.md).
"""
_NOT_SAID = "The registry does not say it in plain words"


@dataclass(frozen=True)
class Facts:
    """The record in our words."""

    status: StudyStatusCode
    phase: str
    sex: str
    ages: str
    age_rule: str
    medicines: tuple[str, ...]


def read_facts(record: Record, odd: list[str]) -> Facts:
    ages, rule = words.ages(record, odd)
    return Facts(
        status=words.study_status(record.status, odd),
        phase=words.phase(record.phases, odd),
        sex=words.sex(record.sex, odd),
        ages=ages,
        age_rule=rule,
        medicines=words.medicines(record),
    )


# --- a study that is there -------------------------------------------------------------------


def updated(text: str, record: Record, facts: Facts, odd: list[str]) -> str:
    """The text of study.yaml with the facts of the record.

    Raises EditError: a value stands in a form that cannot be changed without touching others.
    """
    editor = YamlEditor(text)
    now: Mapping[str, Any] = editor.wanted
    details = now.get("details")
    if not isinstance(details, dict) or not isinstance(now.get("status"), dict):
        raise EditError("“details” and “status” must hold their own keys.")
    last: Any = details.get("last_update")
    old = isinstance(last, date) and record.as_of is not None and record.as_of < last
    if old:
        odd.append(f"The record is older than the file ({last}). Only gaps are filled.")
    for path, value in _wanted(now, record, facts):
        has = _get(now, path)
        if value and not _same(has, value) and not (old and has):
            editor.set(path, value)
    _status(editor, record, facts, odd)
    _sources(editor, record)
    odd.extend(_differences(details, now, record, facts))
    return editor.result()


def _wanted(now: Mapping[str, Any], record: Record, facts: Facts) -> Iterator[tuple[Path_, Value]]:
    details = now["details"]
    yield ("details", "phase"), facts.phase
    yield ("details", "sex"), facts.sex
    yield ("details", "sponsor"), record.sponsor
    yield ("details", "registry_conditions"), record.conditions
    yield ("details", "planned_people"), record.planned_people
    yield ("details", "other_ids"), _all_ids(details.get("other_ids") or [], record)
    last = details.get("last_update")
    if record.last_update and (not isinstance(last, date) or last < record.last_update):
        yield ("details", "last_update"), record.last_update
    yield ("registry_title",), record.official_title
    gaps: tuple[tuple[Path_, Value], ...] = (
        (("details", "ages"), facts.ages),
        (("details", "age_rule"), [facts.age_rule] if facts.age_rule else []),
        (("details", "registry_name"), _REGISTRY),
        (("details", "registry_url"), record.url),
        (("medicines",), facts.medicines),
    )
    yield from ((path, value) for path, value in gaps if not _get(now, path))


def _get(now: Mapping[str, Any], path: Path_) -> Any:
    here: Any = now
    for step in path:
        here = here.get(step) if isinstance(here, dict) else None
    return here


def _same(one: Any, other: Any) -> bool:
    """Equal, or different only in accents, case and punctuation: then the file is better."""
    if isinstance(one, str) and isinstance(other, str):
        return slug(one) == slug(other)
    if isinstance(one, list) and isinstance(other, list | tuple):
        return [slug(str(each)) for each in one] == [slug(str(each)) for each in other]
    return bool(one == other)


def _all_ids(known: list[Any], record: Record) -> list[str]:
    """Those of the file, then those of the record that none of them contains."""
    there = [str(each) for each in known]
    new = (each for each in record.identifiers if each != record.nct)
    for number in dict.fromkeys(new):
        if not any(number.split()[-1] in each for each in there):
            there.append(number)
    return there


def _status(editor: YamlEditor, record: Record, facts: Facts, odd: list[str]) -> None:
    """The registry's status, unless the file's is as new."""
    now = editor.wanted["status"]
    checked, day = now.get("checked_on"), record.as_of
    if isinstance(checked, date) and (day is None or checked >= day):
        if now.get("code") != facts.status:
            odd.append(
                f"The registry says {facts.status} on {day or 'a day it does not state'}. "
                f"Your “{now.get('code')}” of {checked} is as new, and stays."
            )
        return
    new = {"code": facts.status, "checked_on": day, "source": words.source(record)}
    for key, value in new.items():
        if now.get(key) != value:
            editor.set(("status", key), value)


def _sources(editor: YamlEditor, record: Record) -> None:
    """The registry's record among the sources, with its newest version."""
    entry = {"name": words.source(record), "on": record.as_of, "url": record.url}
    if record.as_of is None:
        del entry["on"]
    known = editor.wanted.get("sources")
    for number, source in enumerate(known or []):
        if isinstance(source, dict) and source.get("url") == record.url:
            on = source.get("on")
            if record.as_of and not (isinstance(on, date) and on >= record.as_of):
                editor.set(("sources", number, "name"), entry["name"])
                editor.set(("sources", number, "on"), record.as_of)
            return
    if known:
        editor.append(("sources",), entry)
    else:
        editor.set(("sources",), [entry])


def _differences(
    details: Mapping[str, Any], now: Mapping[str, Any], record: Record, facts: Facts
) -> Iterator[str]:
    """Where lay texts of the file and the registry differ: a person decides."""
    ages = details.get("ages")
    if ages and facts.ages and not _same(ages, facts.ages):
        yield f"Ages: the registry says “{facts.ages}”. Your “{ages}” stays."
    known = slug(" ".join(map(str, now.get("medicines") or [])))
    missing = [name for name in facts.medicines if slug(name) not in known]
    if known and missing:
        yield f"Medicines: the registry also names {', '.join(missing)}. Your list stays."
    if (nct := now.get("nct")) != record.nct:
        yield f"The file says {nct}."


# --- a new study -----------------------------------------------------------------------------


def new_entry(record: Record, facts: Facts, *, today: date, timezone: str, contacts: bool) -> str:
    """A short entry. Its words are the registry's, and say so."""
    first: dict[str, Value] = {
        "name": record.acronym or record.nct,
        "part": "",
        "nct": record.nct,
        "complete": False,
        "text_version": "1",
        "text_date": today,
        "timezone": timezone,
    }
    status: dict[str, Value] = {
        "code": facts.status,
        "checked_on": record.as_of,
        "source": words.source(record),
    }
    blocks = (
        _HEAD.format(nct=record.nct),
        _blocks(first),
        _blocks(_lay(record, facts)),
        _nested("status", status),
        _nested("details", _details(record, facts)),
        block("registry_title", record.official_title),
        _sources_block(record),
        _central(record) if contacts else "",
    )
    return "\n".join(filter(None, blocks))


def _lay(record: Record, facts: Facts) -> dict[str, Value]:
    """What somebody has to put into plain words."""
    who_for = [f"People with: {'; '.join(_illnesses(record))}"]
    if facts.ages:
        who_for.append(f"Age: {facts.ages}")
    return {
        "title": words.for_families(record.title) or f"Study {record.nct}",
        "lead": [
            "The words on this page come from the public registry. They are not plain words yet.",
            "We do not know yet if it helps.",
        ],
        "who_for": who_for,
        "looks_for": _NOT_SAID,
        "medicines": list(facts.medicines),
        "genes": [],
    }


def _details(record: Record, facts: Facts) -> dict[str, Value]:
    return {
        "phase": facts.phase,
        "ages": facts.ages,
        "age_rule": [facts.age_rule] if facts.age_rule else [],
        "sex": facts.sex,
        "conditions": _illnesses(record),
        "registry_conditions": list(record.conditions),
        "sponsor": record.sponsor,
        "registry_name": _REGISTRY,
        "registry_url": record.url,
        "last_update": record.last_update,
        "planned_people": record.planned_people,
        "other_ids": _all_ids([], record),
    }


def _illnesses(record: Record) -> list[str]:
    return list(words.shown(record.conditions)) or ["Not named in the registry"]


def _blocks(values: Mapping[str, Value], indent: int = 0) -> str:
    return "".join(block(key, value, indent) for key, value in values.items())


def _nested(key: str, values: Mapping[str, Value]) -> str:
    return f"{key}:\n{_blocks(values, 2)}"


def _sources_block(record: Record) -> str:
    return block("sources", [{"name": words.source(record), "on": record.as_of, "url": record.url}])


def _central(record: Record) -> str:
    """The study's office as registered; without an address there is none."""
    given = next((each for each in record.contacts if each.working_email), None)
    if given is None:
        return ""
    name = f"Central office of {words.for_families(record.acronym) or record.nct}"
    return block("central", {"name": name, "email": given.email, "phone": given.phone})
