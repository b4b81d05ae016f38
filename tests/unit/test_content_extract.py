"""Every wording of config/ reaches the translators, with the line on which it stands."""

from __future__ import annotations

import dataclasses
import typing
from pathlib import Path
from typing import Any

import pytest

from portal.content.extract import SHAPES, ExtractError, extract
from portal.content.load import load_config
from portal.content.model import Study, Text
from portal.content.walk import texts
from tests.support.paths import ROOT
from tests.unit.config_copy import ConfigCopy, D


def extracted(path: Path) -> list[tuple[int, str]]:
    with path.open("rb") as file:
        return [(line, text) for line, _, text, _ in extract(file, None, None, options={})]


@pytest.fixture(scope="module")
def found() -> set[str]:
    paths = [*(ROOT / "config").rglob("*.yaml"), *(ROOT / "config").rglob("sites.csv")]
    return {text for path in paths for _, text in extracted(path)}


def test_every_text_of_the_loaded_config_is_extracted(found: set[str]) -> None:
    config = load_config(ROOT / "config")
    parts = (config.studies, config.glossary, config.catalogue)
    wanted = {str(text) for part in parts for text in texts(part)}
    assert wanted == found


def test_names_codes_and_notes_are_not(found: set[str]) -> None:
    study = load_config(ROOT / "config").complete_studies[0]
    site = study.sites[0]
    for word in (study.name, study.nct, study.details.sponsor, site.institution, site.city, "KRAS"):
        assert word not in found
    assert "Study team" in found
    assert not any(part.confirm and part.confirm in found for part in study.overview)


def test_walking_finds_a_text_in_every_field_that_can_hold_one() -> None:
    """Built from the types alone, so that a new field cannot be forgotten."""
    filled = fill(Study, "Study")
    expected = set(NAMES)
    assert {str(text) for text in texts(filled)} == expected
    assert "Study.overview.heading" in expected
    assert "Study.sites.contact_role" in expected


NAMES: list[str] = []


def fill(kind: Any, name: str) -> Any:
    """A value of `kind` whose every Text says where it stands."""
    if kind is Text:
        NAMES.append(name)
        return Text(name)
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        fields = dataclasses.fields(kind)
        return kind(**{f.name: fill(hints[f.name], f"{name}.{f.name}") for f in fields})  # type: ignore[operator]
    arguments = [each for each in typing.get_args(kind) if each is not type(None)]
    if typing.get_origin(kind) is tuple:
        return (fill(arguments[0], name),)
    if type(None) in typing.get_args(kind):
        return fill(arguments[0], name)
    return "a name"


def test_lines_are_those_of_the_file() -> None:
    path = ROOT / "config" / D / "questions.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    for line, text in extracted(path):
        here = lines[line - 1]
        assert text[:20] in here or here.endswith((">-", "'" + text + "'"))


def test_texts_come_in_the_order_of_the_file() -> None:
    places = [line for line, _ in extracted(ROOT / "config/glossary.yaml")]
    assert places == sorted(places)
    assert len(places) == 78


def test_every_kind_of_file_is_known() -> None:
    names = {path.name for path in (ROOT / "config").rglob("*.yaml")}
    assert names <= set(SHAPES)


def test_an_unknown_kind_of_file_is_refused_and_not_skipped(tmp_path: Path) -> None:
    path = tmp_path / "news.yaml"
    path.write_text("title: x", encoding="utf-8")
    with pytest.raises(ExtractError, match="SHAPES"):
        extracted(path)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("study.yaml", "part: D", "part: 4"),
        ("study.yaml", "part: D", "part: 'D"),
        ("sites.csv", "NL,52.09083", "NL,far"),
    ],
)
def test_a_wrong_file_says_so(file: str, old: str, new: str, tmp_path: Path) -> None:
    config = ConfigCopy.make(tmp_path)
    config.edit(D + file, old, new)
    with pytest.raises(ExtractError, match=file):
        extracted(config.path(D + file))
