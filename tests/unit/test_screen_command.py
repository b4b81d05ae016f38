"""`flask screen`: what a clinician and outside checks run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from portal.cli.screen import screen
from tests.support.paths import ROOT
from tests.unit.config_copy import ConfigCopy
from tests.unit.screener_walks import options, screener

# As a person types them: nothing in quotes, and codes that YAML would read as numbers and no.
PLAIN = """\
who: parent
illness: all
status: relapse
age_now: 20
age_dx: 1_17
ras: no
sample: first
trametinib: No
transplant: donor
transplant_last: 2026-09-30
gvhd: no
gvhd_meds: stopped
gvhd_meds_last: 2026-10-20
recent: [chemo, cell]
chemo_kind: any_other
chemo_last: 2026-11
cell_last: ongoing
health: none
daily: good
"""
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def with_answers(text: str, *arguments: str, today: str = "2026-11-23") -> Result:
        file = tmp_path / "answers.yaml"
        file.write_text(text, encoding="utf-8")
        given = ["hem-ismart-d", "--answers", str(file), *arguments]
        return CliRunner().invoke(screen, [*given, "--today", today] if today else given)

    return with_answers


def refused(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    return result.stderr


def test_codes_are_read_as_they_are_typed(run: Run) -> None:
    found = json.loads(run(PLAIN, "--json").stdout)
    assert list(found) == [
        "outcome", "clear_from", "latest_known_date", "at_latest", "early_end", "notes", "criteria",
    ]  # fmt: skip
    assert found["outcome"] == "ask_team"
    assert (found["clear_from"], found["latest_known_date"]) == ("unknown", "2026-12-31")
    assert (found["at_latest"], found["early_end"]) == (False, False)
    assert found["notes"] == ["turns_21_soon"]
    assert found["criteria"]["C19"] == {"status": "met", "clear_from": None}
    assert found["criteria"]["C21.1"] == {"status": "not_now", "clear_from": "2026-11-30"}
    assert found["criteria"]["C21.3"] == {"status": "not_now", "clear_from": "2026-12-31"}
    assert found["criteria"]["C21.4"] == {"status": "not_now", "clear_from": "unknown"}
    assert found["criteria"]["C15"] == {"status": "met", "clear_from": None}
    assert "C21.2" not in found["criteria"]


def test_values_that_another_program_has_already_read(run: Run) -> None:
    text = PLAIN.replace("ras: no", "ras: false").replace("trametinib: No", "trametinib: 'no'")
    as_json = json.dumps(json.loads(run(text, "--json").stdout))
    assert as_json == json.dumps(json.loads(run(PLAIN, "--json").stdout))


def test_a_list_gives_a_list_with_its_own_days(run: Run) -> None:
    case = "".join(f"    {line}\n" for line in PLAIN.splitlines())
    text = f"- today: 2026-11-23\n  answers:\n{case}- today: 2027-06-01\n  answers:\n{case}"
    first, second = json.loads(run(text, "--json").stdout)
    assert first["criteria"]["C21.3"]["status"] == "not_now"
    assert second["criteria"]["C21.3"]["status"] == "met"
    assert json.loads(run("[]", "--json").stdout) == []
    alone = json.loads(run(f"today: 2027-06-01\nanswers:\n{case}", "--json").stdout)
    assert alone == second


def test_a_file_for_people(run: Run) -> None:
    result = run(PLAIN)
    assert result.exit_code == 0
    assert result.stdout.startswith("ask_team: Please ask the study team\n")
    assert "waits: not before 2026-12-31" in result.stdout
    assert "That is on 31 December 2026." in result.stdout


def test_without_today_it_is_the_day_where_the_study_is(run: Run) -> None:
    result = run("who: parent\n", "--json", today="")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["early_end"] is True


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("illness: all", "illness: ALLL", "illness: “alll” is no answer"),
        ("who: parent", "whoo: parent", "“whoo” is no question"),
        ("age_now: 20", "age_now: 20\nweight: 10plus", "weight: this question is not shown"),
        ("age_now: 20", "age_now: 7_12\nweight: under7", "weight: this question is not shown"),
        ("age_now: 20", "age_now: 712", "age_now: “712” is no answer"),
        ("who: parent", "who: self_u16", "age_now: “20” is no answer that is offered"),
        ("sample: first", "sample: first\nradio_why: treat", "radio_why: this question is not"),
        ("gvhd_meds: stopped", "gvhd_meds: now", "gvhd_meds_last: this question is not shown"),
        ("gvhd_meds_last: 2026-10-20\n", "", "the day is missing (gvhd_meds_last)"),
        ("gvhd_meds_last: 2026-10-20", "gvhd_meds_last: unknown", "not a real date"),
        ("chemo_last: 2026-11", "chemo_last: 2026-11-24", "is after today (2026-11-23)"),
        ("chemo_last: 2026-11", "chemo_last: 2026-02-30", "is not a real date"),
        ("chemo_last: 2026-11", "chemo_last: 1998-02-03", "before the year 2000"),
        ("chemo_last: 2026-11", "chemo_last: date", "the day is missing"),
        ("chemo_last: 2026-11", "chemo_last: before", "chemo_last: “before” is no answer"),
        ("recent: [chemo, cell]", "recent: [chemo, none]", "cannot stand together"),
        ("recent: [chemo, cell]", "recent: []", "recent: no answer is given"),
        ("health: none", "health: {none: 1}", "health: "),
        ("ras: no", "ras: [yes, no]", "one answer is asked for"),
        (PLAIN, "just words", "answers are expected"),
        (PLAIN, "- who: parent", "Entry 1: answers are expected"),
        (PLAIN, "- {today: soon, answers: {who: parent}}", "Entry 1: today: “soon”"),
        (PLAIN, "- {answers: {who: parent}}\n- {answers: {who: me}}", "Entry 2: who: “me”"),
    ],
)
def test_wrong_answers_are_refused_with_a_sentence(
    run: Run, old: str, new: str, words: str
) -> None:
    assert old in PLAIN
    assert words in refused(run(PLAIN.replace(old, new), "--json"))


def test_files_that_are_no_yaml(run: Run) -> None:
    for text in ("who: [parent", "\ta: b"):
        result = run(text, "--json")
        assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Give one of"),
        (["--table", "--draw"], "Give one of"),
        (["hem-ismart-x", "--table"], "There is no study “hem-ismart-x”"),
        (["hem-ismart-e", "--table"], "has no pre-screener"),
        (["--table", "--output", "/nowhere/at/all"], "cannot be written"),
    ],
)
def test_wrong_commands_are_refused(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(screen, arguments)
    assert result.exit_code == 2
    assert words in result.stderr


def test_a_broken_file_stops_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = ConfigCopy.make(tmp_path)
    config.edit("studies/hem-ismart-d/screener.yaml", "wait: own_cells", "wait: own_cell")
    monkeypatch.setenv("PORTAL_CONFIG", str(config.root))
    result = CliRunner().invoke(screen, ["--table"])
    assert result.exit_code == 2
    assert "screener.yaml:" in result.stderr


def test_the_table_holds_every_effect_with_its_words() -> None:
    rows = [
        line.split("\t") for line in CliRunner().invoke(screen, ["--table"]).output.splitlines()
    ]
    assert all(len(row) == 8 for row in rows[1:] if len(row) > 1)
    effects = [e for _, option in options() for e in option.effects]
    per_criterion = sum(len(effect.criteria) for effect in effects)
    statuses = ("met", "not_met", "not_now", "ask")
    assert sum(row[0] != "" and row[6].startswith(statuses) for row in rows if len(row) == 8) == (
        per_criterion
    )
    text = "\n".join("\t".join(row) for row in rows)
    assert "not_now until day + 21 days + 1 day" in text
    assert "day + 21 days, at the latest" in text
    for effect in effects:
        for words in (effect.say, effect.say_at_latest):
            assert words is None or words.child in text


def test_the_drawing_holds_every_question_branch_and_ending(tmp_path: Path) -> None:
    file = tmp_path / "flow.svg"
    result = CliRunner().invoke(screen, ["hem-ismart-d", "--draw", "--output", str(file)])
    assert (result.exit_code, result.output) == (0, "")
    tree = ElementTree.parse(file)
    said = " ".join(
        "".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")
    )
    for question in screener().questions:
        assert f"{question.code} · choose" in said
        assert question.text.child.split()[0] in said
    for outcome in screener().outcomes:
        assert f"{outcome.code}:" in said
    assert said.count("ENDS") == 8 + 1  # eight of the nine refusals stand in part 1; the legend
    branches = [path for path in tree.iter() if path.get("class") == "branch"]
    assert len(branches) == sum(len(c.one_of) for q in screener().questions for c in q.shown_if)


def test_the_drawing_fits_an_a3_sheet() -> None:
    tree = ElementTree.fromstring(CliRunner().invoke(screen, ["--draw"]).output)
    assert (tree.get("width"), tree.get("height")) == ("420.0mm", "297.0mm")
    for box in tree.iter("{http://www.w3.org/2000/svg}rect"):
        right = float(box.get("x", "0")) + float(box.get("width", "0"))
        bottom = float(box.get("y", "0")) + float(box.get("height", "0"))
        assert right <= 420
        assert bottom <= 297


def test_it_works_with_an_empty_environment(tmp_path: Path) -> None:
    code = "from portal.cli.screen import screen; screen(['--table'])"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env={}
    )
    assert run.returncode == 0, run.stderr
