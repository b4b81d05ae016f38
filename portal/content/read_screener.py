"""`screener.yaml` → `Screener`, with every mistake of the file."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from portal.content import checks
from portal.content.model import Problem
from portal.content.readable import readable
from portal.content.screener_checks import screener_problems
from portal.content.screener_flow import flow_problems
from portal.content.screener_model import Screener
from portal.content.structure import structure
from portal.content.yaml_lines import Document, UnreadableError, read_yaml

_FILLERS = frozenset({"{since}", "{date}"})


@dataclass
class ScreenerFile:
    """The pre-screener, or None and what is wrong; `document` gives lines to later checks."""

    screener: Screener | None = None
    document: Document | None = None
    problems: list[Problem] = field(default_factory=list)


def read_screener(path: Path, name: str, terms: Collection[str] | None) -> ScreenerFile:
    """The file at `path`; `terms` are the ids of the glossary, None if it is not readable."""
    try:
        document = read_yaml(path, name)
    except UnreadableError as error:
        return ScreenerFile(problems=[error.problem])
    screener, problems = structure(
        document.value, Screener, lambda at: (document.file, document.line(at))
    )
    found = ScreenerFile(screener, document, [*document.problems, *problems])
    found.problems += checks.wording(document, Screener, terms=terms, fillers=_FILLERS)
    if isinstance(document.value, dict):
        draft = screener or readable(document.value, Screener)
        found.problems += screener_problems(draft, document)
        found.problems += flow_problems(draft, document)
    return found


def number_problems(found: ScreenerFile, numbers: Collection[str]) -> Iterator[Problem]:
    """Numbers for doctors must be those of study.yaml; `21` stands for all of 21.1, 21.2 …"""
    if found.document is None or found.screener is None:
        return
    known = {*numbers, *(number.split(".")[0] for number in numbers)}
    screener = found.screener
    asked = [(("criteria", i, "number"), c.number) for i, c in enumerate(screener.criteria)]
    left = [(("team", "items", i, "number"), c.number) for i, c in enumerate(screener.team.items)]
    for path, number in (*asked, *left):
        if number and number not in known:
            said = f"number: “{number}” is no criterion of study.yaml."
            yield found.document.problem(path, said, "Correct it, or leave it out.")
