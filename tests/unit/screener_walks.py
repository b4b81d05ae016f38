"""Answers for tests: from a chooser, for a pair of options, or drawn by Hypothesis."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from hypothesis import strategies as st

from portal.content.load import load_config
from portal.content.screener_model import (
    Answer,
    Condition,
    GivenDay,
    Option,
    Question,
    Screener,
)
from portal.content.situations import conditions_of, situations
from portal.screener.answers import make_answer
from tests.support.paths import ROOT

TODAY = date(2026, 11, 23)
UNSURE = frozenset({"unknown", "no_answer"})
Choose = Callable[[Question, tuple[Option, ...]], Sequence[str]]
Entry = tuple[Question, Option]


@lru_cache(maxsize=1)
def screener() -> Screener:
    study = load_config(ROOT / "config").study("hem-ismart-d")
    assert study is not None
    assert study.screener is not None
    return study.screener


def given(day: date) -> GivenDay:
    return GivenDay(day.year, day.month, day.day)


def walk(choose: Choose, day: Callable[[], GivenDay] | None = None) -> dict[str, Answer]:
    """A whole path: every question shown is answered as `choose` says."""
    answers: dict[str, Answer] = {}
    for question in screener().questions:
        if question.shown(answers):
            codes = choose(question, question.offered(answers))
            when = day() if day else given(TODAY - timedelta(days=5))
            answers[question.code] = make_answer(question, answers, codes, when)
    return answers


def options() -> list[Entry]:
    return [(question, option) for question in screener().questions for option in question.options]


def with_both(one: Entry, other: Entry) -> Iterator[dict[str, Answer]]:
    """Every way to stand before both options; none if they exclude each other."""
    both = tuple(Condition(question.code, (option.code,)) for question, option in (one, other))
    nothing = Question("nothing", screener().questions[0].text, (), shown_if=both)
    for answers in situations(screener(), nothing):
        if nothing.shown(answers) and {key(one), key(other)} <= keys(answers):
            yield answers


def key(entry: Entry) -> tuple[str, str]:
    """An option with the wording in which it is offered: the same code may stand twice."""
    return entry[0].code, str(entry[1].text.child)


def keys(answers: dict[str, Answer]) -> set[tuple[str, str]]:
    return {
        (code, str(option.text.child))
        for code, answer in answers.items()
        for option in screener().question(code).offered(answers)
        if option.code in answer.codes
    }


def by_dice(dice: random.Random, kept: dict[str, Answer] | None = None) -> Choose:
    """Any answer; where `kept` has one, that."""

    def choose(question: Question, offered: tuple[Option, ...]) -> Sequence[str]:
        if kept and question.code in kept:
            return kept[question.code].codes
        together = [option.code for option in offered if not option.apart]
        if question.several and dice.random() < 0.7:
            return dice.sample(together, dice.randint(1, len(together)))
        return [dice.choice(offered).code]

    return choose


def depending_on(code: str) -> set[str]:
    """Questions whose words, options or effects look at this one, and so on; and itself."""
    found = {code}
    for question in screener().questions:  # conditions look back only
        if any(condition.question in found for condition in conditions_of(question)):
            found.add(question.code)
    return found


def fed_by(codes: set[str]) -> set[str]:
    """Criteria that these questions can decide."""
    return {
        criterion
        for question in screener().questions
        if question.code in codes
        for option in question.options
        for effect in option.effects
        for criterion in effect.criteria
    }


def days(today: date = TODAY, back: int = 200) -> st.SearchStrategy[GivenDay]:
    """Days up to today, some of them as a month alone."""
    exact = st.dates(today - timedelta(days=back), today)
    return st.builds(
        lambda day, month_only: GivenDay(day.year, day.month, None if month_only else day.day),
        exact,
        st.booleans(),
    )


@st.composite
def answer_sets(draw: st.DrawFn, keep: dict[str, Answer] | None = None) -> dict[str, Answer]:
    """A whole path; answers in `keep` are taken over wherever they are still possible."""
    answers: dict[str, Answer] = {}
    for question in screener().questions:
        if not question.shown(answers):
            continue
        offered = {option.code: option for option in question.offered(answers)}
        kept = (keep or {}).get(question.code)
        if kept and set(kept.codes) <= set(offered):
            answers[question.code] = kept
        else:
            codes = draw(_codes(question, list(offered.values())))
            answers[question.code] = make_answer(question, answers, codes, draw(days()))
    return answers


def _codes(question: Question, offered: list[Option]) -> st.SearchStrategy[list[str]]:
    one = st.sampled_from([[option.code] for option in offered])
    together = [option.code for option in offered if not option.apart]
    if not question.several:
        return one
    return one | st.lists(st.sampled_from(together), min_size=1, unique=True)
