"""Commands of the operator beside requests: bounces, figures of a month."""

from __future__ import annotations

import json
import mailbox
import sys
from collections import defaultdict
from datetime import UTC, datetime
from email import message_from_binary_file, message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from portal.cli.errors import CommandError
from portal.cli.parts import parts_or_stop


@click.group()
def bounces() -> None:
    """Mails that came back."""


@bounces.command()
@click.argument("source", type=click.Path(path_type=Path, allow_dash=True))
def read(source: Path) -> None:
    """Read SOURCE: a Maildir, one message as a file, or - for standard input."""
    from portal.services.bounce import read_bounce

    parts = parts_or_stop()
    counted = 0
    messages = _messages(source)
    for message in messages:
        verdict = read_bounce(parts, message, now=parts.now())
        counted += verdict.counted
        click.echo(verdict.why, err=True)
    click.echo(f"{len(messages)} read, {counted} counted.")


def _messages(source: Path) -> list[EmailMessage]:
    if str(source) == "-":
        return [message_from_binary_file(sys.stdin.buffer, policy=policy.default)]
    if source.is_file():
        return [_parsed(source.read_bytes())]
    if not (source / "new").is_dir():
        raise CommandError(f"{source} is neither a Maildir nor a file with one message.")
    kept = mailbox.Maildir(source, create=False)
    return [_parsed(kept.get_bytes(key)) for key in sorted(kept.keys())]


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


@click.command()
@click.option("--month", required=True, help="Such as 2026-11.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def stats(month: str, as_json: bool) -> None:
    """Requests of a month by language: written, handed over, answered in time."""
    from portal.store import figures

    parts = parts_or_stop()
    start, end = _month(month)
    with parts.store.read() as db:
        rows = list(figures.written_between(db, start, end))
    table: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        for language in (row.language, "all"):
            counts = table[language]
            counts["requests"] += 1
            counts["delivered"] += row.handed_over_at is not None
            counts["answered"] += row.answered_at is not None
            counts["answered_in_time"] += _in_time(parts, row)
    if as_json:
        click.echo(json.dumps({"month": month, "by_language": table}))
        return
    click.echo(f"{'language':<10}{'requests':>10}{'delivered':>11}{'answered':>10}{'in time':>9}")
    for language, counts in sorted(table.items(), key=lambda item: (item[0] == "all", item[0])):
        click.echo(
            f"{language:<10}{counts['requests']:>10}{counts['delivered']:>11}"
            f"{counts['answered']:>10}{counts['answered_in_time']:>9}"
        )


def _in_time(parts: Any, row: Any) -> bool:
    """Answered before the first reminder was due: one working day of the hospital."""
    from portal.clock import after_working_days

    if row.answered_at is None:
        return False
    study = parts.config.study(row.study)
    site = study.site(row.site) if study else None
    zone = ZoneInfo(site.timezone if site else "Europe/Amsterdam")
    days = parts.config.portal.answering.remind_after
    due = after_working_days(row.created_at, days, site.country if site else "NL", zone)
    return bool(row.answered_at <= due)


def _month(text: str) -> tuple[datetime, datetime]:
    try:
        start = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        raise CommandError(f"“{text}” is no month. Write it like 2026-11.") from None
    after = (start.year + start.month // 12, start.month % 12 + 1)
    return start, datetime(*after, 1, tzinfo=UTC)
