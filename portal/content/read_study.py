"""A folder under `config/studies/` → a `Study`, with every mistake of its files."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from portal.content import checks
from portal.content.model import Problem, QuestionGroup, Site, Study, Text
from portal.content.read_screener import number_problems, read_screener
from portal.content.read_sites import future_days, read_sites, with_mailboxes
from portal.content.screener_model import Screener
from portal.content.structure import Locate, structure
from portal.content.walk import leaves
from portal.content.yaml_lines import Document, UnreadableError, read_yaml, relative

Terms = Collection[str] | None
_NCT = re.compile(r"NCT\d{8}")
_FROM_OTHER_FILES = ("slug", "questions", "screener", "sites")
_NUMBER = re.compile(r"(\d+)(?:\.(\d+)|([a-z]))?")
# Facts a short entry may not know; a complete study must.
_UNKNOWN_IN_SHORT = frozenset(
    {"phase", "ages", "age_rule", "sex", "sponsor", "genes", "registry_conditions"}
    | {"medicines", "part"}
)
_COMPLETE = ("overview", "steps", "criteria", "central", "registry_title", "sources")


@dataclass
class StudyFiles:
    """What one folder gave: the study as far as it could be read, and what is wrong."""

    folder: Path
    config_dir: Path
    study: Study | None = None
    document: Document | None = None
    screener_document: Document | None = None
    sites: tuple[Site, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    def name(self, file: str) -> str:
        return relative(self.folder / file, self.config_dir)

    def future(self, today: date) -> Iterator[Problem]:
        """Dates after today, in every file of the folder."""
        if self.document is not None:
            yield from checks.future_days(self.document, Study, today)
        yield from future_days(self.sites, self.name("sites.csv"), today)


def locate(document: Document) -> Locate:
    return lambda path: (document.file, document.line(path))


def read_study(folder: Path, config_dir: Path, terms: Terms) -> StudyFiles:
    """The study in `folder`; `terms` are the ids of the glossary, None if it is not readable."""
    files = StudyFiles(folder, config_dir)
    study = _study(files, terms)
    document = files.document
    complete = document is None or document.get("complete") is not False
    nct = document.get("nct") if document else None
    files.sites = _sites(files, str(nct or ""), complete=complete)
    groups = _questions(files, terms, complete=complete)
    screener = _screener(files, study, terms)
    if study is not None:
        files.study = dataclasses.replace(
            study, sites=files.sites, questions=groups, screener=screener
        )
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
    files.problems += _study_problems(document, slug, terms)
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
    kind = tuple[QuestionGroup, ...]
    groups, problems = structure(document.value, kind, locate(document))
    files.problems += [*document.problems, *problems]
    files.problems += checks.wording(document, kind, terms=terms)
    files.problems += checks.ids(document, kind)
    return groups or ()


def _screener(files: StudyFiles, study: Study | None, terms: Terms) -> Screener | None:
    """A study may have no pre-screener."""
    path = files.folder / "screener.yaml"
    if not path.exists() and not path.is_symlink():
        return None
    found = read_screener(path, files.name("screener.yaml"), terms)
    files.screener_document = found.document
    files.problems += found.problems
    if study is not None and study.criteria:
        files.problems += number_problems(found, [each.number for each in study.criteria])
    return found.screener


# --- rules of study.yaml, also where other parts of it are wrong ---------------------------------


def _study_problems(document: Document, slug: str, terms: Terms) -> Iterator[Problem]:
    complete = document.get("complete") is not False
    empty = () if complete else _UNKNOWN_IN_SHORT
    yield from checks.wording(document, Study, terms=terms, may_be_empty=empty)
    yield from checks.ids(document, Study)
    yield from _codes(document, slug)
    yield from _criteria(document)
    if complete:
        for name in _COMPLETE:
            if not document.get(name):
                advice = "Fill it, or write “complete: false” for a short entry."
                yield document.problem((name,), f"A complete study needs “{name}”.", advice)


def _codes(document: Document, slug: str) -> Iterator[Problem]:
    """Values with a form of their own; one of the wrong type has been named before."""
    if not checks.SLUG.fullmatch(slug):
        advice = "Use small letters, digits and hyphens."
        yield document.problem((), f"The folder “{slug}” cannot be an address.", advice)
    rules: tuple[tuple[tuple[str, ...], Callable[[str], str], str], ...] = (
        (("nct",), _wrong_nct, "Write NCT and eight digits."),
        (("timezone",), _wrong_timezone, "Write it like Europe/Amsterdam."),
        (("details", "registry_url"), _wrong_url, "Start it with https://."),
        (("central", "email"), checks.mail_address_problem, "Write the address of the office."),
    )
    for path, wrong, advice in rules:
        value = document.get(*path)
        if isinstance(value, str) and value and (why := wrong(value)):
            yield document.problem(path, f"{path[-1]}: “{value}” cannot work: {why}", advice)


def _wrong_nct(value: str) -> str:
    return "" if _NCT.fullmatch(value) else "this is no registry number."


def _wrong_timezone(value: str) -> str:
    return "" if checks.is_timezone(value) else "no such time zone is known."


def _wrong_url(value: str) -> str:
    return "" if value.startswith("https://") else "this is not a secure web address."


def _criteria(document: Document) -> Iterator[Problem]:
    """Numbers run 1, 2, 3 … without gap; parts run a b c or .1 .2 .3; each stands once."""
    seen: dict[str, int] = {}
    before = (0, 0)
    for leaf in leaves(document.value, Study):
        if leaf.path[0] != "criteria" or leaf.name != "number" or not isinstance(leaf.value, str):
            continue
        said, advice, place = _number_problem(leaf.value, before, seen)
        if said:
            yield document.problem(leaf.path, f"number: “{leaf.value}” {said}", advice)
        seen.setdefault(leaf.value, document.line(leaf.path))
        before = place or before


def _number_problem(
    number: str, before: tuple[int, int], seen: Mapping[str, int]
) -> tuple[str, str, tuple[int, int] | None]:
    place = _place(number)
    if place is None:
        return "is no criterion number.", "Write it in quotes, like '1', '1a' or '6.1'.", None
    if number in seen:
        return f"stands here twice (first in line {seen[number]}).", "Keep one of them.", None
    if not _follows(before, place):
        advice = "Add the missing criterion, or correct the order."
        return "does not follow the one before; a number is missing.", advice, place
    return "", "", place


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
