"""A pre-screener that people could not walk through does not load, and the check says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.content.load import load_config
from tests.unit.config_copy import ConfigCopy
from tests.unit.mistakes_in_screener import SCREENER

MINIMAL = """\
start: [Three questions.]
parts:
  - code: all
    name: All
    early_end: true
    questions:
      - code: who
        text: Who are you?
        options:
          - {code: me, text: Me, reader: you}
      - code: pain
        text: {child: Is it sore?, you: Are you sore?, person: Is it sore for them?}
        options:
          - code: 'yes'
            text: Yes, it is
            effects: [{criteria: [C1], status: met, say: This fits.}]
          - code: 'no'
            text: No, it is not
            effects: [{criteria: [C1], status: not_met, say: This does not fit.}]
criteria: [{code: C1, name: Pain}]
wait_over: It is over.
outcomes:
  - {code: looks_possible, label: a, heading: b, lead: c}
  - {code: needs_time, label: a, heading: b, lead: c}
  - {code: ask_team, label: a, heading: b, lead: c}
  - {code: probably_not, label: a, heading: b, lead: c}
safety: Ask your doctor.
team: {heading: The team, lead: They check., items: [{code: C2, number: '', protocol: x, lay: y}]}
"""


@pytest.fixture
def config(tmp_path: Path) -> ConfigCopy:
    return ConfigCopy.make(tmp_path)


def said(config: ConfigCopy) -> list[str]:
    return [problem.message for problem in config.problems()]


def test_a_study_may_have_none(config: ConfigCopy) -> None:
    config.path(SCREENER).unlink()
    assert config.problems() == ()
    study = load_config(config.root).study("hem-ismart-d")
    assert study is not None
    assert study.screener is None


def test_another_study_needs_no_code(config: ConfigCopy) -> None:
    config.write("studies/hem-ismart-b/screener.yaml", MINIMAL.replace("number: ''", "number: '2'"))
    assert said(config) == []
    study = load_config(config.root).study("hem-ismart-b")
    assert study is not None
    assert study.screener is not None
    assert [question.code for question in study.screener.questions] == ["who", "pain"]


def test_a_question_nobody_reaches(config: ConfigCopy) -> None:
    config.edit(SCREENER, "{question: recent, one_of: [chemo]}", "{question: weight, one_of: "
                "[under7]}, {question: age_now, one_of: ['20']}")  # fmt: skip
    found = said(config)
    assert "Nobody can reach the question “chemo_kind”." in found
    assert "Nobody can reach the question “chemo_last”." in found


def test_nothing_to_choose_for_some_people(config: ConfigCopy) -> None:
    text = config.text(SCREENER)
    start = text.index("      - code: sample")
    part, rest = text[start : start + 2200], text[start + 2200 :]
    only = "            when: [{question: ras, one_of: ['no']}]\n            text: "
    changed = part.replace("            text: ", only, 3)
    config.write(SCREENER, text[:start] + changed + rest)
    assert "For some people “sample” has no answer to choose." in said(config)


def test_mistakes_of_all_kinds_are_shown_at_once(config: ConfigCopy) -> None:
    config.edit(SCREENER, "          you: How much do you weigh?\n", "")
    config.edit(SCREENER, "wait: own_cells", "wait: own_cell")
    config.edit(SCREENER, "[C21.3, C18, C19]", "[C21.3, C9, C19]")
    config.edit(SCREENER, "{question: radio_why, one_of: [treat, unknown]}",
                "{question: health, one_of: [gut]}")  # fmt: skip
    found = " ".join(said(config))
    for part in ("“you” is missing", "“own_cell” is no wait", "“C9” is no criterion", "A loop"):
        assert part in found


def test_one_mistake_makes_no_others(config: ConfigCopy) -> None:
    for old, new in (
        ("          you: How much do you weigh?\n", ""),
        ("kind: elapsed", "kind: about"),
        ("status: not_met", "status: never"),
        ("[{question: age_now, one_of: ['1_5', '6']}]", "[{question: age, one_of: ['1_5']}]"),
    ):
        before = config.text(SCREENER)
        config.edit(SCREENER, old, new)
        assert len(config.problems()) == 1, said(config)
        config.write(SCREENER, before)


@pytest.mark.parametrize("text", ["", "[]", "x", "parts: []", "parts: {a: 1}", "parts: [1, [2]]"])
def test_any_file_gives_problems_and_no_crash(text: str, config: ConfigCopy) -> None:
    config.write(SCREENER, text)
    assert config.problems()
    assert all(problem.file == f"config/{SCREENER}" for problem in config.problems())
