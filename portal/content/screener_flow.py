"""Can people walk through a pre-screener? Loops, dead ends and questions nobody reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.content.model import Problem
from portal.content.screener_checks import Found, questions_of
from portal.content.screener_model import Answer, Condition, Option, Question, Screener, all_hold
from portal.content.situations import conditions_of, situations
from portal.content.yaml_lines import Document, Path_


def flow_problems(screener: Screener, document: Document) -> Iterator[Problem]:
    found = [*_conditions(screener)]
    # A question with a wrong condition would be called unreachable as well: once is enough.
    wrong = {path[:4] for path, _, _ in found}
    for path, question in questions_of(screener):
        if path not in wrong and not _rests_on(question, wrong, screener):
            found += _reached(screener, path, question)
    for path, said, advice in found:
        yield document.problem(path, said, advice)


def _conditions(screener: Screener) -> Iterator[Found]:
    """A condition looks back: at a question that came before, and at options it has."""
    before: dict[str, Question] = {}
    later = {question.code for question in screener.questions}
    for path, question in questions_of(screener):
        for where, condition in _placed(path, question):
            yield from _condition(where, condition, before, later)
        before[question.code] = question


def _placed(path: Path_, question: Question) -> Iterator[tuple[Path_, Condition]]:
    for i, condition in enumerate(question.shown_if):
        yield (*path, "shown_if", i), condition
    for o, option in enumerate(question.options):
        for i, condition in enumerate(option.when):
            yield (*path, "options", o, "when", i), condition
        for e, effect in enumerate(option.effects):
            for i, condition in enumerate(effect.when):
                yield (*path, "options", o, "effects", e, "when", i), condition


def _condition(
    where: Path_, condition: Condition, before: dict[str, Question], later: set[str]
) -> Iterator[Found]:
    code = condition.question
    if code and code not in before:
        if code in later:
            said = f"A loop: “{code}” is asked here or later, and not before."
            yield (*where, "question"), said, "Name a question that comes earlier, or move it up."
        else:
            said = f"“{code}” is no question of this file."
            yield (*where, "question"), said, "Correct it, or add the question."
        return
    known = {option.code for option in before[code].options} if code else set()
    for i, answer in enumerate(condition.one_of):
        if code and answer not in known:
            said = f"“{answer}” is no answer of the question “{code}”."
            yield (*where, "one_of", i), said, "Correct it, or add the option."


def _rests_on(question: Question, wrong: set[Path_], screener: Screener) -> bool:
    """Does a question or one it depends on stand among the wrong ones?"""
    at = {each.code: (path, each) for path, each in questions_of(screener)}
    to_do, seen = [question.code], set()
    while to_do:
        code = to_do.pop()
        if code in seen or code not in at:
            continue
        seen.add(code)
        path, each = at[code]
        if path in wrong:
            return True
        to_do += (condition.question for condition in conditions_of(each))
    return False


def _reached(screener: Screener, path: Path_, question: Question) -> Iterator[Found]:
    """The question and each of its options and effects can be met; each answer leads on."""
    shown = [each for each in situations(screener, question) if question.shown(each)]
    if not shown:
        said = f"Nobody can reach the question “{question.code}”."
        yield path, said, "Correct shown_if, or remove the question."
        return
    if any(not question.offered(answers) for answers in shown):
        said = f"For some people “{question.code}” has no answer to choose."
        yield (*path, "options"), said, "Add an option without “when”."
    opening = _opening(screener, question)
    for i, option in enumerate(question.options):
        there = [answers for answers in shown if _is_offered(question, option, answers)]
        yield from _option((*path, "options", i), option, there, leads=option.code in opening)


def _is_offered(question: Question, option: Option, answers: dict[str, Answer]) -> bool:
    return any(each is option for each in question.offered(answers))


def _opening(screener: Screener, question: Question) -> set[str]:
    """Answers after which a further question is shown."""
    conditions: Iterable[Condition] = (c for q in screener.questions for c in q.shown_if)
    return {code for c in conditions if c.question == question.code for code in c.one_of}


def _option(
    path: Path_, option: Option, there: list[dict[str, Answer]], *, leads: bool
) -> Iterator[Found]:
    if not there:
        said = f"Nobody is offered the option “{option.code}”."
        yield path, said, "Correct “when”, or the option of the same code above it."
        return
    for e, effect in enumerate(option.effects):
        if not any(all_hold(effect.when, answers) for answers in there):
            said = f"This effect of “{option.code}” can never happen."
            yield (*path, "effects", e), said, "Correct “when”, or remove the effect."
    if leads or option.reader:
        return
    decided = (any(all_hold(e.when, answers) for e in option.effects) for answers in there)
    if not all(decided):
        which = "" if not option.effects else " for some people"
        said = f"The answer “{option.code}” decides nothing{which} and opens no question."
        yield path, said, "Add an effect, or a question that is shown after it."
