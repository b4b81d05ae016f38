"""The whole pre-screener as one table, for the clinician who signs it off (`flask screen --table`).

Tab-separated, so that it opens in a spreadsheet: criterion, question, answer, only if, status,
wait, words. One row for each thing an answer can do, so nothing is hidden in code.
"""

from __future__ import annotations

from collections.abc import Iterator

from portal.content.screener_model import (
    AskedCriterion,
    Condition,
    Effect,
    Option,
    Question,
    Screener,
    Wait,
)
from portal.content.text import Words

_COLUMNS = ("criterion", "number", "name", "question", "answer", "only if", "status", "words")


def table(study: str, screener: Screener) -> str:
    lines = [f"{study}: what each answer does", "\t".join(_COLUMNS)]
    for criterion in screener.criteria:
        lines += ("\t".join(row) for row in _rows(screener, criterion))
        notes = dict.fromkeys([criterion.settled, *_confirm(screener, criterion)])
        lines += (f"\t\t\t\t\t\tto confirm\t{note}" for note in notes if note)
    for check in screener.team.items:
        part = "team (a part)" if check.part else "team"
        words = f"{check.protocol} = {_said(check.lay)}"
        lines.append("\t".join((check.code, check.number, "", "not asked", "", "", part, words)))
    for outcome in screener.outcomes:
        said = f"{outcome.heading}. {outcome.lead}"
        lines.append("\t".join(("", "", "", "", "", "", outcome.code, said)))
    return "\n".join(lines)


def _rows(screener: Screener, criterion: AskedCriterion) -> Iterator[tuple[str, ...]]:
    for question, option, effect in _effects(screener, criterion):
        status, words = _status(screener, effect)
        only_if = "; ".join(map(_condition, (*question.shown_if, *option.when, *effect.when)))
        answer = f"{option.code}: {_said(option.text)}"
        first = (criterion.code, criterion.number, str(criterion.name))
        yield (*first, question.code, answer, only_if, status, words)


def _effects(
    screener: Screener, criterion: AskedCriterion
) -> Iterator[tuple[Question, Option, Effect]]:
    for question in screener.questions:
        for option in question.options:
            for effect in option.effects:
                if criterion.code in effect.criteria:
                    yield question, option, effect


def _confirm(screener: Screener, criterion: AskedCriterion) -> Iterator[str]:
    for _, option, _ in _effects(screener, criterion):
        if option.confirm:
            yield f"{option.code}: {option.confirm}"


def _status(screener: Screener, effect: Effect) -> tuple[str, str]:
    said = [_said(words) for words in (effect.say, effect.say_at_latest) if words]
    if not effect.wait:
        return effect.status or "", " / ".join(said)
    over = f"over: {_said(screener.wait_over)}"
    return f"not_now until {wait_rule(screener.wait(effect.wait))}", " / ".join([*said, over])


def wait_rule(wait: Wait) -> str:
    """‘day + 21 days + 1 day, at the latest’."""
    number, unit = (wait.length.days, "day") if wait.length.days else (wait.length.months, "month")
    length = f"{number} {unit}{'' if number == 1 else 's'}"
    edge = " + 1 day" if wait.kind == "within" else ""
    return f"day + {length}{edge}{', at the latest' if wait.at_latest else ''}"


def _condition(condition: Condition) -> str:
    return f"{condition.question} = {' or '.join(condition.one_of)}"


def _said(words: Words) -> str:
    """All wordings that differ."""
    return " | ".join(dict.fromkeys((words.child, words.you, words.person)))
