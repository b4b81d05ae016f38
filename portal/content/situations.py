"""Which answers can stand before a question: every combination that bears on it, and no other.

Used when a pre-screener is loaded (can each question and option be reached?) and to draw it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, combinations

from portal.content.screener_model import Answer, Condition, Question, Screener


def situations(screener: Screener, question: Question) -> Iterator[dict[str, Answer]]:
    """Every set of answers to the earlier questions that `question` depends on."""
    by_code = {each.code: each for each in screener.questions}
    needed = _depends_on(question, by_code)
    order = [each for each in screener.questions if each.code in needed]
    yield from _answered(order, {}, _named(screener))


def conditions_of(question: Question) -> Iterator[Condition]:
    """Everything that looks at earlier answers: when it is shown, options, effects."""
    yield from question.shown_if
    for option in question.options:
        yield from option.when
        for effect in option.effects:
            yield from effect.when


def _depends_on(question: Question, by_code: dict[str, Question]) -> set[str]:
    found: set[str] = set()
    to_do = list(conditions_of(question))
    while to_do:
        code = to_do.pop().question
        if code in by_code and code not in found and code != question.code:
            found.add(code)
            to_do += by_code[code].shown_if
            to_do += (each for option in by_code[code].options for each in option.when)
    return found


def _named(screener: Screener) -> dict[str, set[str]]:
    """Options that some condition names, by question: only these need be combined."""
    found: dict[str, set[str]] = {}
    for question in screener.questions:
        for condition in conditions_of(question):
            found.setdefault(condition.question, set()).update(condition.one_of)
    return found


def _answered(
    order: list[Question], so_far: dict[str, Answer], named: dict[str, set[str]]
) -> Iterator[dict[str, Answer]]:
    if not order:
        yield so_far
        return
    question, rest = order[0], order[1:]
    if not question.shown(so_far):
        yield from _answered(rest, so_far, named)
        return
    for codes in _choices(question, so_far, named.get(question.code, set())):
        yield from _answered(rest, {**so_far, question.code: Answer(codes)}, named)


def _choices(
    question: Question, so_far: dict[str, Answer], named: set[str]
) -> Iterable[tuple[str, ...]]:
    offered = question.offered(so_far)
    if not question.several:
        return [(option.code,) for option in offered]
    alone = [(option.code,) for option in offered if option.apart]
    others = [option.code for option in offered if not option.apart]
    joined = [code for code in others if code in named]
    sizes = range(2, len(joined) + 1)
    return [
        *((code,) for code in others),
        *chain.from_iterable(combinations(joined, n) for n in sizes),
        *alone,
    ]
