"""Texts of `config/` for the translators: every `Text` of the model, with its line.

Named in babel.cfg. No list of keys: a field of type `Text` is found because it is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from portal.content.catalogue_model import Catalogue
from portal.content.model import GlossaryTerm, Problem, QuestionGroup, Study, Text
from portal.content.read_sites import read_sites
from portal.content.screener_model import Screener
from portal.content.structure import structure
from portal.content.walk import texts
from portal.content.yaml_lines import Document, UnreadableError, read_yaml

# What each file under config/ holds. A new kind of file is one line here.
SHAPES: dict[str, Any] = {
    "study.yaml": Study,
    "questions.yaml": tuple[QuestionGroup, ...],
    "screener.yaml": Screener,
    "glossary.yaml": tuple[GlossaryTerm, ...],
    "other-studies.yaml": Catalogue,
}
Found = tuple[int, None, str, list[str]]


class ExtractError(Exception):
    """A file whose texts cannot be found; the text says why."""


def extract(
    fileobj: BinaryIO,
    _keywords: Any,
    _tags: Any,
    options: Any,  # noqa: ARG001  Babel gives it by name
) -> Iterator[Found]:
    """Babel's interface for one file: line, no function, text, no comments.

    Raises ExtractError: the file is wrong (`flask study check` says more), or of no known kind.
    """
    path = Path(fileobj.name)
    for text in _texts(path):
        yield text.line, None, str(text), []


def _texts(path: Path) -> Iterator[Text]:
    if path.suffix == ".csv":
        read = read_sites(path, path.as_posix(), "")
        _refuse(read.problems)
        return texts(read.sites)
    if path.name not in SHAPES:
        raise ExtractError(f"{path}: add this kind of file to SHAPES in portal/content/extract.py.")
    try:
        document = read_yaml(path, path.as_posix())
    except UnreadableError as error:
        raise ExtractError(str(error)) from None
    value = document.value
    if path.name == "study.yaml" and isinstance(value, dict):
        value = {**value, "slug": Text(path.parent.name)}
    found, problems = structure(value, SHAPES[path.name], _at(document))
    _refuse(problems)
    return texts(found)


def _at(document: Document) -> Any:
    return lambda place: (document.file, document.line(place))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        raise ExtractError("\n".join(str(problem) for problem in problems))
