"""`other-studies.yaml` → the catalogue, with every mistake of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from portal.content import checks
from portal.content.catalogue import ANOTHER, NOT_KNOWN
from portal.content.catalogue_model import Catalogue, ListedStudy, Reach
from portal.content.model import Problem, Study
from portal.content.structure import structure
from portal.content.yaml_lines import Document, Path_, UnreadableError, read_yaml, relative

FILE = "other-studies.yaml"
_NCT = re.compile(r"NCT\d{8}")
# Not stated in what was read, and the pages say so.
_MAY_BE_UNKNOWN = frozenset({"ages", "source"})
Found = tuple[Path_, str, str]


@dataclass
class CatalogueFile:
    """What the file gave, as far as it could be read, and what is wrong."""

    catalogue: Catalogue = field(default_factory=Catalogue)
    document: Document | None = None
    problems: list[Problem] = field(default_factory=list)

    def future(self, today: date) -> Iterator[Problem]:
        if self.document is not None:
            yield from checks.future_days(self.document, Catalogue, today)


def read_catalogue(config_dir: Path, terms: Collection[str] | None) -> CatalogueFile:
    """The file in `config_dir`; `terms` are the ids of the glossary, None if not readable."""
    path = config_dir / FILE
    try:
        document = read_yaml(path, relative(path, config_dir))
    except UnreadableError as error:
        return CatalogueFile(problems=[error.problem])
    found = CatalogueFile(document=document, problems=list(document.problems))
    catalogue, problems = structure(
        document.value, Catalogue, lambda at: (document.file, document.line(at))
    )
    found.problems += problems
    found.problems += checks.wording(document, Catalogue, terms=terms, may_be_empty=_MAY_BE_UNKNOWN)
    found.problems += checks.ids(document, Catalogue)
    if catalogue is not None:
        found.catalogue = catalogue
        found.problems += (document.problem(*one) for one in _wrong(catalogue))
    return found


def study_problems(study: Study, document: Document, catalogue: CatalogueFile) -> Iterator[Problem]:
    """What a study’s own `reach` and `genes` must share with the catalogue."""
    if catalogue.document is None or catalogue.problems:
        return  # said already; nothing can be compared with a file that is not right
    known = {change.id for change in catalogue.catalogue.changes}
    for path, said, advice in _wrong_reach(study.reach, known, ("reach",)):
        yield document.problem(path, said, advice)
    if study.reach.changes:
        named = {
            gene
            for change in catalogue.catalogue.changes
            if change.id in study.reach.changes
            for gene in change.names_on_reports
        }
        for i, gene in enumerate(study.genes):
            if gene not in named:
                said = f"genes: “{gene}” is in none of the changes that this study looks for."
                advice = f"Add it to names_on_reports in config/{FILE}, or correct it."
                yield document.problem(("genes", i), said, advice)


def listed_twice(catalogue: CatalogueFile, folders: dict[str, str]) -> Iterator[Problem]:
    """A study has its facts in one place: its folder, or a line here."""
    for i, study in enumerate(catalogue.catalogue.studies):
        if study.nct in folders and catalogue.document is not None:
            said = f"nct: “{study.nct}” has its own folder {folders[study.nct]}."
            path: Path_ = ("studies", i, "nct")
            yield catalogue.document.problem(path, said, "Remove the entry here.")


def _wrong(catalogue: Catalogue) -> Iterator[Found]:
    for i, change in enumerate(catalogue.changes):
        if change.id in (ANOTHER, NOT_KNOWN):
            said = f"id: “{change.id}” means something else in the form."
            yield ("changes", i, "id"), said, "Choose another id."
    known = {change.id for change in catalogue.changes}
    numbers: set[str] = set()
    for i, study in enumerate(catalogue.studies):
        path: Path_ = ("studies", i)
        yield from _wrong_codes(study, path)
        yield from _wrong_reach(study.reach, known, (*path, "reach"))
        if study.nct in numbers:
            said = f"nct: “{study.nct}” stands here twice."
            yield (*path, "nct"), said, "Keep one of the entries."
        numbers.add(study.nct)


def _wrong_codes(study: ListedStudy, path: Path_) -> Iterator[Found]:
    rules: tuple[tuple[str, str, Callable[[str], bool], str], ...] = (
        ("nct", study.nct, lambda v: bool(_NCT.fullmatch(v)), "Write NCT and eight digits."),
        (
            "registry_url",
            study.registry_url,
            lambda v: v.startswith("https://"),
            "Start it with https://.",
        ),
    )
    for name, value, fits, advice in rules:
        if value and not fits(value):
            yield (*path, name), f"{name}: “{value}” cannot work.", advice
    for i, code in enumerate(study.countries):
        if code not in checks.countries():
            said = f"countries: “{code}” is no country."
            yield (*path, "countries", i), said, "Write two capitals, like NL."


def _wrong_reach(reach: Reach, known: Collection[str], path: Path_) -> Iterator[Found]:
    for i, change in enumerate(reach.changes):
        if change not in known:
            advice = f"Correct it, or add it to “changes” of config/{FILE}."
            yield (*path, "changes", i), f"changes: “{change}” is no change.", advice
    low, high = reach.youngest, reach.oldest
    for name, age in (("youngest", low), ("oldest", high)):
        if age is not None and not 0 <= age <= 120:
            advice = "Write full years, or leave it out if it is not known."
            yield (*path, name), f"{name}: {age} is no age.", advice
    if low is not None and high is not None and low > high:
        said = f"youngest: {low} is more than oldest: {high}."
        yield (*path, "youngest"), said, "Exchange them."
