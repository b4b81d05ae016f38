"""Answers in and out: from forms, from a cookie, from a file. Refused, never guessed.

Plain form (cookie, file, encrypted copy): `{"recent": ["chemo"], "chemo_last": "2026-11-20",
"gvhd_meds": "stopped", "gvhd_meds_last": "2026-10", …}`, by the codes of content brief B5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from portal.content.screener_model import (
    Answer,
    Answers,
    GivenDay,
    Option,
    Question,
    Screener,
)
from portal.screener.dates import DayError, DayReason, read_day

Reason = Literal[
    "unknown_question",
    "not_shown",
    "nothing_chosen",
    "not_offered",
    "one_only",  # several options where one is asked for
    "not_together",  # ‘None of these’ beside others
    "day_missing",
    DayReason,
]
Plain = Mapping[str, object]
_TRUE_AND_FALSE = {"true": "yes", "false": "no"}  # what YAML makes of yes and no


class AnswerError(ValueError):
    """An answer that cannot be: at which question, why, and what was given."""

    def __init__(self, question: str, reason: Reason, given: str = "") -> None:
        super().__init__(f"{question}: {reason}")
        self.question, self.reason, self.given = question, reason, given


def make_answer(
    question: Question, answers: Answers, codes: Sequence[str], day: GivenDay | None = None
) -> Answer:
    """The answer to one question, after the answers before it. A day that is not asked is left.

    Raises AnswerError with a reason for which a form has its own words.
    """
    offered = {option.code: option for option in question.offered(answers)}
    for code in codes:
        if code not in offered:
            raise AnswerError(question.code, "not_offered", code)
    ticked = [option for code, option in offered.items() if code in codes]
    if not ticked:
        raise AnswerError(question.code, "nothing_chosen")
    if len(ticked) > 1 and not question.several:
        raise AnswerError(question.code, "one_only", ", ".join(codes))
    if len(ticked) > 1 and any(option.apart for option in ticked):
        raise AnswerError(question.code, "not_together", ", ".join(codes))
    asks_day = any(option.date_in for option in ticked)
    if asks_day and day is None:
        raise AnswerError(question.code, "day_missing")
    return Answer(tuple(option.code for option in ticked), day if asks_day else None)


def read_answers(screener: Screener, plain: Plain, today: date) -> dict[str, Answer]:
    """All answers of the plain form.

    Raises AnswerError: the first that is wrong, or that answers a question not shown.
    """
    for name in plain:
        if name not in _names(screener):
            raise AnswerError(name, "unknown_question")
    answers: dict[str, Answer] = {}
    for question in screener.questions:
        if _given(plain, question.code):
            if not question.shown(answers):
                raise AnswerError(question.code, "not_shown")
            answers[question.code] = _read(question, answers, plain, today)
    for name in plain:
        if _given(plain, name) and name not in _names(screener, answers):
            raise AnswerError(name, "not_shown")
    return answers


def restore(screener: Screener, plain: Plain, today: date) -> dict[str, Answer]:
    """As `read_answers`, but leaves out whatever is wrong: for a cookie older than the rules."""
    answers: dict[str, Answer] = {}
    for question in screener.questions:
        if _given(plain, question.code) and question.shown(answers):
            try:
                answers[question.code] = _read(question, answers, plain, today)
            except AnswerError:
                continue
    return answers


def plain_form(screener: Screener, answers: Answers) -> dict[str, str | list[str]]:
    """Answers as `read_answers` reads them, ready for JSON."""
    plain: dict[str, str | list[str]] = {}
    for question in screener.questions:
        answer = answers.get(question.code)
        if answer is None:
            continue
        plain[question.code] = list(answer.codes) if question.several else answer.codes[0]
        day_in = [o.date_in for o in question.options if o.code in answer.codes and o.date_in]
        if answer.day is not None and day_in:
            plain[day_in[0]] = str(answer.day)
    return plain


def _given(plain: Plain, name: str) -> bool:
    return plain.get(name) is not None


def _names(screener: Screener, answers: Answers | None = None) -> set[str]:
    """Names that can stand in the plain form; with answers, those that do belong to them."""
    found: set[str] = set()
    for question in screener.questions:
        if answers is None or question.code in answers:
            found |= {question.code, *_day_names(question, answers)}
    return found


def _day_names(question: Question, answers: Answers | None) -> Iterator[str]:
    for option in question.options:
        if option.date_in and (answers is None or option.code in answers[question.code].codes):
            yield option.date_in


def _read(question: Question, answers: Answers, plain: Plain, today: date) -> Answer:
    given = plain[question.code]
    values = given if isinstance(given, list | tuple) else [given]
    offered = {option.code: option for option in question.offered(answers)}
    codes = [_code(value, offered) for value in values]
    own_day = next((o for o in offered.values() if o.date_in == question.code), None)
    if own_day and len(codes) == 1 and codes[0][:1].isdigit() and codes[0] not in offered:
        return make_answer(question, answers, [own_day.code], _day(question, codes[0], today))
    day = None
    for code in codes:
        option = offered.get(code)
        if option and option.date_in and option is not own_day:
            day = _day_beside(question, option, plain, today)
    return make_answer(question, answers, codes, day)


def _code(value: object, offered: Mapping[str, Option]) -> str:
    """A value as YAML may have read it, back as the code that was meant."""
    text = str(value).strip().lower()
    return text if text in offered else _TRUE_AND_FALSE.get(text, text)


def _day_beside(question: Question, option: Option, plain: Plain, today: date) -> GivenDay | None:
    given = plain.get(option.date_in)
    return None if given is None else _day(question, str(given).strip(), today)


def _day(question: Question, text: str, today: date) -> GivenDay:
    try:
        return read_day(text, today)
    except DayError as error:
        raise AnswerError(question.code, error.reason, text) from None
