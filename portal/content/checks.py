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
    kind: Any,
    *,
    terms: Collection[str] | None,
    may_be_empty: Collection[str] = (),
    fillers: Collection[str] = word_links.FILLERS,
    explains_words: bool = False,
) -> Iterator[Problem]:
    """Blank texts, links and fillers that lead nowhere, words that families misread.

    `kind` is what the file holds; `terms` are the ids of the glossary, None if it could not
    be read; `fillers` are the placeholders that something fills; `explains_words` is the
    glossary itself, which may name any word.
    """
    for leaf in leaves(document.value, kind):
        empty = leaf.value == [] or (isinstance(leaf.value, str) and not leaf.value.strip())
        if empty and leaf.required and leaf.name not in may_be_empty:
            advice = "Write the words, or remove the item if the key may be left out."
            yield document.problem(leaf.path, f"“{leaf.name}” is empty.", advice)
        if leaf.kind is Text and isinstance(leaf.value, str):
            for said, advice, words in _said_of(
                leaf, terms, fillers, explains_words=explains_words
            ):
                yield document.problem(leaf.path, f"{leaf.name}: {said}", advice, words)


def _said_of(
    leaf: Leaf,
    terms: Collection[str] | None,
    known_fillers: Collection[str],
    *,
    explains_words: bool,
) -> Iterator[tuple[str, str, str]]:
    """What is wrong, what to do, and the words that show where."""
    text: str = leaf.value
    linked = word_links.term_ids(text)
    for term in linked:
        if terms is not None and term not in terms:
            advice = "Correct the id, or add the term to config/glossary.yaml."
            yield f"the link word:{term} leads to no term of the glossary.", advice, f"word:{term})"
    if linked and leaf.name in _NO_LINKS:
        advice = "Put it at the first use in a text."
        yield "a link to the glossary cannot stand here.", advice, ""
    if not explains_words and (found := _NOT_FOR_FAMILIES.search(text)):
        advice = "Say ‘who can join’, ‘can join’ or ‘may be possible’."
        yield f"“{found.group()}…” is a word that families misread.", advice, found.group()
    if broken := word_links.broken_markup(text):
        advice = "Write [plain words](word:term-id), or plain text. No other markup works."
        yield f"“{broken}” is not markup that works here.", advice, broken
    for filler in word_links.fillers(text):
        if filler not in known_fillers:
            advice = f"Use {', '.join(sorted(known_fillers))}, or plain words."
            yield f"“{filler}” is filled by nothing.", advice, filler


def future_days(document: Document, kind: Any, today: date) -> Iterator[Problem]:
    """A check, a text or a registry entry cannot be dated after today."""
    for leaf in leaves(document.value, kind):
        day = leaf.value
        if leaf.kind is date and type(day) is date and day > today:
            yield document.problem(leaf.path, *future(leaf.name, day, today))


def future(name: str, day: date, today: date) -> tuple[str, str]:
    return (
        f"{name}: {day.isoformat()} is in the future (today is {today.isoformat()}).",
        "Write the day on which it was really checked or written.",
    )


def ids(document: Document, kind: Any) -> Iterator[Problem]:
    """Ids are single within their file and can stand in an address."""
    seen: dict[str, int] = {}
    for leaf in leaves(document.value, kind):
        if leaf.name != "id" or not isinstance(leaf.value, str):
            continue
        if not SLUG.fullmatch(leaf.value):
            said = f"The id “{leaf.value}” cannot stand in an address."
            advice = "Use small letters, digits and single hyphens, like ras-pathway."
            yield document.problem(leaf.path, said, advice)
        if leaf.value in seen:
            said = f"The id “{leaf.value}” is used twice (first in line {seen[leaf.value]})."
            yield document.problem(leaf.path, said, "Give each entry its own id.")
        seen.setdefault(leaf.value, document.line(leaf.path))


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
