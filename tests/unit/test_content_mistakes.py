"""Every mistake a study office can make is named with file, line and what to do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from portal.content.load import ConfigError, load_config
from portal.content.model import Problem
from tests.unit.config_copy import TODAY, ConfigCopy
from tests.unit.mistakes import BOXES, QUESTIONS, SITES, STUDY
from tests.unit.mistakes_in_catalogue import IN_CATALOGUE
from tests.unit.mistakes_in_screener import IN_SCREENER
from tests.unit.mistakes_in_tables import IN_TABLES
from tests.unit.mistakes_in_texts import IN_TEXTS

MISTAKES = IN_TEXTS | IN_TABLES | IN_SCREENER | IN_CATALOGUE


@pytest.fixture
def config(tmp_path: Path) -> ConfigCopy:
    return ConfigCopy.make(tmp_path)


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_with_file_line_and_advice_and_stops_the_start(
    name: str, config: ConfigCopy
) -> None:
    mistake = MISTAKES[name]
    line = config.edit(mistake.file, mistake.old, mistake.new) + mistake.below
    if mistake.old.startswith("\n") and not mistake.below:
        line += 1
    problems = _what_stops_the_start(mistake.said, config)
    file = f"config/{mistake.at or mistake.file}"
    fitting = [p for p in problems if mistake.said in p.message and p.file == file]
    assert fitting, [str(problem) for problem in problems]
    if not mistake.at:
        assert line in {problem.line for problem in fitting}, [str(p) for p in fitting]
    assert any(re.search(mistake.advice or r"\w", problem.advice) for problem in fitting)
    assert all(problem.line >= 1 and problem.advice for problem in problems)


def _what_stops_the_start(said: str, config: ConfigCopy) -> tuple[Problem, ...]:
    """`flask study check` says the same, and of dates in the future more: those do not stop a
    start, since a portal may run on a clock of its own."""
    if "in the future" in said:
        return config.problems()
    with pytest.raises(ConfigError, match=r"config/.+:\d+: ") as stopped:
        load_config(config.root)
    return stopped.value.problems


def test_all_mistakes_are_shown_at_once(config: ConfigCopy) -> None:
    wrong = ["unknown status", "HTML", "criterion twice", "unknown filler", "no city",
             "mailbox empty", "word without meaning", "limit of nothing"]  # fmt: skip
    for name in wrong:
        config.edit(MISTAKES[name].file, MISTAKES[name].old, MISTAKES[name].new)
    said = " ".join(problem.message for problem in config.problems())
    for name in wrong:
        assert MISTAKES[name].said in said, name


def test_one_mistake_makes_no_others(config: ConfigCopy) -> None:
    config.edit("glossary.yaml", "- id: all", "- id: all\n  oops: 1")
    assert len(config.problems()) == 1
    config.edit(SITES, "52.09083", "far")
    assert len(config.problems()) == 2


@pytest.mark.parametrize(
    "file",
    ["portal.toml", "glossary.yaml", "other-studies.yaml", STUDY, QUESTIONS, SITES, BOXES],
    ids=str,
)
class TestWholeFiles:
    def test_missing(self, file: str, config: ConfigCopy) -> None:
        config.path(file).unlink()
        assert any(p.file == f"config/{file}" and "missing" in p.message for p in config.problems())
        with pytest.raises(ConfigError):
            load_config(config.root)

    def test_not_utf8(self, file: str, config: ConfigCopy) -> None:
        text = config.text(file)
        config.path(file).write_bytes(text.encode() + "\n# Müller\n".encode("latin-1"))
        found = [p for p in config.problems() if "UTF-8" in p.message]
        assert [(p.file, p.line) for p in found] == [(f"config/{file}", text.count("\n") + 2)]

    def test_empty(self, file: str, config: ConfigCopy) -> None:
        config.write(file, "")
        assert any(problem.file == f"config/{file}" for problem in config.problems())

    def test_byte_order_mark_and_windows_line_ends_are_fine(
        self, file: str, config: ConfigCopy
    ) -> None:
        before = load_config(config.root)
        windows = config.text(file).replace("\n", "\r\n").encode("utf-8-sig")
        config.path(file).write_bytes(windows)
        assert config.problems() == ()
        assert load_config(config.root) == before


def test_a_file_may_be_a_link_to_a_place_of_its_own(config: ConfigCopy, tmp_path: Path) -> None:
    config.path(BOXES).rename(tmp_path / "secret.csv")
    config.path(BOXES).symlink_to(tmp_path / "secret.csv")
    config.path("studies/.backup").mkdir()
    assert config.problems() == ()
    (tmp_path / "secret.csv").write_text("", encoding="utf-8")
    assert config.problems()[0].file == f"config/{BOXES}"


def test_a_folder_where_a_file_belongs(config: ConfigCopy) -> None:
    config.path(BOXES).unlink()
    config.path(BOXES).mkdir()
    assert ["cannot be read" in problem.message for problem in config.problems()] == [True]


def test_no_study_at_all(config: ConfigCopy) -> None:
    for folder in config.path("studies").iterdir():
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
    assert ["There is no study." in problem.message for problem in config.problems()] == [True]


def test_an_alias_that_points_to_itself_ends(config: ConfigCopy) -> None:
    config.edit(STUDY, "other_ids:\n", "other_ids: &x\n    - *x\n")
    assert any("points back" in problem.message for problem in config.problems())


def test_a_folder_that_cannot_be_an_address(config: ConfigCopy) -> None:
    config.path("studies/hem-ismart-e").rename(config.path("studies/HEM E"))
    assert any("cannot be an address" in problem.message for problem in config.problems())


def test_a_portal_with_its_own_clock_starts_before_the_dates_in_its_files(
    config: ConfigCopy,
) -> None:
    config.edit(STUDY, "checked_on: 2025-10-16", f"checked_on: {TODAY.year + 1}-01-01")
    assert load_config(config.root).studies
