"""Statuses and outcomes: ‘I don’t know’ is never a no, and only nine answers are (B1, B3)."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.content.screener_model import Answer
from portal.screener.answers import make_answer, plain_form, read_answers, restore
from portal.screener.outcome import Result, result
from portal.screener.path import pruned
from tests.unit.screener_walks import (
    TODAY,
    UNSURE,
    answer_sets,
    days,
    depending_on,
    fed_by,
    options,
    screener,
)
from tests.unit.test_screener_dates import outcome_of, status_of

# Content brief B1.3, in its order: the only answers that may lead to ‘probably not’.
NINE = {
    ("illness", "other"),
    ("status", "first_line"),
    ("age_dx", "u1"),
    ("age_dx", "19plus"),
    ("age_now", "21plus"),
    ("age_now", "u1"),
    ("sample", "relapse"),  # with RAS ‘no’
    ("trametinib", "yes"),
    ("health", "eye"),
}


def of(answers: dict[str, Answer]) -> Result:
    return result(screener(), answers, TODAY)


def judged(answers: dict[str, Answer]) -> dict[str, tuple[object, ...]]:
    return {
        item.criterion.code: (item.status, item.clear_from, item.at_latest)
        for item in of(answers).items
    }


def nine_in(answers: dict[str, Answer]) -> set[tuple[str, str]]:
    ticked = {(q, code) for q, answer in answers.items() for code in answer.codes} & NINE
    ras = answers.get("ras")
    return ticked if ras and ras.codes == ("no",) else ticked - {("sample", "relapse")}


def test_the_rules_hold_nine_refusals_and_no_other() -> None:
    refusing = {
        (question.code, option.code)
        for question, option in options()
        if any(effect.status == "not_met" for effect in option.effects)
    }
    assert refusing == NINE


@settings(max_examples=120)
@given(answer_sets())
def test_probably_not_comes_from_the_nine_answers_alone(answers: dict[str, Answer]) -> None:
    assert (of(answers).outcome.code == "probably_not") == bool(nine_in(answers))


@settings(max_examples=150)
@given(st.data())
def test_knowing_more_changes_only_what_that_question_feeds(data: st.DataObject) -> None:
    answers = data.draw(answer_sets())
    unsure = [code for code, answer in answers.items() if UNSURE & set(answer.codes)]
    if not unsure:
        return
    code = data.draw(st.sampled_from(unsure))
    question = screener().question(code)
    before = {each: answers[each] for each in answers if each != code}
    known = [o.code for o in question.offered(answers) if o.code not in UNSURE]
    chosen = data.draw(st.sampled_from(known))
    changed = make_answer(question, before, [chosen], data.draw(days()))
    after = data.draw(answer_sets(keep={**before, code: changed}))
    old, new = judged(answers), judged(after)
    differing = {each for each in old.keys() | new.keys() if old.get(each) != new.get(each)}
    assert differing <= fed_by(depending_on(code))


@settings(max_examples=80)
@given(st.data())
def test_not_knowing_never_makes_a_no(data: st.DataObject) -> None:
    answers = data.draw(answer_sets())
    code = data.draw(st.sampled_from(sorted(answers)))
    question = screener().question(code)
    unsure = [o.code for o in question.offered(answers) if o.code in UNSURE]
    if not unsure:
        return
    changed = pruned(screener(), {**answers, code: Answer((unsure[0],))})
    assert nine_in(changed) <= nine_in(answers)
    if not nine_in(changed):
        assert of(changed).outcome.code == "ask_team"


@settings(max_examples=120)
@given(answer_sets())
def test_a_result_agrees_with_its_items(answers: dict[str, Answer]) -> None:
    found = of(answers)
    statuses = {item.status for item in found.items}
    waits = [item.clear_from for item in found.to_wait]
    dated = [day for day in waits if isinstance(day, date)]
    first = next(s for s in ("not_met", "ask", "not_now", "met") if s in statuses)
    outcome = {"not_met": "probably_not", "ask": "ask_team", "not_now": "needs_time"}
    assert found.outcome.code == outcome.get(first, "looks_possible")
    assert found.latest_known_date == max(dated, default=None)
    assert found.clear_from == ("unknown" if len(dated) < len(waits) else max(dated, default=None))
    assert waits == sorted(dated, reverse=True) + ["unknown"] * (len(waits) - len(dated))
    assert all(day > TODAY for day in dated)
    assert all((item.clear_from is None) == (item.status != "not_now") for item in found.items)
    assert all(item.reasons and item.reasons[0].status == item.status for item in found.items)
    assert not found.early_end


@settings(max_examples=80)
@given(answer_sets())
def test_answers_survive_the_cookie(answers: dict[str, Answer]) -> None:
    plain = plain_form(screener(), answers)
    assert read_answers(screener(), plain, TODAY) == answers
    assert restore(screener(), plain, TODAY) == answers
    assert pruned(screener(), answers) == answers


# --- rows of the brief that need care -------------------------------------------------------------

UNKNOWN_WAIT = ("not_now", "unknown", False)
ASK = ("ask", None, False)
MET = ("met", None, False)


@pytest.mark.parametrize(
    ("criterion", "answers", "wanted"),
    [
        # chemo of an unknown kind: an upper bound, and no refusal while it goes on
        ("C21.1", {"recent": ["chemo"], "chemo_kind": "unknown", "chemo_last": "2026-11-20"},
         ("not_now", date(2026, 11, 27), True)),
        ("C21.1", {"recent": ["chemo"], "chemo_kind": "unknown", "chemo_last": "ongoing"}, ASK),
        ("C21.1", {"recent": ["chemo"], "chemo_kind": "unknown", "chemo_last": "unknown"}, ASK),
        ("C21.1", {"recent": ["chemo"], "chemo_kind": "any_other", "chemo_last": "ongoing"},
         UNKNOWN_WAIT),
        ("C21.1", {"recent": ["chemo"], "chemo_kind": "any_other", "chemo_last": "unknown"}, ASK),
        ("C21.1", {"recent": ["chemo"], "chemo_kind": "only_exempt"}, MET),
        # the same for radiotherapy
        ("C21.2", {"recent": ["radio"], "radio_why": "unknown", "radio_last": "2026-11-20"},
         ("not_now", date(2026, 12, 12), True)),
        ("C21.2", {"recent": ["radio"], "radio_why": "unknown", "radio_last": "ongoing"}, ASK),
        ("C21.2", {"recent": ["radio"], "radio_why": "treat", "radio_last": "ongoing"},
         UNKNOWN_WAIT),
        # transplants
        ("C21.3", {"transplant": "unknown"}, ASK),
        ("C18", {"transplant": "unknown"}, ASK),
        ("C19", {"transplant": "unknown"}, ASK),
        ("C18", {"transplant": "own", "transplant_last": "before"}, MET),
        ("C19", {"transplant": "own", "transplant_last": "before"}, MET),
        ("C21.3", {"transplant": "own", "transplant_last": "before"}, MET),
        ("C21.3", {"transplant": "own", "transplant_last": "2020-05-05"}, MET),
        ("C21.3", {"transplant": "more", "transplant_last": "2026-11-01", "gvhd": "no",
                   "gvhd_meds": "no"}, ("not_now", date(2027, 2, 2), True)),
        ("C18", {"transplant": "more", "transplant_last": "unknown", "gvhd": "yes",
                 "gvhd_meds": "no"}, ASK),
        ("C21.3", {"transplant": "more", "transplant_last": "unknown", "gvhd": "yes",
                   "gvhd_meds": "no"}, ASK),
        ("C19", {"transplant": "donor", "transplant_last": "before", "gvhd": "no",
                 "gvhd_meds": "stopped", "gvhd_meds_last": "2026-11-01"},
         ("not_now", date(2026, 12, 2), False)),
        # antibody and study medicine: the worse status; if equal, the later date
        ("C21.5", {"recent": ["antibody", "trial"], "antibody_last": "2026-11-10",
                   "trial_last": "2026-11-15"}, ("not_now", date(2026, 12, 6), True)),
        ("C21.5", {"recent": ["antibody", "trial"], "antibody_last": "2026-11-15",
                   "trial_last": "2026-11-10"}, ("not_now", date(2026, 12, 6), True)),
        ("C21.5", {"recent": ["antibody", "trial"], "antibody_last": "2026-11-10",
                   "trial_last": "unknown"}, ASK),
        ("C21.5", {"recent": ["antibody", "trial"], "antibody_last": "ongoing",
                   "trial_last": "unknown"}, ASK),
        ("C21.5", {"recent": ["antibody", "trial"], "antibody_last": "ongoing",
                   "trial_last": "2026-11-15"}, UNKNOWN_WAIT),
        ("C21.5", {"recent": ["antibody", "trial"], "antibody_last": "2026-10-01",
                   "trial_last": "2026-11-15"}, ("not_now", date(2026, 12, 6), True)),
        # weight around age 6
        ("C1c", {"age_now": "1_5", "weight": "7_10"}, MET),
        ("C1c", {"age_now": "6", "weight": "7_10"}, ASK),
        ("C1c", {"age_now": "6", "weight": "under7"}, UNKNOWN_WAIT),
        ("C1c", {"age_now": "6", "weight": "10plus"}, MET),
        # the gene test
        ("C5", {"sample": "first"}, MET),
        ("C4", {"sample": "first"}, ASK),
        ("C5", {"ras": "no", "sample": "unknown"}, ASK),
        ("C4", {"ras": "no", "sample": "relapse"}, MET),
        ("C5", {"ras": "no", "sample": "relapse"}, ("not_met", None, False)),
        # a younger child than any the study takes
        ("C1a", {"age_now": "u1"}, ("not_met", None, False)),
        ("C21.other", {"recent": ["other_med"]}, ASK),
    ],
)  # fmt: skip
def test_row(criterion: str, answers: dict[str, object], wanted: tuple[object, ...]) -> None:
    assert status_of(criterion, **answers) == wanted


def test_only_criteria_that_an_answer_decides_are_there() -> None:
    found = {item.criterion.code for item in outcome_of().items}
    assert found == {each.code for each in screener().criteria} - {"C1c", "C21.other"}
    ticked = {item.criterion.code for item in outcome_of(health=["gut", "eye"]).items}
    assert {"C10", "C20"} <= ticked
    assert not {"C11", "C12"} & ticked


def test_none_of_these_in_six_weeks_is_five_criteria() -> None:
    for code, status in (("none", "met"), ("unknown", "ask")):
        items = outcome_of(recent=[code]).items
        waits = {i.criterion.code: i.status for i in items if i.criterion.code.startswith("C21")}
        five = ("C21.1", "C21.2", "C21.4", "C21.5", "C21.6")
        assert waits == {**dict.fromkeys(five, status), "C21.3": "met"}


def test_a_wait_without_a_date_still_shows_the_latest_one_that_has() -> None:
    found = outcome_of(health=["infection"], recent=["antibody"], antibody_last="2026-11-10")
    assert found.clear_from == "unknown"
    assert (found.latest_known_date, found.at_latest) == (date(2026, 12, 1), True)
    assert found.outcome.code == "needs_time"


def test_of_two_waits_to_the_same_day_the_certain_one_decides() -> None:
    both = {"recent": ["antibody", "chemo"], "antibody_last": "2026-11-09",
            "chemo_kind": "any_other", "chemo_last": "2026-11-23"}  # fmt: skip
    found = outcome_of(**both)
    assert (found.clear_from, found.at_latest) == (date(2026, 11, 30), False)
    later = outcome_of(**{**both, "antibody_last": "2026-11-10"})
    assert (later.clear_from, later.at_latest) == (date(2026, 12, 1), True)


def test_the_family_reads_every_reason_of_a_criterion() -> None:
    found = outcome_of(
        recent=["antibody", "trial"], antibody_last="2026-11-10", trial_last="unknown"
    )
    item = next(item for item in found.items if item.criterion.code == "C21.5")
    assert [(r.question, r.status) for r in item.reasons] == [
        ("trial_last", "ask"),
        ("antibody_last", "not_now"),
    ]


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        ({"trametinib": "yes"}, True),
        ({"ras": "no", "sample": "relapse"}, True),
        ({"health": ["eye"]}, True),
        ({"status": "first_line"}, True),
        ({"illness": "other"}, False),
        ({"age_now": "21plus"}, False),
        ({"age_dx": "u1"}, False),
        ({"age_now": "u1"}, False),
        ({"age_dx": "u1", "trametinib": "yes"}, False),
        ({"ras": "unknown"}, False),
        ({}, False),
    ],
)
def test_other_parts_are_named_unless_the_same_limits_hold_there(
    answers: dict[str, object], shown: bool
) -> None:
    given = {"who": "parent", **answers}
    if given.get("ras") == "unknown":
        answers = {"ras": "unknown", "sample": None}
    assert outcome_of(**answers).show_other_parts is shown


def test_a_note_says_to_hurry_only_where_it_is_true() -> None:
    assert [note.code for note in outcome_of(age_now="20").notes] == ["turns_21_soon"]
    assert outcome_of().notes == ()
