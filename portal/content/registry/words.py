"""Codes of the registry → our codes and words that families read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from babel.dates import format_date

from portal.content.model import SiteStatus, StudyStatusCode
from portal.content.registry.record import Record
from portal.content.word_links import broken_markup

STUDY_STATUS: dict[str, StudyStatusCode] = {
    "RECRUITING": "open",
    "NOT_YET_RECRUITING": "opening",
    "SUSPENDED": "paused",
    "TEMPORARILY_NOT_AVAILABLE": "paused",
    "ENROLLING_BY_INVITATION": "closed",  # a family cannot ask to join
    **dict.fromkeys(
        ("ACTIVE_NOT_RECRUITING", "COMPLETED", "TERMINATED", "WITHDRAWN"), "closed"
    ),
    **dict.fromkeys(("NO_LONGER_AVAILABLE", "APPROVED_FOR_MARKETING"), "closed"),
    **dict.fromkeys(("UNKNOWN", "WITHHELD", "AVAILABLE"), "unknown"),
}  # fmt: skip
SITE_STATUS: dict[str, SiteStatus] = {
    "RECRUITING": "open",
    "NOT_YET_RECRUITING": "opening",
    "SUSPENDED": "paused",
    "TEMPORARILY_NOT_AVAILABLE": "paused",
    "ACTIVE_NOT_RECRUITING": "full",
    "ENROLLING_BY_INVITATION": "full",
    **dict.fromkeys(("COMPLETED", "TERMINATED", "WITHDRAWN", "NO_LONGER_AVAILABLE"), "closed"),
}  # fmt: skip
_SEX = {"ALL": "All", "FEMALE": "Female", "MALE": "Male"}
_PHASE = {"PHASE1": "1", "PHASE2": "2", "PHASE3": "3", "PHASE4": "4"}
_AGE = re.compile(r"(\d{1,3})\s+(year|month|week|day|hour|minute)s?", re.IGNORECASE)
_NO_AGE = frozenset({"", "n/a", "na", "none", "no limit"})
_MEDICINE = frozenset({"DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT", "GENETIC"})
_BRACKETS = str.maketrans("[]{}<>", "()()()")


def study_status(word: str, odd: list[str]) -> StudyStatusCode:
    if word == "ENROLLING_BY_INVITATION":
        odd.append("People join this study by invitation only. It is shown as closed.")
    if word == "AVAILABLE":
        odd.append("This is a programme of expanded access, not a study. Its status is unknown.")
    if word not in STUDY_STATUS:
        odd.append(f"The status “{word[:40]}” is not known. It is shown as unknown.")
    return STUDY_STATUS.get(word, "unknown")


def phase(phases: tuple[str, ...], odd: list[str]) -> str:
    """‘Phase 1 and 2’; empty where a study has none."""
    if phases == ("EARLY_PHASE1",):
        return "Early phase 1"
    numbers = [_PHASE[each] for each in phases if each in _PHASE]
    if strange := [each for each in phases if each not in {*_PHASE, "NA", "EARLY_PHASE1"}]:
        odd.append(f"The phase “{strange[0][:40]}” is not known. It is left out.")
    return f"Phase {' and '.join(numbers)}" if numbers else ""


def sex(word: str, odd: list[str]) -> str:
    if word and word not in _SEX:
        odd.append(f"The sex “{word[:40]}” is not known. It is left out.")
    return _SEX.get(word, "")


def ages(record: Record, odd: list[str]) -> tuple[str, str]:
    """The badge, ‘6 months to 21 years’, and the rule in a sentence; both empty if unreadable."""
    low, high = record.minimum_age, record.maximum_age
    for given in (low, high):
        if given.casefold() not in _NO_AGE and not _AGE.fullmatch(given):
            odd.append(f"The age “{given[:40]}” cannot be read. Write the ages yourself.")
            return "", ""
    return _age_words(*(found and _unit(found) for found in map(_AGE.fullmatch, (low, high))))


Age = tuple[int, str]


def _unit(found: re.Match[str]) -> Age:
    return int(found[1]), found[2].lower()


def _age_words(low: Age | None, high: Age | None) -> tuple[str, str]:
    if low and low[0] == 0:
        low = None  # ‘0 years’ is no limit
    if low and high:
        short = low[1] == high[1]
        span = f"{low[0] if short else _age(low)} to {_age(high)}"
        return span, f"The person is {span} old when they join."
    if low:
        return f"{_age(low)} and older", f"The person is at least {_age(low)} old when they join."
    if high:
        return f"Up to {_age(high)}", f"The person is at most {_age(high)} old when they join."
    return "All ages", "There is no age limit."


def _age(age: Age) -> str:
    number, unit = age
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def medicines(record: Record) -> tuple[str, ...]:
    """Names of the medicines; of everything that is tried if no medicine is."""
    named = [each for each in record.interventions if each.name]
    chosen = [each for each in named if each.kind in _MEDICINE] or named
    return shown(each.name for each in chosen)


def shown(names: Iterable[str]) -> tuple[str, ...]:
    """Names as a family may see them, each once."""
    return tuple(filter(None, dict.fromkeys(map(for_families, names))))


def for_families(text: str) -> str:
    """Registry wording that can stand in a text of ours, without what looks like markup.

    Empty if it holds the word that families misread (brief A1.3).
    """
    if "eligib" in text.casefold():
        return ""
    plain = text.translate(_BRACKETS) if re.search(r"[\[\]{}]", text) else text
    plain = plain.replace("%(", "% (").replace("(word:", "(word ")
    return plain.translate(_BRACKETS) if broken_markup(plain) else plain


def source(record: Record) -> str:
    """‘Registry record, version of 8 May 2026’."""
    if record.version:
        return f"Registry record, version of {_long(record.version)}"
    if record.last_update:
        return f"Registry record, update of {_long(record.last_update)}"
    return "Registry record, without a date"


def _long(day: date) -> str:
    return format_date(day, "d MMMM y", locale="en_GB")
