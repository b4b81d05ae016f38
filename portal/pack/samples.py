"""Answers that lead to each outcome of a pre-screener, found from its rules alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from portal.content.screener_model import (
    Answer,
    Answers,
    GivenDay,
    Option,
    OutcomeCode,
    Screener,
    Status,
)
from portal.screener.outcome import result
from portal.screener.path import Step, current, pruned

_MOST_STEPS = 60
_DAYS_AGO = 3
_BEST_FIRST: tuple[Status, ...] = ("met", "ask", "not_now", "not_met")
_WAITS_FIRST: tuple[Status, ...] = ("not_now", "met", "ask", "not_met")


def sample_answers(screener: Screener, today: date) -> dict[OutcomeCode, Answers]:
    """For each outcome one set of answers, as far as one answer besides the best leads there."""
    found: dict[OutcomeCode, Answers] = {}
    for answers in _tries(screener, today):
        found.setdefault(result(screener, answers, today).outcome.code, answers)
        if len(found) == len(screener.outcomes):
            break
    return found


def _tries(screener: Screener, today: date) -> Iterator[Answers]:
    """All best answers; then the best with each other answer at each place."""
    best = _on(screener, {}, today)
    yield best
    so_far: Answers = {}
    for question in [q for q in screener.questions if q.code in best]:
        for option in question.offered(so_far):
            tried = pruned(screener, {**so_far, question.code: _answer(option, today)})
            yield _on(screener, tried, today)
            yield _on(screener, tried, today, _WAITS_FIRST)
        so_far = {**so_far, question.code: best[question.code]}


def _on(
    screener: Screener, answers: Answers, today: date, order: tuple[Status, ...] = _BEST_FIRST
) -> Answers:
    """To every question that is still open the answer that comes first in this order."""
    for _ in range(_MOST_STEPS):
        step = current(screener, answers)
        if step is None:
            return answers
        answers = pruned(screener, {**answers, step.question.code: _best(step, today, order)})
    return answers


def _best(step: Step, today: date, order: tuple[Status, ...]) -> Answer:
    def place(option: Option) -> int:
        said = [effect.status or "not_now" for effect in option.effects] or ["met"]
        return max(order.index(status) for status in said)

    return _answer(min(step.options, key=place), today)


def _answer(option: Option, today: date) -> Answer:
    day = today - timedelta(days=_DAYS_AGO)
    given = GivenDay(day.year, day.month, day.day) if option.date_in else None
    return Answer((option.code,), given)
