"""The whole of `config/`: read, joined and checked.

`load_config` is for the start of the portal, `check` for people: both see every mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from portal.content.model import Config, GlossaryTerm, PortalConfig, Problem
from portal.content.read_catalogue import (
    CatalogueFile,
    listed_twice,
    read_catalogue,
    study_problems,
)
from portal.content.read_portal import read_glossary, read_portal
from portal.content.read_study import StudyFiles, read_study


class ConfigError(Exception):
    """The configuration is wrong; `problems` says where and what to do."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass
class _Read:
    """Everything that could be read, and everything that could not."""

    portal: PortalConfig | None
    glossary: tuple[GlossaryTerm, ...]
    studies: list[StudyFiles]
    catalogue: CatalogueFile
    problems: list[Problem] = field(default_factory=list)


def load_config(config_dir: Path) -> Config:
    """The configuration as frozen values.

    Raises ConfigError: any file is missing or wrong. Dates in the future are left to
    `check`, because a portal may run on a clock of its own (`PORTAL_NOW`).
    """
    read = _read(config_dir)
    studies = tuple(files.study for files in read.studies if files.study)
    if read.problems or read.portal is None:
        raise ConfigError(_sorted(read.problems))
    return Config(read.portal, studies, read.glossary, read.catalogue.catalogue)


def check(config_dir: Path, *, today: date) -> tuple[Problem, ...]:
    """Every mistake of every file, in the order of files and lines."""
    read = _read(config_dir)
    problems = [*read.problems, *read.catalogue.future(today)]
    for files in read.studies:
        problems += files.future(today)
    return _sorted(problems)


def _read(config_dir: Path) -> _Read:
    portal, problems = read_portal(config_dir / "portal.toml", config_dir)
    glossary, wrong = read_glossary(config_dir / "glossary.yaml", config_dir)
    terms = None if glossary is None else frozenset(term.id for term in glossary)
    here = (config_dir / "studies").glob("*")
    folders = sorted(path for path in here if path.is_dir() and not path.name.startswith("."))
    studies = [read_study(folder, config_dir, terms) for folder in folders]
    catalogue = read_catalogue(config_dir, terms)
    read = _Read(portal, glossary or (), studies, catalogue, [*problems, *wrong])
    read.problems += catalogue.problems
    for files in studies:
        read.problems += files.problems
    read.problems += _across(read, config_dir)
    return read


def _across(read: _Read, config_dir: Path) -> Iterator[Problem]:
    """Rules that hold between studies."""
    if not read.studies:
        where = f"{config_dir.name}/studies"
        yield Problem(where, 1, "There is no study.", "Add a folder; docs/add-a-study.md says how.")
    seen: dict[str, str] = {}
    for files in read.studies:
        if files.study is None or files.document is None:
            continue
        nct = files.study.nct
        if nct in seen:
            said = f"nct: “{nct}” is also in the folder {seen[nct]}."
            yield files.document.problem(("nct",), said, "Each study has its own number.")
        seen.setdefault(nct, files.folder.name)
    for files in read.studies:
        yield from _other_parts(files, seen)
        if files.study is not None and files.document is not None:
            yield from study_problems(files.study, files.document, read.catalogue)
    yield from listed_twice(read.catalogue, seen)


def _other_parts(files: StudyFiles, known: Mapping[str, str]) -> Iterator[Problem]:
    """Studies that a result names are studies of this portal, so that pages know their status."""
    screener = files.study.screener if files.study else None
    if screener is None or screener.other_parts is None or files.screener_document is None:
        return
    for i, nct in enumerate(screener.other_parts.studies):
        if nct not in known:
            said, path = f"There is no study “{nct}”.", ("other_parts", "studies", i)
            yield files.screener_document.problem(path, said, "Correct it, or add its folder.")


def _sorted(problems: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(set(problems), key=lambda p: (p.file, p.line, p.message)))
