"""Is a pre-screener right in itself: codes, effects, waits and the words that must be there?

All checks work on a draft that may be incomplete (`readable`); what has the wrong form has been
named before and is passed over here. Whether people can walk through it: `screener_flow`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import astuple
from typing import get_args

from portal.content.model import Problem
from portal.content.screener_model import Effect, Option, OutcomeCode, Question, Screener, Wait
from portal.content.text import Text, Words
from portal.content.walk import leaves
from portal.content.yaml_lines import Document, Path_

CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_CRITERION = re.compile(r"[A-Z]\d+[a-z]?(\.[a-z0-9]+)?")
Found = tuple[Path_, str, str]  # where, what is wrong, what to do


def screener_problems(screener: Screener, document: Document) -> Iterator[Problem]:
    found = (
        *_codes(screener),
        *_waits(screener),
        *_effects(screener),
        *_days(screener),
        *_used(screener),
        *_notes(screener),
        *_outcomes(screener),
        *_placeholders(screener, document),
    )
    for path, said, advice in found:
        yield document.problem(path, said, advice)


def questions_of(screener: Screener) -> Iterator[tuple[Path_, Question]]:
    """Each question with its place in the file."""
    for p, part in enumerate(screener.parts):
        for q, question in enumerate(part.questions):
            yield ("parts", p, "questions", q), question


def options_of(screener: Screener) -> Iterator[tuple[Path_, Question, Option]]:
    for path, question in questions_of(screener):
        for o, option in enumerate(question.options):
            yield (*path, "options", o), question, option


def effects_of(screener: Screener) -> Iterator[tuple[Path_, Option, Effect]]:
    for path, _, option in options_of(screener):
        for e, effect in enumerate(option.effects):
            yield (*path, "effects", e), option, effect


def _codes(screener: Screener) -> Iterator[Found]:
    """Codes are single and plain: they stand in addresses, cookies and answer files."""
    parts = [(("parts", i), part.code) for i, part in enumerate(screener.parts)]
    waits = [(("waits", i), wait.code) for i, wait in enumerate(screener.waits)]
    notes = [(("notes", i), note.code) for i, note in enumerate(screener.notes)]
    asked = [(path, question.code) for path, question in questions_of(screener)]
    criteria = [(("criteria", i), each.code) for i, each in enumerate(screener.criteria)]
    for entries in (parts, waits, notes, asked):
        yield from _single(entries, CODE, "Use small letters, digits and _, like age_now.")
    yield from _single(criteria, _CRITERION, "Write it like C1a or C21.3.")
    for path, _, option in options_of(screener):
        if option.code and not CODE.fullmatch(option.code):
            said = f"code: “{option.code}” cannot be a code."
            yield (*path, "code"), said, "Use small letters, digits and _, like 1_5."


def _single(
    entries: Iterable[tuple[Path_, str]], form: re.Pattern[str], advice: str
) -> Iterator[Found]:
    seen: set[str] = set()
    for path, code in entries:
        if code and not form.fullmatch(code):
            yield (*path, "code"), f"code: “{code}” cannot be a code.", advice
        if code and code in seen:
            yield (*path, "code"), f"code: “{code}” stands here twice.", "Rename one of them."
        seen.add(code)


def _waits(screener: Screener) -> Iterator[Found]:
    for i, wait in enumerate(screener.waits):
        if (wait.length.days > 0) == (wait.length.months > 0):
            said = f"The wait “{wait.code}” needs a length in days or in months."
            yield ("waits", i, "length"), said, "Write one of the two, like {days: 7}."
    for path, question in questions_of(screener):
        back = question.look_back
        if back and (back.days > 0) == (back.months > 0):
            said = f"look_back of “{question.code}” needs days or months."
            yield (*path, "look_back"), said, "Write one of the two, like {months: 1}."


def _effects(screener: Screener) -> Iterator[Found]:
    criteria = {each.code for each in screener.criteria}
    waits = {wait.code: wait for wait in screener.waits}
    for path, option, effect in effects_of(screener):
        for i, code in enumerate(effect.criteria):
            if code not in criteria:
                said = f"“{code}” is no criterion of this file."
                yield (*path, "criteria", i), said, "Correct it, or add it to “criteria”."
        if bool(effect.status) == bool(effect.wait):
            said = f"This effect of “{option.code}” needs a status or a wait, one of the two."
            yield path, said, "Write status: met, not_met, not_now or ask; or the code of a wait."
        elif effect.wait and effect.wait not in waits:
            said = f"“{effect.wait}” is no wait of this file."
            yield (*path, "wait"), said, "Correct it, or add it to “waits”."
        else:
            yield from _words(path, effect, waits.get(effect.wait))
        if effect.wait and not option.date_in:
            said = f"The wait “{effect.wait}” has no day to count from."
            yield (*path, "wait"), said, "Add date_in to this option, or give a status."


def _words(path: Path_, effect: Effect, wait: Wait | None) -> Iterator[Found]:
    """A status is explained by `say`; a wait by `say_at_latest`, and `say` where it is exact."""
    needs_say = wait is None or not wait.at_latest
    if needs_say and effect.say is None:
        yield path, "“say” is missing: families read it in the result.", "Add the sentence."
    if not needs_say and effect.say is not None:
        said = f"“say” is never shown: the wait “{effect.wait}” is always ‘at the latest’."
        yield (*path, "say"), said, "Remove it; say_at_latest is what families read."
    if wait is not None and effect.say_at_latest is None:
        said = "“say_at_latest” is missing: a family may know only the month."
        yield path, said, "Add the sentence, with “at the latest”."
    if wait is None and effect.say_at_latest is not None:
        said = "“say_at_latest” is never shown: there is no wait."
        yield (*path, "say_at_latest"), said, "Remove it."


def _days(screener: Screener) -> Iterator[Found]:
    """Names of days do not hide a question; a day that is asked for is used."""
    questions = {question.code for question in screener.questions}
    seen: set[str] = set()
    for path, question, option in options_of(screener):
        name = option.date_in
        if not name:
            continue
        if name in seen or (name in questions and name != question.code):
            said = f"date_in: “{name}” is the name of something else."
            yield (*path, "date_in"), said, "Use the question’s code, or a name of its own."
        seen.add(name)
        if not any(effect.wait for effect in option.effects):
            said = f"“{option.code}” asks for a day that decides nothing."
            yield (*path, "date_in"), said, "Add an effect with a wait, or remove date_in."


def _used(screener: Screener) -> Iterator[Found]:
    """What is declared is used."""
    effects = [effect for _, _, effect in effects_of(screener)]
    notes = [(("notes", i), note.code) for i, note in enumerate(screener.notes)]
    waits = [(("waits", i), wait.code) for i, wait in enumerate(screener.waits)]
    used = {note for _, _, option in options_of(screener) for note in option.notes}
    used |= {effect.wait for effect in effects}
    for path, code in (*notes, *waits):
        if code and code not in used:
            yield path, f"Nothing uses “{code}”.", "Use it, or remove it."
    decided = {code for effect in effects for code in effect.criteria}
    for i, criterion in enumerate(screener.criteria):
        if criterion.code and criterion.code not in decided:
            said = f"No answer decides the criterion “{criterion.code}”."
            yield ("criteria", i), said, "Add an effect, or remove it."


def _notes(screener: Screener) -> Iterator[Found]:
    known = {note.code for note in screener.notes}
    for path, _, option in options_of(screener):
        for i, note in enumerate(option.notes):
            if note not in known:
                said = f"“{note}” is no note of this file."
                yield (*path, "notes", i), said, "Correct it, or add it to “notes”."


def _outcomes(screener: Screener) -> Iterator[Found]:
    codes = [outcome.code for outcome in screener.outcomes]
    for code in get_args(OutcomeCode):
        if codes.count(code) != 1:
            said = f"The outcome “{code}” stands here {codes.count(code)} times."
            yield ("outcomes",), said, "Write each of the four outcomes once."
    others = screener.other_parts
    criteria = {each.code for each in screener.criteria}
    for key in ("not_if", "signpost_if"):
        for i, code in enumerate(getattr(others, key) if others else ()):
            if code not in criteria:
                said = f"“{code}” is no criterion of this file."
                yield ("other_parts", key, i), said, "Correct it, or add it to “criteria”."


def _placeholders(screener: Screener, document: Document) -> Iterator[Found]:
    """{date} only where a wait fills it, and there always; {since} only with a look_back."""
    for path, _, effect in effects_of(screener):
        for name in ("say", "say_at_latest"):
            words: Words | None = getattr(effect, name)
            filled = words is not None and all("{date}" in text for text in astuple(words))
            if effect.wait and words is not None and not filled:
                said = f"“{name}” does not name the day of the wait."
                yield (*path, name), said, "Write {date} where it belongs, in each wording."
    by_path = dict(questions_of(screener))
    for leaf in leaves(document.value, Screener):
        if leaf.kind is not Text or not isinstance(leaf.value, str):
            continue
        question = by_path.get(leaf.path[:4])
        if "{date}" in leaf.value and not _has_wait(screener, leaf.path):
            yield leaf.path, f"{leaf.name}: nothing fills {{date}} here.", "Use plain words."
        back = question is not None and question.look_back and "effects" not in leaf.path
        if "{since}" in leaf.value and not back:
            said = f"{leaf.name}: nothing fills {{since}} here."
            yield leaf.path, said, "Add look_back to this question, or use plain words."


def _has_wait(screener: Screener, path: Path_) -> bool:
    at = {where: effect for where, _, effect in effects_of(screener)}
    effect = at.get(path[:8])
    return effect is not None and bool(effect.wait)
