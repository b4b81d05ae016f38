"""Rules for wording, dates and codes, whatever file they stand in.

Sources: content brief A1.3 (never ‘eligible’), C1; architecture, ‘Unconfirmed hospitals’.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale

from portal.content import word_links
from portal.content.model import Problem, Text
from portal.content.walk import Leaf, leaves
from portal.content.yaml_lines import Document

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NOT_FOR_FAMILIES = re.compile(r"eligib", re.IGNORECASE)
_NO_LINKS = frozenset({"heading", "title", "term", "phase", "ages", "sex", "name"})
# Groupings and test codes that CLDR lists beside countries.
_NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def wording(
    document: Document,
    value: Any,
    *,
    terms: Collection[str] | None,
    may_be_blank: Collection[str] = (),
    explains_words: bool = False,
) -> Iterator[Problem]:
    """Blank texts, links and fillers that lead nowhere, words that families misread.

    `terms` are the ids of the glossary, None if it could not be read;
    `explains_words` is the glossary itself, which may name any word.
    """
    for leaf in leaves(value):
        if isinstance(leaf.value, str):
            if leaf.required and not leaf.value.strip() and leaf.name not in may_be_blank:
                advice = "Write the words, or remove the item if the key may be left out."
                yield document.problem(leaf.path, f"“{leaf.name}” is empty.", advice)
            if isinstance(leaf.value, Text):
                for said, advice in _said_of(leaf, terms, explains_words=explains_words):
                    yield document.problem(leaf.path, f"{leaf.name}: {said}", advice)


def _said_of(
    leaf: Leaf, terms: Collection[str] | None, *, explains_words: bool
) -> Iterator[tuple[str, str]]:
    text: str = leaf.value
    linked = word_links.term_ids(text)
    for term in linked:
        if terms is not None and term not in terms:
            advice = "Correct the id, or add the term to config/glossary.yaml."
            yield f"the link word:{term} leads to no term of the glossary.", advice
    if linked and leaf.name in _NO_LINKS:
        yield "a link to the glossary cannot stand here.", "Put it at the first use in a text."
    if not explains_words and (found := _NOT_FOR_FAMILIES.search(text)):
        advice = "Say ‘who can join’, ‘can join’ or ‘may be possible’."
        yield f"“{found.group()}…” is a word that families misread.", advice
    if broken := word_links.broken_markup(text):
        advice = "Write [plain words](word:term-id), or plain text. No other markup works."
        yield f"“{broken}” is not markup that works here.", advice
    for filler in word_links.fillers(text):
        if filler not in word_links.FILLERS:
            advice = f"Use {', '.join(sorted(word_links.FILLERS))}, or plain words."
            yield f"“{filler}” is filled by nothing.", advice


def future_days(document: Document, value: Any, today: date) -> Iterator[Problem]:
    """A check, a text or a registry entry cannot be dated after today."""
    for leaf in leaves(value):
        if isinstance(leaf.value, date) and leaf.value > today:
            yield document.problem(leaf.path, *future(leaf.name, leaf.value, today))


def future(name: str, day: date, today: date) -> tuple[str, str]:
    return (
        f"{name}: {day.isoformat()} is in the future (today is {today.isoformat()}).",
        "Write the day on which it was really checked or written.",
    )


def repeated(document: Document, ids: list[tuple[tuple[str | int, ...], str]]) -> Iterator[Problem]:
    """Ids must be single and usable in an address."""
    seen: dict[str, int] = {}
    for path, name in ids:
        if not SLUG.fullmatch(name):
            advice = "Use small letters, digits and single hyphens, like ras-pathway."
            yield document.problem(path, f"The id “{name}” cannot stand in an address.", advice)
        if name in seen:
            message = f"The id “{name}” is used twice (first in line {seen[name]})."
            yield document.problem(path, message, "Give each entry its own id.")
        seen.setdefault(name, document.line(path))


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    return _two_letters(Locale("en").territories) - _NO_COUNTRY


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    return _two_letters(Locale("en").languages)


def _two_letters(codes: Iterable[Any]) -> frozenset[str]:
    return frozenset(c for c in map(str, codes) if len(c) == 2 and c.isalpha())


@lru_cache(maxsize=128)
def is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return "/" in name


def mail_address_problem(address: str) -> str:
    """Why an address cannot work; empty if it can. Its domain is not looked up."""
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        return str(error)
    return ""
