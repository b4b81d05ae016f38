"""News for those who signed up: who, how many, what would go out. Shows no address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from portal.cli.errors import CommandError
from portal.cli.parts import parts_or_stop

if TYPE_CHECKING:
    from portal.content.model import Study
    from portal.services.announce import Preview
    from portal.services.match import Item
    from portal.services.parts import Parts


@click.group()
def updates() -> None:
    """News by e-mail: sign-ups and announcements."""


@updates.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def list_signups(as_json: bool) -> None:
    """How many people are signed up, by language, and how many have not confirmed yet."""
    from portal.store import signups

    with parts_or_stop().store.read() as db:
        by_language, waiting = dict(signups.counts(db)), signups.waiting(db)
    found = {
        "confirmed": sum(by_language.values()),
        "by_language": by_language,
        "unconfirmed": waiting,
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"Signed up: {found['confirmed']}. Not confirmed yet: {waiting}.")
    for code, count in by_language.items():
        click.echo(f"  {code:<6}{count:>8}")


@updates.command()
@click.argument("study")
@click.option("--preview", is_flag=True, help="Only show who would get what; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def announce(study: str, preview: bool, as_json: bool) -> None:
    """Tell people what has changed about STUDY (folder or NCT number) since it was told last.

    An announcement that was cut off goes on where it was; run it again for what has changed since.
    """
    from portal.services import announce as service

    parts = parts_or_stop()
    found = _study(parts, study)
    if preview:
        _show_preview(parts, service.preview(parts, found, now=parts.now()), as_json)
        return
    done = service.announce(parts, found, now=parts.now())
    said = {
        "study": found.slug,
        "news": [{"kind": one.kind, "site": one.site} for one in done.news],
        "people": done.written,
    }
    if as_json:
        click.echo(json.dumps(said))
    elif not done.news:
        click.echo(f"Nothing is new about {found.name} since it was told last.")
    else:
        click.echo(f"{done.written} people get {len(done.news)} pieces of news of {found.name}.")


@updates.command()
@click.argument("address")
def erase(address: str) -> None:
    """End and erase all sign-ups of an e-mail ADDRESS, confirmed or not."""
    from portal.services.change_signup import stop_address

    ended = stop_address(parts_or_stop(), address)
    click.echo(f"Erased: {ended} sign-ups of this address, and what waited for its confirmation.")


def _study(parts: Parts, name: str) -> Study:
    found = parts.config.study(name)
    if found is None:
        known = ", ".join(study.slug for study in parts.config.studies)
        raise CommandError(f"There is no study “{name}”. Known: {known}.")
    return found


def _show_preview(parts: Parts, found: Preview, as_json: bool) -> None:
    shown: dict[str, dict[str, Any]] = {
        code: {"people": count, "news": _counts(found, code), "text": _text(parts, found, code)}
        for code, count in sorted(found.people.items())
        if count
    }
    if as_json:
        pieces = [{"kind": item.news.kind, "site": item.news.site} for item in found.items]
        people = sum(found.people.values())
        click.echo(json.dumps({"news": pieces, "people": people, "by_language": shown}))
        return
    if not found.items:
        click.echo("Nothing is new. Nobody would get a mail.")
        return
    for item in found.items:
        click.echo(f"News: {_name(item)}")
    for code, one in shown.items():
        counted = ", ".join(f"{name}: {count}" for name, count in one["news"].items())
        click.echo(f"\n{code}: {one['people']} people ({counted})\n\n{one['text']}")
    if not shown:
        click.echo("Nobody signed up for this.")


def _counts(found: Preview, code: str) -> dict[str, Any]:
    return {_name(item): found.by_item[code, item.news.id] for item in found.items}


def _name(item: Item) -> str:
    return f"{item.news.kind} {item.news.site}".strip()


def _text(parts: Parts, found: Preview, code: str) -> str:
    """The mail with every piece in it, with links that lead nowhere."""
    from portal.services.about_signup import digest

    base = f"{parts.settings.base_url}/{code}/updates"
    content = digest(parts, found.items, code, f"{base}/manage/…", f"{base}/stop/…")
    return f"{content.subject}\n\n{content.text}"
