"""The way through the questions: every pair of options, early ends, changes of mind."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations

import pytest

from portal.content.screener_model import Answer, GivenDay
from portal.content.walk import texts
from portal.screener.answers import AnswerError, make_answer, plain_form, read_answers, restore
from portal.screener.outcome import result, team_checks
from portal.screener.path import (
    advice,
    current,
    ended_early,
    path,
    pruned,
    question_at,
    reached,
    reader_of,
)
from tests.unit.screener_walks import (
    TODAY,
    by_dice,
    key,
    keys,
    options,
    screener,
    walk,
    with_both,
)
from tests.unit.test_screener_dates import FULL


def read(**changed: object) -> dict[str, Answer]:
    return read_answers(screener(), {**FULL, **changed}, TODAY)


@pytest.fixture(scope="module")
def walks() -> list[dict[str, Answer]]:
    """Whole paths that hold every pair of options that can stand together."""
    dice = random.Random(3)
    found = [walk(by_dice(dice)) for _ in range(700)]
    met = {pair for answers in found for pair in combinations(sorted(keys(answers)), 2)}
    for one, other in combinations(options(), 2):
        if tuple(sorted((key(one), key(other)))) not in met:
            way = next(with_both(one, other), None)
            if way is not None:
                found.append(walk(by_dice(dice, kept=way)))
                assert {key(one), key(other)} <= keys(found[-1])
    return found


def test_every_pair_of_options_ends_in_an_outcome(walks: list[dict[str, Answer]]) -> None:
    for answers in walks:
        found = result(screener(), answers, TODAY)
        assert found.outcome in screener().outcomes
        assert found.items
        assert not found.early_end
        steps = path(screener(), answers)
        assert all(step.answer and step.options for step in steps)
        assert 11 <= len(steps) <= 24


def test_each_option_is_on_some_path(walks: list[dict[str, Answer]]) -> None:
    assert {key(entry) for entry in options()} == {k for answers in walks for k in keys(answers)}


def test_each_explanation_is_reached(walks: list[dict[str, Answer]]) -> None:
    """For each reader, with waits that last, that last at most, and that are over."""
    wanted = {
        str(text)
        for _, option in options()
        for effect in option.effects
        for words in (effect.say, effect.say_at_latest)
        for text in texts(words)
    } | {str(text) for text in texts(screener().wait_over)}
    met: set[str] = set()
    days = (GivenDay(2026, 11, 22), GivenDay(2026, 11), GivenDay(2020, 1, 1))
    for answers in walks:
        for day in days:
            dated = {q: Answer(a.codes, a.day and day) for q, a in answers.items()}
            for item in result(screener(), dated, TODAY).items:
                met |= {str(reason.text) for reason in item.reasons}
    # Weight is asked up to age 6 only, and nobody of that age answers for themselves.
    never = {text for text in wanted - met if text.endswith("The team will weigh you.")}
    assert wanted - met == never


def test_lengths_are_those_of_the_brief() -> None:
    """B4: 15 for a typical family, 12 for an older child without recent treatment, 24 at most."""
    typical = {"age_now": "1_5", "weight": "10plus", "recent": ["chemo"],
               "chemo_kind": "any_other", "chemo_last": "2026-11-20"}  # fmt: skip
    assert len(path(screener(), read(**typical))) == 15
    assert len(path(screener(), read())) == 12
    everything = ["chemo", "radio", "cell", "antibody", "trial", "surgery"]
    days_of = {f"{name}_last": "2026-11-20" for name in everything}
    longest = read(
        age_now="6", weight="unknown", transplant="donor", transplant_last="before", gvhd="no",
        gvhd_meds="no", recent=everything, chemo_kind="unknown", radio_why="unknown", **days_of,
    )  # fmt: skip
    assert len(path(screener(), longest)) == 24


# --- one question at a time ----------------------------------------------------------------------


def test_a_family_starts_at_the_first_question_and_goes_on_one_by_one() -> None:
    answers: dict[str, Answer] = {}
    for number, (code, value) in enumerate(FULL.items(), start=1):
        step = current(screener(), answers)
        assert step is not None
        assert (step.number, step.question.code) == (number, code)
        assert question_at(screener(), answers, number) == step
        assert question_at(screener(), answers, number + 1) is None
        codes = value if isinstance(value, list) else [str(value)]
        answers[code] = make_answer(step.question, answers, codes)
    assert current(screener(), answers) is None
    assert len(reached(screener(), answers)) == 12
    assert question_at(screener(), answers, 13) is None
    assert question_at(screener(), answers, 0) is None


def test_parts_have_captions() -> None:
    steps = path(screener(), read())
    assert {(step.part_number, step.part.name) for step in steps} == {
        (1, "The illness"),
        (2, "Treatment so far"),
        (3, "Health now"),
    }


@pytest.mark.parametrize(
    ("given", "ends"),
    [
        ({"illness": "other"}, True),
        ({"illness": "unknown"}, False),
        ({"illness": "all", "status": "first_line"}, True),
        ({"illness": "all", "status": "cleared"}, False),
    ],
)
def test_a_fixed_no_in_part_one_ends_early_and_can_be_passed(
    given: dict[str, str], ends: bool
) -> None:
    answers = read_answers(screener(), {"who": "parent", **given}, TODAY)
    assert ended_early(screener(), answers) is ends
    assert (current(screener(), answers) is None) is ends
    carried_on = current(screener(), answers, carry_on=True)
    assert carried_on is not None
    assert carried_on.number == len(given) + 2
    found = result(screener(), answers, TODAY)
    assert found.early_end
    assert found.can_carry_on is ends
    assert found.outcome.code == ("probably_not" if ends else "ask_team")


def test_a_no_in_part_three_cuts_nothing_short() -> None:
    plain = {k: v for k, v in FULL.items() if k != "daily"}
    answers = read_answers(screener(), {**plain, "health": ["eye"]}, TODAY)
    assert not ended_early(screener(), answers)
    step = current(screener(), answers)
    assert step is not None
    assert step.question.code == "daily"


def test_answering_on_after_an_early_end_is_one_whole_path() -> None:
    answers = read(trametinib="yes")
    assert not ended_early(screener(), answers)  # nothing is open any more
    assert len(reached(screener(), answers, carry_on=True)) == 12
    assert not result(screener(), answers, TODAY).early_end


def test_an_open_question_anywhere_is_an_early_end() -> None:
    answers = read(age_now="6", weight="10plus")
    del answers["weight"]
    found = result(screener(), answers, TODAY)
    assert (found.early_end, found.can_carry_on) == (True, False)
    assert found.outcome.code == "ask_team"
    step = current(screener(), answers)
    assert step is not None
    assert step.question.code == "weight"


def test_nothing_answered_is_no_no() -> None:
    found = result(screener(), {}, TODAY)
    assert (found.outcome.code, found.early_end, found.items) == ("ask_team", True, ())


# --- changes of mind -----------------------------------------------------------------------------


def test_a_changed_answer_drops_what_it_makes_unreachable() -> None:
    answers = read(
        age_now="1_5", weight="10plus", transplant="donor", transplant_last="2026-10-01",
        gvhd="no", gvhd_meds="stopped", gvhd_meds_last="2026-11-01", recent=["chemo", "radio"],
        chemo_kind="unknown", chemo_last="2026-11-20", radio_why="treat", radio_last="ongoing",
    )  # fmt: skip
    without = pruned(screener(), {**answers, "transplant": Answer(("own",))})
    assert answers.keys() - without.keys() == {"gvhd", "gvhd_meds"}
    without = pruned(screener(), {**answers, "recent": Answer(("radio",))})
    assert answers.keys() - without.keys() == {"chemo_kind", "chemo_last"}
    without = pruned(screener(), {**answers, "who": Answer(("self",))})
    assert answers.keys() - without.keys() == {"age_now", "weight"}
    kept = pruned(screener(), {**answers, "age_now": Answer(("7_12",))})
    assert answers.keys() - kept.keys() == {"weight"}


def test_a_first_age_that_the_age_now_rules_out_is_dropped() -> None:
    answers = read(age_now="20", age_dx="19plus")
    assert "age_dx" not in pruned(screener(), {**answers, "age_now": Answer(("7_12",))})


def test_a_cookie_from_older_rules_keeps_what_still_fits() -> None:
    plain = {**plain_form(screener(), read()), "ras": "perhaps", "gone": "x", "daily": "good"}
    kept = restore(screener(), plain, TODAY)
    assert set(FULL) - kept.keys() == {"ras", "sample"}
    assert restore(screener(), {"chemo_last": "2026-11-20", "who": 5}, TODAY) == {}


# --- words for who answers -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "ages"),
    [
        ("parent", ["u1", "1_5", "6", "7_12", "13_19", "20", "21plus", "no_answer"]),
        ("other", ["u1", "1_5", "6", "7_12", "13_19", "20", "21plus", "no_answer"]),
        ("self", ["13_19", "20", "21plus", "no_answer"]),
        ("self_u16", ["7_12", "13_19", "no_answer"]),
    ],
)
def test_ages_offered(who: str, ages: list[str]) -> None:
    offered = screener().question("age_now").offered({"who": Answer((who,))})
    assert [option.code for option in offered] == ages
    teens = next(option.text.you for option in offered if option.code == "13_19")
    assert teens == {"self": "16 to 19 years", "self_u16": "13 to 15 years"}.get(
        who, "13 to 19 years"
    )


@pytest.mark.parametrize(
    ("age", "older"),
    [("u1", False), ("7_12", False), ("13_19", True), ("20", True), ("21plus", True),
     ("no_answer", True), ("1_5", False), ("6", False)],
)  # fmt: skip
def test_older_ages_and_words_by_the_age_now(age: str, older: bool) -> None:
    answers = {"who": Answer(("parent",)), "age_now": Answer((age,))}
    first = [option.code for option in screener().question("age_dx").offered(answers)]
    assert ({"18", "19plus"} <= set(first)) is older
    good = next(o for o in screener().question("daily").offered(answers) if o.code == "good")
    assert ("plays" in good.text.child) is not older


def test_words_follow_who_answers() -> None:
    said = {}
    for who in ("parent", "self", "self_u16", "other"):
        answers = {"who": Answer((who,))}
        step = path(screener(), answers)[1]
        said[who] = step.say(step.question.text)
        assert reader_of(screener(), answers) == step.reader
    assert said == {
        "parent": "Which illness does your child have?",
        "self": "Which illness do you have?",
        "self_u16": "Which illness do you have?",
        "other": "Which illness does the child or young person have?",
    }
    assert reader_of(screener(), {}) == "child"
    assert "parent or carer" in advice(screener(), {"who": Answer(("self_u16",))})[0]
    assert "ask the family" in advice(screener(), {"who": Answer(("other",))})[0]
    assert advice(screener(), read()) == ()
    assert len(team_checks(screener(), "you")) == 16
    assert "your child" not in " ".join(text for _, text in team_checks(screener(), "you"))


# --- answers that cannot be ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "codes", "reason"),
    [
        ("recent", [], "nothing_chosen"),
        ("recent", ["none", "chemo"], "not_together"),
        ("recent", ["unknown", "none"], "not_together"),
        ("recent", ["gold"], "not_offered"),
        ("ras", ["yes", "no"], "one_only"),
        ("age_dx", ["18"], "not_offered"),
        ("chemo_last", ["date"], "day_missing"),
        ("gvhd_meds", ["stopped"], "day_missing"),
    ],
)
def test_a_form_learns_why(question: str, codes: list[str], reason: str) -> None:
    with pytest.raises(AnswerError) as error:
        make_answer(screener().question(question), read(), codes)
    assert error.value.reason == reason


def test_ticks_are_kept_in_the_order_of_the_page_and_once() -> None:
    answer = make_answer(screener().question("recent"), {}, ["radio", "chemo", "radio"])
    assert answer.codes == ("chemo", "radio")


def test_a_day_that_is_not_asked_for_is_left() -> None:
    day = GivenDay(2026, 11, 1)
    assert make_answer(screener().question("gvhd_meds"), {}, ["now"], day).day is None


def test_a_day_stays_what_it_was_on_the_next_day() -> None:
    plain = {**FULL, "recent": ["chemo"], "chemo_kind": "any_other", "chemo_last": "2026-11-23"}
    assert restore(screener(), plain, date(2026, 11, 24)) == read_answers(
        screener(), plain, date(2026, 11, 23)
    )
