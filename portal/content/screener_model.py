"""A study's pre-screener as its file says it (`screener.yaml`): questions, rules and words.

Nothing here knows a study. Source of the vocabulary: content brief B3 (statuses, outcomes),
B4 and B5 (questions), B7 (waits). The engine that reads answers is `portal.screener`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from portal.content.text import Text, Words, WordSet

Status = Literal["met", "not_met", "not_now", "ask"]
OutcomeCode = Literal["probably_not", "ask_team", "needs_time", "looks_possible"]


@dataclass(frozen=True)
class GivenDay:
    """A day as a family gave it; `day` is None if they know only the month."""

    year: int
    month: int
    day: int | None = None

    def __str__(self) -> str:
        known = f"{self.year:04}-{self.month:02}"
        return known if self.day is None else f"{known}-{self.day:02}"


@dataclass(frozen=True)
class Answer:
    """What was chosen at one question: codes in the order of the options, perhaps a day."""

    codes: tuple[str, ...]
    day: GivenDay | None = None


Answers = Mapping[str, Answer]  # by the code of the question


@dataclass(frozen=True)
class Condition:
    """True if one of these options was chosen at an earlier question."""

    question: str
    one_of: tuple[str, ...]

    def holds(self, answers: Answers) -> bool:
        answer = answers.get(self.question)
        return answer is not None and not set(answer.codes).isdisjoint(self.one_of)


def all_hold(conditions: tuple[Condition, ...], answers: Answers) -> bool:
    return all(condition.holds(answers) for condition in conditions)


@dataclass(frozen=True)
class Span:
    """A length of time in days or in calendar months, one of the two."""

    days: int = 0
    months: int = 0


@dataclass(frozen=True)
class Wait:
    """Time that must pass after a treatment (B7).

    `elapsed`: over on the last day itself. `within`: the last day still counts as inside.
    `at_latest`: the true wait may be shorter, so the day is an upper bound.
    """

    code: str
    length: Span
    kind: Literal["elapsed", "within"]
    at_latest: bool = False
    source: str = ""  # the words of the listing


@dataclass(frozen=True)
class Effect:
    """What an answer means for criteria: a fixed status, or a wait counted from its day."""

    criteria: tuple[str, ...]
    status: Status | None = None
    wait: str = ""
    say: Words | None = None  # {date}: the first day after a wait
    say_at_latest: Words | None = None  # the same where the day is an upper bound
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Option:
    """An answer to choose. The same code may stand twice: the first whose `when` holds is shown."""

    code: str
    text: Words
    small: Words | None = None  # small print under it
    when: tuple[Condition, ...] = ()
    apart: bool = False  # after ‘or’; among checkboxes it excludes all others
    date_in: str = ""  # name under which its day is answered: it asks for one
    reader: WordSet | None = None  # from here on, words are for this reader
    advice: Words | None = None  # a kind word for the next page
    notes: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    confirm: str = ""  # what the sponsor must still confirm, for the study team only


@dataclass(frozen=True)
class Question:
    code: str
    text: Words
    options: tuple[Option, ...]
    hint: Words | None = None
    help: Words | None = None
    shown_if: tuple[Condition, ...] = ()
    several: bool = False  # checkboxes
    look_back: Span | None = None  # {since} in its words: today less this

    def shown(self, answers: Answers) -> bool:
        return all_hold(self.shown_if, answers)

    def offered(self, answers: Answers) -> tuple[Option, ...]:
        """The options for this person, each code once."""
        found: dict[str, Option] = {}
        for option in self.options:
            if option.code not in found and all_hold(option.when, answers):
                found[option.code] = option
        return tuple(found.values())


@dataclass(frozen=True)
class Part:
    """Questions under one caption; `early_end`: a fixed ‘no’ here leads to the result at once."""

    code: str
    name: Text
    questions: tuple[Question, ...]
    early_end: bool = False


@dataclass(frozen=True)
class AskedCriterion:
    """A rule that answers can decide. `number` as in study.yaml; empty: from the title."""

    code: str
    name: Text
    number: str = ""
    settled: str = ""  # how an unclear rule was settled, for the study team only


@dataclass(frozen=True)
class Outcome:
    code: OutcomeCode
    label: Text  # ‘May be possible’
    heading: Text
    lead: Text


@dataclass(frozen=True)
class ScreenerNote:
    code: str
    text: Words


@dataclass(frozen=True)
class TeamCheck:
    """A criterion that is not asked. `protocol` is short wording for doctors."""

    code: str
    number: str
    protocol: str
    lay: Words
    part: bool = False  # only a part of the criterion; the rest is asked


@dataclass(frozen=True)
class TeamList:
    heading: Text
    lead: Text
    items: tuple[TeamCheck, ...]


@dataclass(frozen=True)
class OtherParts:
    """Other studies to ask about; not offered if one of `not_if` is what does not fit."""

    heading: Text
    text: Text
    instead: Text  # shown where the others are not
    studies: tuple[str, ...]  # NCT numbers, in the order shown
    not_if: tuple[str, ...]
    signpost_if: tuple[str, ...] = ()  # criteria about the change in the cells: ask which it is


@dataclass(frozen=True)
class Screener:
    start: tuple[Text, ...]
    parts: tuple[Part, ...]
    criteria: tuple[AskedCriterion, ...]
    wait_over: Words  # said when a day lies far enough back
    outcomes: tuple[Outcome, ...]
    safety: Text  # on every result
    team: TeamList
    waits: tuple[Wait, ...] = ()
    notes: tuple[ScreenerNote, ...] = ()
    other_parts: OtherParts | None = None

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(question for part in self.parts for question in part.questions)

    def question(self, code: str) -> Question:
        return next(question for question in self.questions if question.code == code)

    def part_of(self, code: str) -> Part:
        return next(part for part in self.parts if any(q.code == code for q in part.questions))

    def wait(self, code: str) -> Wait:
        return next(wait for wait in self.waits if wait.code == code)

    def outcome(self, code: OutcomeCode) -> Outcome:
        return next(outcome for outcome in self.outcomes if outcome.code == code)
