"""One question of the pre-screener as a form: what was typed, what is wrong with it, the answer.

Plain values, no WTForms: the options come from the study’s file and change with the answers.
The rules are the engine’s; here are only the words for what it refuses (content brief, C7).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import MultiDict

from portal import languages
from portal.content.screener_model import Answer, Answers, GivenDay, Option
from portal.forms.cleaning import one_line
from portal.forms.typed_day import DayMissingError, NotADayError, field_order, read_typed
from portal.languages import N_
from portal.screener.answers import AnswerError, make_answer
from portal.screener.dates import DayError, DayReason
from portal.screener.path import Step

DAY_FIELDS = ("answer_day", "answer_month", "answer_year")
_LONGEST = 40


@dataclass(frozen=True)
class DayField:
    name: str
    label: str
    value: str
    numeric: bool  # a number pad helps; a month may be a word


@dataclass
class QuestionForm:
    """What stands in the fields of one step. `errors`: by field, in the order of the page."""

    step: Step
    codes: tuple[str, ...] = ()
    typed: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of_answer(cls, step: Step) -> QuestionForm:
        """The fields as the answer given before fills them."""
        answer = step.answer
        if answer is None:
            return cls(step)
        return cls(step, answer.codes, _as_typed(answer.day))

    @classmethod
    def posted(cls, step: Step, data: MultiDict[str, str]) -> QuestionForm:
        typed = {name: one_line(data.get(name))[:_LONGEST] for name in DAY_FIELDS}
        codes = tuple(dict.fromkeys(code for code in data.getlist("answer") if code))
        if not codes and any(typed.values()):
            # Who fills in a date has chosen it, also without a tap on the circle beside it.
            codes = tuple(option.code for option in step.options if option.date_in)[:1]
        return cls(step, codes, typed)

    def answer(self, answers: Answers, today: date) -> Answer | None:
        """The answer; None if it is refused, and `errors` then say why."""
        try:
            return make_answer(self.step.question, answers, self.codes, self._day(today))
        except DayMissingError:
            first = next(name for name in self._in_order() if self._needed(name))
            self.errors = {first: N_("Enter the day, month and year")}
        except (NotADayError, DayError) as problem:
            reason = problem.reason if isinstance(problem, DayError) else "not_a_day"
            self.errors = {self._in_order()[0]: _wrong_day(reason)}
        except AnswerError:
            self.errors = {"answer": self._choose()}
        return None

    @property
    def day_fields(self) -> list[DayField]:
        labels = {
            "answer_day": languages.gettext("Day"),
            "answer_month": languages.gettext("Month"),
            "answer_year": languages.gettext("Year"),
        }
        return [
            DayField(name, labels[name], self.typed.get(name, ""), name != "answer_month")
            for name in self._in_order()
        ]

    @property
    def day_is_wrong(self) -> bool:
        return bool(self.errors.keys() & set(DAY_FIELDS))

    def _day(self, today: date) -> GivenDay | None:
        """Read only where a chosen option asks for it."""
        if not any(option.date_in for option in self._ticked()):
            return None
        day, month, year = (self.typed.get(name, "") for name in DAY_FIELDS)
        return read_typed(day, month, year, today)

    def _ticked(self) -> list[Option]:
        return [option for option in self.step.options if option.code in self.codes]

    def _needed(self, name: str) -> bool:
        """Is this the field that is missing? With all three empty, the first one."""
        empty = not self.typed.get(name)
        return empty and (name != "answer_day" or not any(self.typed.values()))

    def _in_order(self) -> list[str]:
        names = dict(zip("dmy", DAY_FIELDS, strict=True))
        return [names[letter] for letter in field_order()]

    def _choose(self) -> str:
        """What to do, naming the way out that this question has."""
        apart = next((option for option in self.step.options if option.apart), None)
        if apart is None:
            return N_("Choose an answer")
        other = languages.gettext(self.step.say(apart.text))
        if self.step.question.several:
            return N_("Choose what applies, or choose “%(other)s”", other=other)
        return N_("Choose an answer, or choose “%(other)s”", other=other)


def example_day() -> str:
    """‘27 3 2026’ in the order of the language."""
    parts = {"d": "27", "m": "3", "y": "2026"}
    return " ".join(parts[letter] for letter in field_order())


def _as_typed(day: GivenDay | None) -> dict[str, str]:
    if day is None:
        return {}
    values = (str(day.day or ""), str(day.month), str(day.year))
    return dict(zip(DAY_FIELDS, values, strict=True))


def _wrong_day(reason: DayReason) -> str:
    sentences: Mapping[DayReason, str] = {
        "in_the_future": N_("The date must be today or in the past"),
        "too_early": N_("Look at the year again. It must be 2000 or later"),
        "not_a_day": N_("The date must be a real date, for example %(day)s", day=example_day()),
    }
    return sentences[reason]
