"""`flask sites`: what hospitals said about themselves, and asking them."""

from __future__ import annotations

import json
from typing import Any

import click

from portal.cli.errors import CommandError
from portal.cli.parts import parts_or_stop


@click.group()
def sites() -> None:
    """Is what we show about hospitals still true? (docs/operate.md)"""


@sites.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def status(*, as_json: bool) -> None:
    """Each hospital: its status, who confirmed it and when, and what we asked."""
    from portal.services.site_status import site_lines

    parts = parts_or_stop()
    lines = [line.as_json() for line in site_lines(parts, now=parts.now())]
    if as_json:
        click.echo(json.dumps(lines))
        return
    click.echo(_row("hospital", "truth", "status", "confirmed", "by", "asked", "mail"))
    for line in lines:
        click.echo(_line(line))
    old = sum(line["truth"] != "confirmed" for line in lines)
    click.echo(f"Hospitals: {len(lines)}. Without a fresh confirmation: {old}.")


@sites.command()
@click.argument("hospitals", nargs=-1, required=True)
def ask(hospitals: tuple[str, ...]) -> None:
    """Ask now: HOSPITALS are site ids, study/site, or a study for all of its hospitals."""
    from portal.services.ask_sites import ask_now, mailable
    from portal.store.site_checks import hospital

    parts = parts_or_stop()
    known = {hospital(study.slug, site.id): (study, site) for study, site in mailable(parts)}
    wanted: set[str] = set()
    for given in hospitals:
        fitting = {
            name
            for name, (study, site) in known.items()
            if given in (name, site.id, study.slug, study.nct)
        }
        if not fitting:
            raise CommandError(
                f"“{given}” is no hospital that can be asked. `flask sites status` lists them; "
                "a hospital needs a mailbox, on a public address a real one."
            )
        wanted |= fitting
    asked = ask_now(parts, wanted, now=parts.now())
    click.echo(f"Asked: {asked}. The worker sends the mails.")


def _line(line: dict[str, Any]) -> str:
    day = (line["asked_at"] or "")[:10]
    mail = line["mail"] or ""
    return _row(
        f"{line['study']}/{line['site']}",
        line["truth"],
        line["status"],
        line["confirmed_on"] or "-",
        line["confirmed_by"] or "-",
        day or "-",
        mail or "-",
    )


def _row(*cells: str) -> str:
    widths = (44, 14, 12, 11, 12, 11, 0)
    return " ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
