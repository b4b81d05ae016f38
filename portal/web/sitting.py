"""One family’s pass through the questions of one study, as their cookie holds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Response, abort

from portal.content.model import Study
from portal.content.screener_model import Answer, Answers, GivenDay, Option, Screener
from portal.content.text import Text
from portal.screener.answers import plain_form, restore
from portal.screener.dates import before
from portal.screener.outcome import Result, result
from portal.screener.path import Step, advice, current, path, pruned, question_at
from portal.screener.rules import chosen
from portal.web import answers_cookie
from portal.web.answers_cookie import Kept
from portal.web.state import complete_study, portal


@dataclass(frozen=True)
class Row:
    """A question and what was answered, as pages list them."""

    number: int  # its position on the path
    question: Text
    options: tuple[Text, ...]  # the chosen ones; none where the day says it all
    day: GivenDay | None
    since: date | None  # {since} in the words


@dataclass(frozen=True)
class Sitting:
    study: Study
    screener: Screener
    today: date  # in the study’s zone
    answers: Answers
    carry_on: bool = False

    @property
    def step(self) -> Step | None:
        """The first open question; None if all are answered or one answer ended it early."""
        return current(self.screener, self.answers, carry_on=self.carry_on)

    @property
    def rows(self) -> tuple[Row, ...]:
        steps = path(self.screener, self.answers)
        return tuple(self._row(step) for step in steps if step.answer is not None)

    @property
    def result(self) -> Result:
        return result(self.screener, self.answers, self.today)

    @property
    def advice(self) -> tuple[Text, ...]:
        """Kind words for who answers."""
        return advice(self.screener, self.answers)

    @property
    def plain(self) -> Mapping[str, object]:
        return plain_form(self.screener, self.answers)

    def at(self, number: int) -> Step | None:
        return question_at(self.screener, self.answers, number, carry_on=self.carry_on)

    def since(self, step: Step) -> date | None:
        span = step.question.look_back
        return before(self.today, span) if span else None

    def with_answer(self, code: str, answer: Answer) -> Sitting:
        """One answer more or another one; what it makes unreachable is gone."""
        changed = pruned(self.screener, {**self.answers, code: answer})
        return replace(self, answers=changed)

    def keep(self, response: Response) -> Response:
        kept = Kept(self.study.slug, self.plain, self.carry_on)
        return answers_cookie.write(response, kept)

    def _row(self, step: Step) -> Row:
        ticked = chosen(step.question, self.answers)
        said = tuple(step.say(option.text) for option in ticked if not _day_alone(step, option))
        day = step.answer.day if step.answer else None
        return Row(step.number, step.say(step.question.text), said, day, self.since(step))


def _day_alone(step: Step, option: Option) -> bool:
    """‘Day, month, year’ says nothing beside the day itself."""
    return option.date_in == step.question.code


def sitting_of(slug: str) -> Sitting:
    """The one of an address; 404 for a study without a pre-screener."""
    return sitting_in(complete_study(slug)) or abort(404)


def sitting_in(study: Study) -> Sitting | None:
    """With the answers of the cookie, if they are to this study. None: it has no pre-screener."""
    if study.screener is None:
        return None
    kept = answers_cookie.read()
    today = local_day(study, portal().now())
    if kept is None or kept.study != study.slug:
        return Sitting(study, study.screener, today, {})
    answers = restore(study.screener, kept.plain, today)
    return Sitting(study, study.screener, today, answers, kept.carry_on)


def shared(study: Study, text: str, moment: datetime) -> Sitting | None:
    """Answers that travel with a message, judged as on the day it was written."""
    if not text or study.screener is None:
        return None
    today = local_day(study, moment)
    return Sitting(study, study.screener, today, restore(study.screener, json.loads(text), today))


def local_day(study: Study, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(study.timezone)).date()
