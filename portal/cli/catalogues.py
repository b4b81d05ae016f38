"""Catalogues as files: collect the texts, carry translations over, write the same bytes each time.

Babel reads and writes; what is ours is the header (review status, plural forms of our table),
no dates, no line numbers and no wrapping, so that a change shows only what changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import check_and_call_extract_file
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import PoFileError, PoFileParser, write_po

KEYWORDS = parse_keywords(
    ["_", "N_", "gettext", "ngettext:1,2", "pgettext:1c,2", "npgettext:1c,2,3"]
)
COMMENT_TAGS = ("Translators:",)
STATUS_HEADER = "X-Review-Status"
CHANGED_HEADER = "X-Changed-Since-Review"
_TEXT_FOLDERS = ("portal", "templates", "config")
_ONE_OR_MORE = "(n != 1)"
_ARABIC = (
    "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5)"
)
# The usual gettext forms; Babel's own differ in the order of Arabic's last two.
PLURALS: dict[str, tuple[int, str]] = {
    "ar": (6, _ARABIC),
    "ca": (2, _ONE_OR_MORE),
    "da": (2, _ONE_OR_MORE),
    "de": (2, _ONE_OR_MORE),
    "en": (2, _ONE_OR_MORE),
    "es": (2, _ONE_OR_MORE),
    "fi": (2, _ONE_OR_MORE),
    "fr": (2, "(n > 1)"),
    "he": (3, "(n==1 ? 0 : n==2 ? 1 : 2)"),
    "it": (2, _ONE_OR_MORE),
    "nb": (2, _ONE_OR_MORE),
    "nl": (2, _ONE_OR_MORE),
    "sv": (2, _ONE_OR_MORE),
}


def plural_forms_of(language: str) -> tuple[int, str]:
    """Number and rule of a language’s plural forms; Babel’s where the table says nothing."""
    if language in PLURALS:
        return PLURALS[language]
    found = get_plural(language)
    return found.num_plurals, found.plural_expr


class CatalogueError(Exception):
    """A catalogue that cannot be read or made; the text says which and why."""


@dataclass(frozen=True)
class Tree:
    """A checkout: where texts are and where catalogues go."""

    root: Path

    @property
    def translations(self) -> Path:
        return self.root / "translations"

    @property
    def template(self) -> Path:
        return self.translations / "messages.pot"

    def po(self, language: str) -> Path:
        return self.translations / language / "LC_MESSAGES" / "messages.po"

    def reviewed(self, language: str) -> Path:
        return self.translations / language / "reviewed.txt"

    def name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()

    @property
    def languages(self) -> list[str]:
        """Languages that have a catalogue."""
        return sorted(path.parts[-3] for path in self.translations.glob("*/LC_MESSAGES/*.po"))


class PortalCatalog(Catalog):
    """A catalogue whose header holds only what is ours, and never a date that moves."""

    def __init__(self, language: str | None, review: str = "") -> None:
        super().__init__(locale=language, header_comment="#", fuzzy=False)
        self.language, self.review = language, review
        self.changed = 0  # texts changed since the review; only the compiled catalogue says so

    @property
    def num_plurals(self) -> int:
        return plural_forms_of(self.language or "en")[0]

    @property
    def plural_expr(self) -> str:
        return plural_forms_of(self.language or "en")[1]

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        headers = [
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]
        if self.language is None:
            return [*headers[:-1], (headers[-1][0], headers[-1][1] + "\n")]
        return [
            ("Language", self.language),
            *headers,
            ("Plural-Forms", self.plural_forms),
            *([(CHANGED_HEADER, str(self.changed))] if self.changed else []),
            (STATUS_HEADER, self.review + "\n"),
        ]

    def _set_mime_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        for name, value in headers:
            if name.lower() == STATUS_HEADER.lower():
                self.review = value.strip()

    mime_headers = property(_get_mime_headers, _set_mime_headers)

    def _get_header_comment(self) -> str:
        if self.language is None:
            return "# The portal’s texts in English. `flask languages update` writes this file."
        return f"# Texts of the portal: {self.language}. docs/translate.md says how to work on it."

    def _set_header_comment(self, string: str | None) -> None:
        """The comment is fixed; one read from a file is not kept."""

    header_comment = property(_get_header_comment, _set_header_comment)


def collect(root: Path) -> PortalCatalog:
    """Every text of the checkout, in the order of files and lines.

    Raises CatalogueError: a file cannot be read.
    """
    with (root / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]
    template = PortalCatalog(None)
    for path in _files(root):
        try:
            found = check_and_call_extract_file(
                path, methods, options, None, KEYWORDS, COMMENT_TAGS, True, root
            )
            for name, line, text, comments, context in found:
                place = [(Path(name).as_posix(), line)]
                template.add(text, None, place, auto_comments=comments, context=context)
        except Exception as error:  # every extractor has its own kinds
            raise CatalogueError(f"{path.relative_to(root).as_posix()}: {error}") from error
    return template


def _files(root: Path) -> Iterator[Path]:
    for folder in _TEXT_FOLDERS:
        for here, folders, names in os.walk(root / folder):
            folders.sort()
            yield from (Path(here) / name for name in sorted(names))


def read(path: Path, language: str) -> PortalCatalog:
    """The catalogue in a file; texts that are gone from the source stay in `obsolete`.

    Raises CatalogueError: it is missing, or not a catalogue.
    """
    catalog = PortalCatalog(language)
    try:
        with path.open("rb") as file:
            PoFileParser(catalog, abort_invalid=True).parse(file)
    except (OSError, PoFileError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name} of “{language}” cannot be read: {error}") from error
    return catalog


def carried_over(template: Catalog, old: Catalog, language: str, review: str) -> PortalCatalog:
    """A catalogue with exactly the texts of the template, in its order, and the words of `old`.

    Nothing is guessed from similar texts; what is gone from the source is gone.
    """
    fresh = PortalCatalog(language, review)
    for message in texts_of(template):
        before = old.get(_key(message), message.context)
        fresh.add(
            message.id,
            _kept(message, before, fresh.num_plurals),
            message.locations,
            _flags(message, before),
            message.auto_comments,
            before.user_comments if before else (),
            context=message.context,
        )
    return fresh


def texts_of(catalog: Catalog) -> list[Message]:
    """All messages without the header."""
    return [message for message in catalog if message.id]


def _key(message: Message) -> str:
    return message.id[0] if isinstance(message.id, list | tuple) else message.id


def _kept(message: Message, before: Message | None, forms: int) -> Any:
    blank: Any = ("",) * forms if message.pluralizable else ""
    if before is None or before.pluralizable != message.pluralizable:
        return blank
    if message.pluralizable and before.id != message.id:
        return blank
    return before.string or blank


def _flags(message: Message, before: Message | None) -> set[str]:
    flags = set(message.flags)
    return flags | {"fuzzy"} if before is not None and before.fuzzy else flags


def po_bytes(catalog: Catalog) -> bytes:
    """The catalogue as a file: same texts, same bytes."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=0, ignore_obsolete=True, include_lineno=False)
    return buffer.getvalue().rstrip(b"\n") + b"\n"


def mo_bytes(catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()
