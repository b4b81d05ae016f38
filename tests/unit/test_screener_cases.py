"""The worked cases of content brief B9, W01 to W20, through the engine and the command."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from portal.cli.screen import screen
from portal.screener.answers import plain_form, read_answers, restore
from portal.screener.outcome import result
from portal.screener.path import ended_early
from tests.unit.screener_walks import screener

FILE = Path(__file__).with_name("worked_cases.yaml")
CASES: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
IDS = [case["id"] for case in CASES]


def test_all_twenty_are_here() -> None:
    assert [f"W{number:02}" for number in range(1, 21)] == IDS


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_case_through_the_engine(case: dict[str, Any]) -> None:
    today, expect = date.fromisoformat(case["today"]), case["expect"]
    answers = read_answers(screener(), case["answers"], today)
    found = result(screener(), answers, today)
    early = expect.get("early_end", False)
    assert found.outcome.code == expect["outcome"]
    assert found.early_end is early
    assert found.can_carry_on is early
    assert ended_early(screener(), answers) is early
    assert restore(screener(), plain_form(screener(), answers), today) == answers


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_case_through_the_command(case: dict[str, Any], tmp_path: Path) -> None:
    file, expect = tmp_path / "answers.yaml", case["expect"]
    file.write_text(yaml.safe_dump(case["answers"]), encoding="utf-8")
    arguments = ["NCT05658640", "--answers", str(file), "--today", case["today"], "--json"]
    run = CliRunner().invoke(screen, arguments)
    assert run.exit_code == 0, run.output
    found = json.loads(run.stdout)
    assert found["outcome"] == expect["outcome"]
    assert found["clear_from"] == expect["clear_from"]
    assert found["at_latest"] is expect.get("at_latest", False)
    assert found["early_end"] is expect.get("early_end", False)
    assert found["notes"] == ([expect["note"]] if "note" in expect else [])
    open_ones = {code: each for code, each in found["criteria"].items() if each["status"] != "met"}
    assert open_ones == {code: _expected(each) for code, each in expect["not_met_or_open"].items()}


def _expected(each: Any) -> dict[str, Any]:
    """The brief writes a status alone where there is no date."""
    if isinstance(each, dict):
        return each
    return {"status": each, "clear_from": "unknown" if each == "not_now" else None}


def test_the_file_of_cases_is_a_list_that_the_command_takes() -> None:
    run = CliRunner().invoke(screen, ["--answers", str(FILE), "--json"])
    assert run.exit_code == 0, run.output
    outcomes = [each["outcome"] for each in json.loads(run.stdout)]
    assert outcomes == [case["expect"]["outcome"] for case in CASES]
