"""A person's own path: the questions their answers lead to, in order, and where they stand.

A position on the path (1, 2, …) tells nothing about the answers, so it may stand in an address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from portal.content.screener_model import Answer, Answers, Option, Part, Question, Screener
from portal.content.text import Text, Words, WordSet
from portal.screener.rules import chosen, effects


@dataclass(frozen=True)
class Step:
    """One question as this person sees it."""

    number: int  # from 1
    part: Part
    part_number: int  # from 1; of len(screener.parts)
    question: Question
    options: tuple[Option, ...]
    reader: WordSet
    answer: Answer | None
    ends_early: bool  # the answer is a fixed ‘no’ in a part that ends at one

    def say(self, words: Words) -> Text:
        return words.for_(self.reader)


def path(screener: Screener, answers: Answers) -> tuple[Step, ...]:
    """All questions that these answers lead to, answered or not, as if nothing ended early."""
    reader = reader_of(screener, answers)
    return tuple(
        Step(
            number,
            part,
            part_number,
            question,
            question.offered(answers),
            reader,
            answers.get(question.code),
            part.early_end and _not_met(question, answers),
        )
        for number, (part_number, part, question) in enumerate(_shown(screener, answers), start=1)
    )


def reached(screener: Screener, answers: Answers, *, carry_on: bool = False) -> tuple[Step, ...]:
    """The path as far as a person may go: to the first open question, or to an early end."""
    steps: list[Step] = []
    for step in path(screener, answers):
        steps.append(step)
        if step.answer is None or (step.ends_early and not carry_on):
            break
    return tuple(steps)


def question_at(
    screener: Screener, answers: Answers, number: int, *, carry_on: bool = False
) -> Step | None:
    """The step at a position; None if it is not reached yet: lead to `current` or the result."""
    steps = reached(screener, answers, carry_on=carry_on)
    return steps[number - 1] if 1 <= number <= len(steps) else None


def current(screener: Screener, answers: Answers, *, carry_on: bool = False) -> Step | None:
    """The first open question; None if all are answered or the path ended early."""
    step = reached(screener, answers, carry_on=carry_on)[-1]
    return step if step.answer is None else None


def ended_early(screener: Screener, answers: Answers) -> bool:
    """Does a fixed ‘no’ in part 1 lead to the result at once, with questions still open?"""
    last = reached(screener, answers)[-1]
    return last.ends_early and any(step.answer is None for step in path(screener, answers))


def pruned(screener: Screener, answers: Answers) -> dict[str, Answer]:
    """Without the answers that a changed earlier one made unreachable."""
    kept: dict[str, Answer] = {}
    for question in screener.questions:
        answer = answers.get(question.code)
        if answer is None or not question.shown(kept):
            continue
        if set(answer.codes) <= {option.code for option in question.offered(kept)}:
            kept[question.code] = answer
    return kept


def reader_of(screener: Screener, answers: Answers) -> WordSet:
    """Whom the words speak to; before that is known, a parent."""
    readers = [
        option.reader
        for question in screener.questions
        for option in chosen(question, answers)
        if option.reader
    ]
    return readers[-1] if readers else "child"


def advice(screener: Screener, answers: Answers) -> tuple[Text, ...]:
    """Kind words for who answers, such as ‘do this with a parent or carer’."""
    reader = reader_of(screener, answers)
    ticked = (o for question in screener.questions for o in chosen(question, answers))
    return tuple(option.advice.for_(reader) for option in ticked if option.advice)


def _shown(screener: Screener, answers: Answers) -> Iterator[tuple[int, Part, Question]]:
    for part_number, part in enumerate(screener.parts, start=1):
        for question in part.questions:
            if question.shown(answers):
                yield part_number, part, question


def _not_met(question: Question, answers: Answers) -> bool:
    return any(effect.status == "not_met" for effect in effects(question, answers))
