"""From answers to a status per criterion: met, not_met, not_now or ask (content brief B3).

‘I don’t know’ is an answer of its own and never counts as a no.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from portal.content.screener_model import (
    Answer,
    Answers,
    Effect,
    Option,
    Question,
    Screener,
    Status,
    all_hold,
)
from portal.content.text import Words
from portal.screener.dates import clear_from, last_possible

UNKNOWN: Final = "unknown"
Clear = date | Literal["unknown"] | None  # `unknown`: a wait without a date; None: no wait
# The order in which statuses decide the outcome (B3), and so which of two is the worse (B7).
WORST_FIRST: tuple[Status, ...] = ("not_met", "ask", "not_now", "met")


@dataclass(frozen=True)
class Finding:
    """What one answer says about one criterion. `words` may hold {date}: that is `clear_from`."""

    criterion: str
    question: str
    status: Status
    words: Words
    clear_from: Clear = None
    at_latest: bool = False


@dataclass(frozen=True)
class Verdict:
    """All findings on one criterion together: the worst status, and of waits the longest."""

    criterion: str
    status: Status
    clear_from: Clear
    at_latest: bool
    findings: tuple[Finding, ...]  # the deciding one first; beside a worse one, no `met`


def chosen(question: Question, answers: Answers) -> tuple[Option, ...]:
    """The options this person ticked, as they were offered."""
    answer = answers.get(question.code)
    if answer is None:
        return ()
    return tuple(option for option in question.offered(answers) if option.code in answer.codes)


def effects(question: Question, answers: Answers) -> tuple[Effect, ...]:
    """What the answer to one question does, after the answers before it."""
    ticked = chosen(question, answers)
    return tuple(e for option in ticked for e in option.effects if all_hold(e.when, answers))


def findings(screener: Screener, answers: Answers, today: date) -> Iterator[Finding]:
    for question in screener.questions:
        if question.code in answers and question.shown(answers):
            for effect in effects(question, answers):
                yield from _found(screener, question, effect, answers[question.code], today)


def _found(
    screener: Screener, question: Question, effect: Effect, answer: Answer, today: date
) -> Iterator[Finding]:
    for criterion in effect.criteria:
        if effect.wait:
            yield _waited(screener, criterion, question.code, effect, answer, today)
        elif effect.status and effect.say:
            no_date: Clear = UNKNOWN if effect.status == "not_now" else None
            yield Finding(criterion, question.code, effect.status, effect.say, no_date)


def _waited(
    screener: Screener, criterion: str, question: str, effect: Effect, answer: Answer, today: date
) -> Finding:
    """B7: clear on or before today is met; a month alone, or an upper bound, is ‘at the latest’."""
    if answer.day is None:
        raise ValueError(f"{question}: the answer holds no day")
    wait = screener.wait(effect.wait)
    clear = clear_from(last_possible(answer.day, today), wait)
    if clear <= today:
        return Finding(criterion, question, "met", screener.wait_over)
    at_latest = wait.at_latest or answer.day.day is None
    words = effect.say_at_latest if at_latest else effect.say
    return Finding(criterion, question, "not_now", words or screener.wait_over, clear, at_latest)


def verdicts(found: Iterable[Finding], order: Iterable[str]) -> dict[str, Verdict]:
    """One verdict for each criterion that some answer decided, in the given order."""
    grouped: dict[str, list[Finding]] = {}
    for finding in found:
        grouped.setdefault(finding.criterion, []).append(finding)
    return {code: _together(code, grouped[code]) for code in order if code in grouped}


def _together(criterion: str, found: list[Finding]) -> Verdict:
    """The worse status; if equal, the later date (B7, antibody and study medicine)."""
    ranked = sorted(found, key=lambda each: lateness(each.clear_from, each.at_latest), reverse=True)
    ranked.sort(key=lambda each: WORST_FIRST.index(each.status))
    worst = ranked[0]
    told = tuple(each for each in ranked if each.status != "met" or worst.status == "met")
    return Verdict(criterion, worst.status, worst.clear_from, worst.at_latest, told)


def lateness(clear: Clear, at_latest: bool) -> tuple[bool, date, bool]:
    """For comparing: no date is later than any; of equal days the certain one decides."""
    return clear == UNKNOWN, clear if isinstance(clear, date) else date.min, not at_latest
