"""Mistakes in the catalogue of other studies, and in what a study says for it."""

from __future__ import annotations

from tests.unit.mistakes import STUDY, Mistake

FILE = "other-studies.yaml"

IN_CATALOGUE = {
    "catalogue: unknown key": Mistake(
        FILE, "    name: PedAL", "    nam: PedAL", "“nam” is not known", "“name”"
    ),
    "catalogue: no title": Mistake(
        FILE, "title: A study of CAR-T cells\n", "titel: x\n", "“title” is missing", at=FILE
    ),
    "catalogue: bad number": Mistake(
        FILE, "nct: NCT04726241", "nct: NCT47", "“NCT47” cannot work", "eight digits"
    ),
    "catalogue: number twice": Mistake(
        FILE, "nct: NCT04726241", "nct: NCT05748171", "stands here twice", "Keep one"
    ),
    "catalogue: number of a folder": Mistake(
        FILE, "nct: NCT04726241", "nct: NCT05751044", "has its own folder hem-ismart-b", "Remove"
    ),
    "catalogue: address without https": Mistake(
        FILE,
        "registry_url: https://clinicaltrials.gov/study/NCT04726241",
        "registry_url: http://clinicaltrials.gov/study/NCT04726241",
        "cannot work",
        "https://",
    ),
    "catalogue: no country": Mistake(
        FILE, "countries: [US]", "countries: [USA]", "“USA” is no country", "two capitals"
    ),
    "catalogue: unknown status": Mistake(
        FILE, "code: unknown", "code: recruiting", "“recruiting” is not", "open"
    ),
    "catalogue: checked in the future": Mistake(
        FILE, "checked_on: 2025-06-26", "checked_on: 2027-06-26", "in the future", "really"
    ),
    "catalogue: change that is none": Mistake(
        FILE,
        "changes: [kmt2a, nup98-npm1]",
        "changes: [kmt2a, nup98]",
        "“nup98” is no change",
        "“changes”",
    ),
    "catalogue: change twice": Mistake(
        FILE, "- id: abl1-pdgfrb", "- id: ras-pathway", "is used twice", "own id"
    ),
    "catalogue: change with a name of the form": Mistake(
        FILE, "- id: kmt2a\n", "- id: another\n", "“another” means something else", "Choose"
    ),
    "catalogue: youngest above oldest": Mistake(
        FILE, "youngest: 1\n      oldest: 35", "youngest: 36\n      oldest: 35", "more than oldest"
    ),
    "catalogue: no age": Mistake(FILE, "oldest: 30", "oldest: 300", "300 is no age", "full years"),
    "catalogue: age as a text": Mistake(FILE, "oldest: 30", "oldest: '30'", "whole number"),
    "catalogue: a word that families misread": Mistake(
        FILE, "looks_for: B-cell or T-cell ALL", "looks_for: Eligible with ALL", "misread"
    ),
    "study: change that is none": Mistake(
        STUDY, "changes: [ras-pathway]", "changes: [ras]", "“ras” is no change", "other-studies"
    ),
    "study: gene that no change names": Mistake(
        STUDY, "  - CBL\n", "  - XYZ9\n", "“XYZ9” is in none of the changes", "names_on_reports"
    ),
    "study: youngest above oldest": Mistake(
        STUDY, "  youngest: 1\n", "  youngest: 21\n", "more than oldest", "Exchange"
    ),
    "no such criterion asks for the change": Mistake(
        "studies/hem-ismart-d/screener.yaml",
        "signpost_if: [C5]",
        "signpost_if: [C55]",
        "“C55” is no criterion",
    ),
}
