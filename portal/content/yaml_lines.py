"""Files as plain values that remember where they stand, so that a mistake can name its line.

YAML becomes `Map`, `Seq` and scalars; every piece of text becomes a `Text` with its line.
CSV becomes rows of `Text`. Nothing here knows what the files mean.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.nodes import MappingNode, Node, ScalarNode

from portal.content.model import Problem, Text

Path_ = tuple[str | int, ...]
_LONGEST_TEXT = 12  # lines
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableError(Exception):
    """A file that cannot be read at all; carries the one problem that says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Map(dict[str, Any]):
    """A YAML mapping; `lines` gives the line of each key."""

    line: int
    lines: dict[str, int]


class Seq(list[Any]):
    """A YAML list; `lines` gives the line of each item."""

    line: int
    lines: list[int]


@dataclass
class Document:
    """One YAML file: its value, and the line of every place in it."""

    file: str
    value: Any = None
    problems: list[Problem] = field(default_factory=list)
    source: tuple[str, ...] = ()

    def line(self, path: Path_) -> int:
        """Line of the deepest part of `path` that exists in the file."""
        here: Any = self.value
        found = int(getattr(here, "line", 1))
        for step in path:
            try:
                found = here.lines[step]
            except (AttributeError, KeyError, IndexError, TypeError):
                break
            here = here.get(str(step)) if isinstance(here, Map) else here[step]
        return found

    def get(self, *path: str) -> Any:
        """The value under these keys; None if it is not there."""
        here = self.value
        for step in path:
            here = here.get(step) if isinstance(here, Map) else None
        return here

    def problem(self, path: Path_, message: str, advice: str, words: str = "") -> Problem:
        """A problem at `path`; with `words`, on the very line of a long text that holds them."""
        line = self.line(path)
        if words:
            below = range(line, min(line + _LONGEST_TEXT, len(self.source) + 1))
            line = next((at for at in below if words in self.source[at - 1]), line)
        return Problem(self.file, line, message, advice)


@dataclass
class Row:
    """One line of a CSV file as column → text."""

    line: int
    cells: dict[str, Text]


@dataclass
class Table:
    """One CSV file with the rows that have the right number of columns."""

    file: str
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def relative(path: Path, config_dir: Path) -> str:
    """Name of a file as an operator types it: `config/studies/…`."""
    # Not resolved: a file may be a link to where an operator keeps secrets.
    return Path(os.path.relpath(path, config_dir.absolute().parent)).as_posix()


def read_text(path: Path, name: str) -> str:
    """The file's text without byte order mark; Windows line ends are fine.

    Raises UnreadableError: the file is missing, or not UTF-8.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError(
            Problem(name, 1, "The file is missing.", "Add it; docs/add-a-study.md shows one.")
        ) from None
    except OSError as error:
        raise UnreadableError(
            Problem(name, 1, f"The file cannot be read: {error.strerror}.", "Check its rights.")
        ) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnreadableError(
            Problem(name, line, "The file is not UTF-8.", "Save it again with encoding UTF-8.")
        ) from None


def read_yaml(path: Path, name: str) -> Document:
    """The file as marked values; a repeated key is a problem, the last one wins.

    Raises UnreadableError: missing, not UTF-8, or not YAML.
    """
    text = read_text(path, name)
    document = Document(name, source=tuple(text.splitlines()))
    try:
        node = yaml.compose(text, Loader=_Loader)
        document.value = _Builder(document).build(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(
            Problem(
                name,
                mark.line + 1 if mark else 1,
                f"This is not valid YAML: {error.problem or error.context}.",
                "Check indentation, quotes and colons in this line and the one above.",
            )
        ) from None
    except yaml.YAMLError as error:
        raise UnreadableError(
            Problem(name, 1, f"This is not valid YAML: {error}.", "Remove odd characters.")
        ) from None
    return document


class _Builder:
    """Turns YAML nodes into marked values."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.scalars = SafeConstructor()
        self.open: set[int] = set()

    def build(self, node: Node | None) -> Any:
        if node is None:
            return None
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if id(node) in self.open:
            raise yaml.MarkedYAMLError(
                problem="an alias points back to itself", problem_mark=node.start_mark
            )
        self.open.add(id(node))
        built = self._map(node) if isinstance(node, MappingNode) else self._seq(node)
        self.open.discard(id(node))
        return built

    def _scalar(self, node: ScalarNode) -> Any:
        try:
            value = self.scalars.construct_object(node)
        except ValueError:  # looks like a date or a number and is none, such as 2026-13-40
            value = node.value
        if not isinstance(value, str):
            return value
        text = Text(value)
        text.line = node.start_mark.line + 1
        return text

    def _map(self, node: MappingNode) -> Map:
        built = Map()
        built.line = node.start_mark.line + 1
        built.lines = {}
        for key_node, value_node in node.value:
            key, line = str(key_node.value), key_node.start_mark.line + 1
            if key in built.lines:
                self.document.problems.append(
                    Problem(
                        self.document.file,
                        line,
                        f"“{key}” stands here twice (first in line {built.lines[key]}).",
                        "Remove one of the two.",
                    )
                )
            built.lines[key] = line
            built[key] = self.build(value_node)
        return built

    def _seq(self, node: Node) -> Seq:
        built = Seq()
        built.line = node.start_mark.line + 1
        built.lines = [item.start_mark.line + 1 for item in node.value]
        built.extend(self.build(item) for item in node.value)
        return built


def read_csv(path: Path, name: str, columns: tuple[str, ...]) -> Table:
    """Rows of a CSV file whose header has exactly these columns, in any order.

    Raises UnreadableError: missing, not UTF-8, or another header.
    """
    lines = _csv_lines(read_text(path, name), name)
    number, header = next(lines, (1, []))
    header = [cell.strip() for cell in header]
    _check_header(header, columns, name, number)
    table = Table(name)
    for line, cells in lines:
        if len(cells) != len(header):
            table.problems.append(
                Problem(
                    name,
                    line,
                    f"This row has {len(cells)} columns; the first row has {len(header)}.",
                    "Put cells that hold a comma in double quotes, and count the commas.",
                )
            )
            continue
        table.rows.append(
            Row(line, {c: _cell(v, line) for c, v in zip(header, cells, strict=True)})
        )
    return table


def _csv_lines(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableError(
                Problem(name, line, f"This is not valid CSV: {error}.", "Check the double quotes.")
            ) from None
        if cells:
            yield line, cells


def _check_header(header: list[str], columns: tuple[str, ...], name: str, line: int) -> None:
    if sorted(header) == sorted(columns):
        return
    missing = [column for column in columns if column not in header]
    unknown = [column for column in header if column not in columns]
    twice = sorted({column for column in header if header.count(column) > 1})
    said = [
        f"{what}: {', '.join(names)}"
        for what, names in (("missing", missing), ("unknown", unknown), ("twice", twice))
        if names
    ]
    hint = "Save the file with commas. " if any(";" in column for column in header) else ""
    raise UnreadableError(
        Problem(
            name,
            line,
            f"The first row is not right ({'; '.join(said)}).",
            f"{hint}It must have these columns: {','.join(columns)}.",
        )
    )


def _cell(value: str, line: int) -> Text:
    text = Text(value.strip())
    text.line = line
    return text
