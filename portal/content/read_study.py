"""A folder under `config/studies/` → a `Study`, with every mistake of its files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from portal.content import checks
from portal.content.model import Problem, QuestionGroup, Site, Study, Text
from portal.content.read_sites import future_days, read_sites, with_mailboxes
from portal.content.structure import Locate, structure
from portal.content.yaml_lines import Document, Path_, UnreadableError, read_yaml, relative

Terms = Collection[str] | None
_NCT = re.compile(r"NCT\d{8}")
_FROM_OTHER_FILES = ("slug", "questions", "sites")
_NUMBER = re.compile(r"(\d+)(?:\.(\d+)|([a-z]))?")
# Facts a short entry may not know; a complete study must.
_UNKNOWN_IN_SHORT = frozenset({"phase", "ages", "sex", "sponsor"})
_COMPLETE = ("overview", "steps", "criteria", "central", "genes", "registry_title", "sources")


@dataclass
class StudyFiles:
    """What one folder gave: the study as far as it could be read, and what is wrong."""

    folder: Path
    config_dir: Path
    study: Study | None = None
    document: Document | None = None
    sites: tuple[Site, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def name(self, file: str) -> str:
        return relative(self.folder / file, self.config_dir)

    def future(self, today: date) -> Iterator[Problem]:
        """Dates after today, in every file of the folder."""
        if self.study is not None and self.document is not None:
            alone = dataclasses.replace(self.study, questions=(), sites=())
            yield from checks.future_days(self.document, alone, today)
        yield from future_days(self.sites, self.name("sites.csv"), today)


def locate(document: Document) -> Locate:
    return lambda path: (document.file, document.line(path))


def read_study(folder: Path, config_dir: Path, terms: Terms) -> StudyFiles:
    """The study in `folder`; `terms` are the ids of the glossary, None if it is not readable."""
    files = StudyFiles(folder, config_dir)
    study = _study(files, terms)
    raw = files.document.value if files.document else None
    said = raw if isinstance(raw, dict) else {}
    complete = said.get("complete") is not False
    files.sites = _sites(files, str(said.get("nct", "")), complete=complete)
    groups = _questions(files, terms, complete=complete)
    if study is not None:
        files.study = dataclasses.replace(study, sites=files.sites, questions=groups)
    return files


def _study(files: StudyFiles, terms: Terms) -> Study | None:
    try:
        document = read_yaml(files.folder / "study.yaml", files.name("study.yaml"))
    except UnreadableError as error:
        files.problems.append(error.problem)
        return None
    files.document = document
    files.problems += document.problems
    raw: Any = document.value
    if not isinstance(raw, dict):
        said = "The file does not hold the facts of a study."
        files.problems.append(document.problem((), said, "Copy the form of another study."))
        return None
    for key in _FROM_OTHER_FILES:
        if key in raw:
            advice = "Remove it: it comes from the folder’s name or from its own file."
            files.problems.append(document.problem((key,), f"“{key}” cannot stand here.", advice))
    given = {key: value for key, value in raw.items() if key not in _FROM_OTHER_FILES}
    slug = Text(files.folder.name)
    study, problems = structure({**given, "slug": slug}, Study, locate(document))
    files.problems += problems
    if study is not None:
        files.problems += _study_problems(study, document, terms)
    return study


def _sites(files: StudyFiles, nct: str, *, complete: bool) -> tuple[Site, ...]:
    path, name = files.folder / "sites.csv", files.name("sites.csv")
    if not complete and not path.exists():
        return ()
    read = read_sites(path, name, nct)
    files.problems += read.problems
    if not complete:
        return read.sites
    mailboxes = files.folder / "mailboxes.csv"
    sites, problems = with_mailboxes(read, mailboxes, files.name("mailboxes.csv"), name)
    files.problems += problems
    return sites


def _questions(files: StudyFiles, terms: Terms, *, complete: bool) -> tuple[QuestionGroup, ...]:
    path = files.folder / "questions.yaml"
    if not complete and not path.exists():
        return ()
    try:
        document = read_yaml(path, files.name("questions.yaml"))
    except UnreadableError as error:
        files.problems.append(error.problem)
        return ()
    groups, problems = structure(document.value, tuple[QuestionGroup, ...], locate(document))
    files.problems += [*document.problems, *problems]
    if groups is None:
        return ()
    files.problems += checks.wording(document, groups, terms=terms)
    ids: list[tuple[Path_, str]] = []
    for g, group in enumerate(groups):
        ids.append(((g, "id"), group.id))
        ids += (((g, "questions", q, "id"), each.id) for q, each in enumerate(group.questions))
    files.problems += checks.repeated(document, ids)
    return groups


# --- rules of study.yaml -----------------------------------------------------------------------


def _study_problems(study: Study, document: Document, terms: Terms) -> Iterator[Problem]:
    blank = () if study.complete else _UNKNOWN_IN_SHORT
    yield from checks.wording(document, study, terms=terms, may_be_blank=blank)
    yield from _codes(study, document)
    yield from checks.repeated(
        document, [(("overview", i, "id"), part.id) for i, part in enumerate(study.overview)]
    )
    yield from _criteria(study, document)
    if study.complete:
        for name in _COMPLETE:
            if not getattr(study, name):
                advice = "Fill it, or write “complete: false” for a short entry."
                yield document.problem((name,), f"A complete study needs “{name}”.", advice)
    if study.central and (why := checks.mail_address_problem(study.central.email)):
        said = f"email: “{study.central.email}” cannot work: {why}"
        yield document.problem(("central", "email"), said, "Write the address of the office.")


def _codes(study: Study, document: Document) -> Iterator[Problem]:
    if not checks.SLUG.fullmatch(study.slug):
        advice = "Use small letters, digits and hyphens."
        yield document.problem((), f"The folder “{study.slug}” cannot be an address.", advice)
    if not _NCT.fullmatch(study.nct):
        said = f"nct: “{study.nct}” is no registry number."
        yield document.problem(("nct",), said, "Write NCT and eight digits.")
    if not checks.is_timezone(study.timezone):
        said = f"timezone: “{study.timezone}” is unknown."
        yield document.problem(("timezone",), said, "Write it like Europe/Amsterdam.")
    if not study.details.registry_url.startswith("https://"):
        said = "registry_url: not a secure web address."
        yield document.problem(("details", "registry_url"), said, "Start it with https://.")


def _criteria(study: Study, document: Document) -> Iterator[Problem]:
    """Numbers run 1, 2, 3 … without gap; parts run a b c or .1 .2 .3; each stands once."""
    seen: dict[str, int] = {}
    before: tuple[int, int] = (0, 0)
    for index, criterion in enumerate(study.criteria):
        path: Path_ = ("criteria", index, "number")
        number = criterion.number
        place = _place(number)
        if place is None:
            said = f"number: “{number}” is no criterion number."
            yield document.problem(path, said, "Write it in quotes, like '1', '1a' or '6.1'.")
            continue
        if number in seen:
            said = f"number: “{number}” stands here twice (first in line {seen[number]})."
            yield document.problem(path, said, "Keep one of them.")
            continue
        seen[number] = document.line(path)
        if not _follows(before, place):
            said = f"number: “{number}” does not follow the one before; a number is missing."
            yield document.problem(path, said, "Add the missing criterion, or correct the order.")
        before = place


def _place(number: str) -> tuple[int, int] | None:
    """6.3 → (6, 3); 1c → (1, 3); 7 → (7, 0)."""
    found = _NUMBER.fullmatch(number)
    if not found:
        return None
    whole, part, letter = found.groups()
    return int(whole), int(part) if part else (ord(letter) - ord("a") + 1 if letter else 0)


def _follows(before: tuple[int, int], place: tuple[int, int]) -> bool:
    if place[0] == before[0]:
        return place[1] == before[1] + 1
    return place[0] == before[0] + 1 and place[1] <= 1
