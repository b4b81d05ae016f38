"""`flask screen`: the pre-screener for people who check it. Works with an empty environment."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import yaml

from portal.cli.errors import CommandError
from portal.cli.screen_draw import drawing
from portal.cli.screen_table import table
from portal.clock import Clock
from portal.content.load import ConfigError, load_config
from portal.content.model import Study
from portal.content.screener_model import Screener
from portal.languages import format_date
from portal.screener.answers import AnswerError, Reason, read_answers
from portal.screener.outcome import Item, Result, result
from portal.screener.rules import Clear
from portal.settings import config_folder

# What an AnswerError means, for whoever wrote the file.
_SENTENCES: Mapping[Reason, str] = {
    "unknown_question": "“{question}” is no question of this pre-screener.",
    "not_shown": "{question}: this question is not shown after the other answers.",
    "nothing_chosen": "{question}: no answer is given. Codes: {codes}.",
    "not_offered": "{question}: “{given}” is no answer that is offered here. Codes: {codes}.",
    "one_only": "{question}: one answer is asked for, not several ({given}).",
    "not_together": "{question}: these answers cannot stand together: {given}.",
    "day_missing": "{question}: the day is missing{where}. Write it as 2026-11-20 or 2026-11.",
    "not_a_day": "{question}: “{given}” is not a real date. Write it as 2026-11-20 or 2026-11.",
    "in_the_future": "{question}: {given} is after today ({today}). Give a date up to today.",
    "too_early": "{question}: {given} is before the year 2000.",
}


@click.command()
@click.argument("study", required=False)
@click.option("--answers", type=click.File(encoding="utf-8-sig"), metavar="FILE", help="YAML.")
@click.option("--today", default="", metavar="YYYY-MM-DD", help="Default: the study’s date now.")
@click.option("--json", "as_json", is_flag=True, help="Print only JSON.")
@click.option("--table", "as_table", is_flag=True, help="Criterion × answer × status × words.")
@click.option("--draw", is_flag=True, help="The flow as a drawing (SVG, A3).")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write there.")
def screen(
    study: str | None,
    answers: Any,
    today: str,
    output: Path | None,
    *,
    as_json: bool,
    as_table: bool,
    draw: bool,
) -> None:
    """Result of the pre-screener of STUDY (folder name or NCT number) for the answers in FILE.

    STUDY may be left out if only one study has a pre-screener.
    """
    if (answers is not None) + as_table + draw != 1:
        raise CommandError("Give one of --answers FILE, --table or --draw.")
    found = _study(study)
    if found.screener is None:
        raise CommandError(f"The study “{found.slug}” has no pre-screener.")
    if as_table:
        _write(table(found.name, found.screener), output)
    elif draw:
        _write(drawing(found.name, found.screener), output)
    else:
        _write(_results(found, found.screener, answers, today, as_json=as_json), output)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}.") from None


def _study(wanted: str | None) -> Study:
    try:
        config = load_config(config_folder(os.environ))
    except ConfigError as error:
        raise CommandError(str(error)) from None
    if wanted is not None:
        study = config.study(wanted)
        if study is None:
            known = ", ".join(one.slug for one in config.studies)
            raise CommandError(f"There is no study “{wanted}”. Studies: {known}.")
        return study
    having = [one for one in config.studies if one.screener]
    if len(having) != 1:
        known = ", ".join(one.slug for one in having) or "none"
        raise CommandError(f"Name a study. Those with a pre-screener: {known}.")
    return having[0]


# --- answers in ---------------------------------------------------------------------------------


def _results(study: Study, screener: Screener, file: Any, today: str, *, as_json: bool) -> str:
    default = today or Clock().now().astimezone(ZoneInfo(study.timezone)).date().isoformat()
    raw = _read(file)
    if isinstance(raw, list):
        found = [_case(screener, case, default, number) for number, case in enumerate(raw, start=1)]
        if as_json:
            return json.dumps([_as_json(each) for each in found], ensure_ascii=False)
        return "\n\n".join(map(_readable, found))
    single = raw if isinstance(raw, dict) and "answers" in raw else {"answers": raw}
    one = _case(screener, single, default)
    return json.dumps(_as_json(one), ensure_ascii=False) if as_json else _readable(one)


def _read(file: Any) -> Any:
    try:
        # BaseLoader takes every value as it is written: `no`, `1_5` and `2026-11-20` are codes
        # and dates of ours, not false, 15 and a timestamp.
        return yaml.load(file, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise CommandError(f"The answers are not valid YAML: {error}") from None
    except UnicodeDecodeError:
        raise CommandError("The answers are not UTF-8.") from None


def _case(screener: Screener, case: Any, default: str, number: int = 0) -> Result:
    """One set of answers; `number` is its place in a list."""
    where = f"Entry {number}: " if number else ""
    if not isinstance(case, dict) or not isinstance(case.get("answers"), dict):
        raise CommandError(f"{where}answers are expected, one a line, like “who: parent”.")
    today = _today(case.get("today") or default, where)
    plain = {k: v for k, v in case["answers"].items() if v not in ("", "~", "null")}
    try:
        return result(screener, read_answers(screener, plain, today), today)
    except AnswerError as error:
        raise CommandError(where + _sentence(screener, error, today)) from None


def _today(text: Any, where: str) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise CommandError(f"{where}today: “{text}” is not a date like 2026-11-23.") from None


def _sentence(screener: Screener, error: AnswerError, today: date) -> str:
    question = next((q for q in screener.questions if q.code == error.question), None)
    options = question.options if question else ()
    days_in = [o.date_in for o in options if o.date_in and o.date_in != error.question]
    return _SENTENCES[error.reason].format(
        question=error.question,
        given=error.given,
        today=today.isoformat(),
        codes=", ".join(dict.fromkeys(option.code for option in options)),
        where=f" ({days_in[0]})" if days_in else "",
    )


# --- results out --------------------------------------------------------------------------------


def _as_json(found: Result) -> dict[str, Any]:
    return {
        "outcome": found.outcome.code,
        "clear_from": _day(found.clear_from),
        "latest_known_date": _day(found.latest_known_date),
        "at_latest": found.at_latest,
        "early_end": found.early_end,
        "notes": [note.code for note in found.notes],
        "criteria": {
            item.criterion.code: {"status": item.status, "clear_from": _day(item.clear_from)}
            for item in found.items
        },
    }


def _day(clear: Clear) -> str | None:
    return clear.isoformat() if isinstance(clear, date) else clear


def _readable(found: Result) -> str:
    lines = [f"{found.outcome.code}: {found.outcome.heading}"]
    if found.clear_from:
        day = found.latest_known_date
        known = f"not before {day.isoformat()}" if day else "no date known"
        lines.append(f"waits: {known}{', at the latest' if found.at_latest else ''}")
    if found.early_end:
        lines.append("early end: questions are open")
    lines += (f"note: {note.text.for_(found.reader)}" for note in found.notes)
    for items in (found.not_fitting, found.to_ask, found.to_wait, found.fitting):
        lines += map(_line, items)
    return "\n".join(lines)


def _line(item: Item) -> str:
    said = " / ".join(
        reason.text.replace("{date}", format_date(reason.date) if reason.date else "")
        for reason in item.reasons
    )
    return f"  {item.status:8} {item.criterion.code:10} {item.criterion.name}: {said}"
