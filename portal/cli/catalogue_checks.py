"""What keeps a language from being offered: each finding is one line with file and line.

Sources: architecture, ‘Languages’; content brief A4.3 (offer a language only if it is complete).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from gettext import c2py
from typing import Any

from babel.messages.catalog import Catalog, Message

from portal.cli.catalogues import (
    CatalogueError,
    PortalCatalog,
    Tree,
    collect,
    po_bytes,
    read,
    texts_of,
)
from portal.cli.reviews import changed
from portal.content.word_links import term_ids
from portal.languages import REVIEW_STATES, SOURCE

_PLACEHOLDER = re.compile(r"%\([^)]+\)[a-z]|\{[^{}]*\}")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


@dataclass(frozen=True)
class Finding:
    """One thing to put right in a catalogue."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Progress:
    """How far a language is."""

    language: str
    texts: int
    translated: int
    percent: int
    review: str
    role: str
    on: str
    offered: bool
    # What the catalogue was signed as; `review` is `draft` again if texts changed since then.
    signed: str = "draft"
    changed: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def findings(tree: Tree, offered: Iterable[str]) -> list[Finding]:
    """Everything wrong with the template and the catalogues of the offered languages.

    Raises CatalogueError: the texts of the checkout cannot be collected.
    """
    template = collect(tree.root)
    found = list(_template(tree, template))
    for language in offered:
        path = tree.po(language)
        name = tree.name(path)
        try:
            catalog = read(path, language)
        except CatalogueError as error:
            found.append(Finding(name, 1, f"{error}. Run: flask languages update"))
            continue
        found += (Finding(name, line, said) for line, said in _catalogue(template, catalog))
    return found


def _template(tree: Tree, template: PortalCatalog) -> Iterator[Finding]:
    written = tree.template.read_bytes() if tree.template.exists() else b""
    if written != po_bytes(template):
        said = "The texts have changed since this file was written. Run: flask languages update"
        yield Finding(tree.name(tree.template), 1, said)


def _catalogue(template: Catalog, catalog: PortalCatalog) -> Iterator[tuple[int, str]]:
    yield from ((1, said) for said in _header(catalog))
    wanted = {_identity(message): message for message in texts_of(template)}
    present = {_identity(message): message for message in texts_of(catalog)}
    for key, message in wanted.items():
        if key not in present:
            yield 1, f"missing: {_quoted(message)}. Run: flask languages update"
    for key, message in present.items():
        if key not in wanted:
            said = f"no longer used: {_quoted(message)}. Run: flask languages update"
            yield message.lineno or 1, said
        elif catalog.language != SOURCE:
            for said in _message(message, catalog):
                yield message.lineno or 1, f"{said}: {_quoted(message)}"


def _header(catalog: PortalCatalog) -> Iterator[str]:
    state, role, on = review_of(catalog)
    if state not in REVIEW_STATES:
        yield f"X-Review-Status: “{state}” is not one of {', '.join(REVIEW_STATES)}"
    elif not role or not re.fullmatch(r"\d{4}-\d\d-\d\d", on):
        yield f"X-Review-Status: write it as “{state}; role; 2026-11-22”"


def review_of(catalog: PortalCatalog) -> tuple[str, str, str]:
    parts = [part.strip() for part in catalog.review.split(";")] + ["", "", ""]
    return parts[0], parts[1], parts[2]


def _message(message: Message, catalog: PortalCatalog) -> Iterator[str]:
    forms = _forms(message.string)
    if message.fuzzy:
        yield "fuzzy, so not shown (remove the mark after checking)"
    if not any(forms):
        yield "not translated"
        return
    if message.pluralizable and (len(forms) != catalog.num_plurals or not all(forms)):
        yield f"plural forms missing ({catalog.num_plurals} are needed)"
    yield from changed_marks(message, catalog)


def changed_marks(message: Message, catalog: PortalCatalog) -> Iterator[str]:
    """What a translation must keep and does not: placeholders, links to words, tags."""
    forms = _forms(message.string)
    sources = _forms(message.id)
    for index, form in enumerate(forms):
        if not form:
            continue
        source = sources[0] if index == 0 and len(sources) == 1 else sources[-1]
        loose = message.pluralizable and _one_number_only(catalog, index)
        if _differs(_PLACEHOLDER.findall(source), _PLACEHOLDER.findall(form), loose=loose):
            yield "placeholders changed"
        if Counter(term_ids(source)) != Counter(term_ids(form)):
            yield "links to words changed"
        if Counter(_TAG.findall(source)) != Counter(_TAG.findall(form)):
            yield "HTML tags changed"


def _differs(source: list[str], form: list[str], *, loose: bool) -> bool:
    """`loose`: a form for one number alone (‘one hospital’) may leave the number out."""
    if loose:
        return bool(set(form) - set(source))
    return set(source) != set(form)


def _one_number_only(catalog: Catalog, form: int) -> bool:
    which = c2py(catalog.plural_expr)
    return sum(which(number) == form for number in range(200)) == 1


def _forms(string: Any) -> list[str]:
    return list(string) if isinstance(string, list | tuple) else [string or ""]


def _identity(message: Message) -> tuple[str, tuple[str, ...]]:
    return message.context or "", tuple(_forms(message.id))


def _quoted(message: Message) -> str:
    text = _forms(message.id)[0]
    return f"“{text if len(text) <= 60 else text[:59] + '…'}”"


def progress(tree: Tree, offered: Iterable[str]) -> list[Progress]:
    """How far each catalogue under translations/ is; the source is complete by nature.

    Raises CatalogueError: a catalogue cannot be read.
    """
    known = frozenset(offered)
    return [_progress(tree, language, known) for language in tree.languages]


def _progress(tree: Tree, language: str, offered: frozenset[str]) -> Progress:
    catalog = read(tree.po(language), language)
    messages = texts_of(catalog)
    done = sum(
        language == SOURCE or (all(_forms(message.string)) and not message.fuzzy)
        for message in messages
    )
    # Rounded down: 100 means that nothing is missing.
    percent = done * 100 // len(messages) if messages else 0
    signed, role, on = review_of(catalog)
    since = len(changed(tree, catalog))
    return Progress(
        language,
        len(messages),
        done,
        percent,
        review="draft" if since else signed or "draft",
        role=role,
        on=on,
        offered=language in offered,
        signed=signed or "draft",
        changed=since,
    )
