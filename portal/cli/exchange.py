"""Texts out to translators and back: CSV by hand, XLIFF by translate-toolkit.

translate-toolkit runs as a program of its own (docs/decisions/translators.md): it is part of the
development tools, and the running site never needs it. CSV is ours because the toolkit’s own
leaves out plural forms.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from gettext import c2py
from io import StringIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Message

from portal.cli.catalogue_checks import changed_marks
from portal.cli.catalogues import (
    CatalogueError,
    PortalCatalog,
    carried_over,
    po_bytes,
    read,
    texts_of,
)

COLUMNS = ("context", "english", "form", "translation", "where")
# What a spreadsheet would take for a formula begins with one of these.
_FORMULA = ("=", "+", "-", "@", "\t")


class ExchangeError(Exception):
    """A file that cannot be taken in or made; the text says why. Nothing was changed."""


# Context, English words, and whether they are a form of a plural.
Key = tuple[str, str, bool]


@dataclass
class TakenIn:
    """A catalogue with a translator’s words in it, and what was said about them."""

    catalog: PortalCatalog
    filled: int = 0
    unknown: list[str] = field(default_factory=list)  # English texts that are no longer used
    wrong: list[str] = field(default_factory=list)


# --- out ------------------------------------------------------------------------------------------


def csv_text(catalog: PortalCatalog) -> str:
    """One line for each form of each text. Spreadsheets read it as UTF-8 by its first mark."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for message in texts_of(catalog):
        where = " ".join(name for name, _ in message.locations)
        for form, english, words in _lines(message, catalog):
            writer.writerow([message.context or "", _plain(english), form, _plain(words), where])
    return "\ufeff" + out.getvalue()


def xliff_text(catalog: PortalCatalog) -> str:
    """XLIFF 1.2. Raises ExchangeError: the tool is missing or says no."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "messages.po", Path(folder) / "messages.xlf"
        source.write_bytes(po_bytes(catalog))
        _toolkit("po2xliff", source, made)
        return made.read_text(encoding="utf-8")


def _lines(message: Message, catalog: PortalCatalog) -> Iterator[tuple[str, str, str]]:
    """(name of the form, English, translation); a text without plural has one nameless form."""
    if not message.pluralizable:
        yield "", _ids(message)[0], _forms(message)[0]
        return
    said = _forms(message)
    for index in range(catalog.num_plurals):
        english = _ids(message)[0 if _one_only(catalog, index) else 1]
        yield _form_name(catalog, index), english, said[index] if index < len(said) else ""


def _form_name(catalog: PortalCatalog, index: int) -> str:
    """‘2 (for 3, 4, 5 …)’: which numbers a plural form is for."""
    which = c2py(catalog.plural_expr)
    numbers = [str(number) for number in range(200) if which(number) == index]
    return f"{index} (for {', '.join(numbers[:4])}{' …' if len(numbers) > 4 else ''})"


def _one_only(catalog: PortalCatalog, index: int) -> bool:
    which = c2py(catalog.plural_expr)
    return which(1) == index and sum(which(number) == index for number in range(200)) == 1


def _plain(words: str) -> str:
    """Nothing that a spreadsheet would run; `_typed` takes the apostrophe away again."""
    return f"'{words}" if words.startswith((*_FORMULA, "'")) else words


# --- in -------------------------------------------------------------------------------------------


def take_in_csv(old: PortalCatalog, text: str) -> TakenIn:
    """Raises ExchangeError: no such table."""
    rows = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    if not rows or not set(COLUMNS[:4]) <= set(rows[0]):
        raise ExchangeError(f"The first line must name the columns {', '.join(COLUMNS[:4])}.")
    found: dict[Key, dict[int, str]] = {}
    for number, row in enumerate(rows, start=2):
        form = (row["form"] or "0").split(" ")[0]
        if not form.isdecimal():
            raise ExchangeError(f"Line {number}: “{row['form']}” is no plural form.")
        key = (row["context"] or "", _typed(row["english"]), bool(row["form"]))
        found.setdefault(key, {})[int(form)] = _typed(row["translation"])
    return _taken(old, found)


def take_in_xliff(old: PortalCatalog, file: Path) -> TakenIn:
    """Raises ExchangeError: no XLIFF, or the tool is missing."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "messages.po"
        _toolkit("xliff2po", file, made)
        try:
            came = read(made, old.language or "")
        except CatalogueError as error:
            raise ExchangeError(str(error)) from None
    if not texts_of(came):
        raise ExchangeError(f"{file.name} cannot be read as XLIFF: it holds no texts.")
    found: dict[Key, dict[int, str]] = {}
    for message in texts_of(came):
        for index, words in enumerate(_forms(message)):
            for key in _keys(message):
                found.setdefault(key, {})[index] = words
    return _taken(old, found)


def _typed(words: str | None) -> str:
    plain = words or ""
    return plain[1:] if plain.startswith("'") and plain[1:].startswith((*_FORMULA, "'")) else plain


def _taken(old: PortalCatalog, found: dict[Key, dict[int, str]]) -> TakenIn:
    """The old catalogue with the words that came; an empty one leaves what is there."""
    taken = TakenIn(carried_over(old, old, old.language or "", old.review))
    used: set[Key] = set()
    for message in texts_of(taken.catalog):
        keys = _keys(message)
        used.update(keys)
        came = {form: words for key in keys for form, words in found.get(key, {}).items() if words}
        if came:
            _fill(message, came, taken)
    taken.unknown = sorted(english for _, english, _ in set(found) - used)
    return taken


def _fill(message: Message, came: dict[int, str], taken: TakenIn) -> None:
    before: Any = message.string
    if message.pluralizable:
        forms = list(before)
        for index, words in came.items():
            if index >= len(forms):
                taken.wrong.append(f"“{_ids(message)[0]}” has no plural form {index}.")
                return
            forms[index] = words
        message.string = tuple(forms)
    else:
        message.string = came.get(0, before)
    if message.string == before:
        return
    taken.filled += 1
    message.flags.discard("fuzzy")
    wrong = changed_marks(message, taken.catalog)
    taken.wrong += (f"“{_ids(message)[0]}”: {said}." for said in wrong)


def _keys(message: Message) -> list[Key]:
    return [(message.context or "", english, message.pluralizable) for english in _ids(message)]


def _ids(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, list | tuple) else [message.id]


def _forms(message: Message) -> list[str]:
    words = message.string
    return [one or "" for one in words] if isinstance(words, list | tuple) else [words or ""]


def _toolkit(name: str, source: Path, target: Path) -> None:
    """One program of translate-toolkit, in the same folder as this Python."""
    program = Path(sys.executable).with_name(name)
    if not program.exists():
        raise ExchangeError(f"XLIFF needs {name} of translate-toolkit. Run: make dev-setup")
    command = [str(program), "--progress=none", "-i", str(source), "-o", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode or not target.exists():
        said = (done.stderr or done.stdout).strip().splitlines()
        raise ExchangeError(f"{source.name} cannot be read as XLIFF: {said[-1] if said else name}")
