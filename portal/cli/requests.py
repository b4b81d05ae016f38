"""The operator’s view of requests and deliveries: states, never content."""

from __future__ import annotations

import json
from typing import Any

import click

from portal.cli.errors import CommandError
from portal.cli.parts import parts_or_stop


@click.group()
def requests() -> None:
    """Messages of families: where they are. Shows no name and no text."""


@requests.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def list_requests(as_json: bool) -> None:
    """All requests with the state of their mails, oldest first."""
    from portal.store import deliveries
    from portal.store import requests as stored

    parts = parts_or_stop()
    with parts.store.read() as db:
        mails: dict[str, list[dict[str, Any]]] = {}
        for mail in deliveries.every(db):
            mails.setdefault(mail.request_id, []).append(_delivery(mail))
        rows = [
            {
                "reference": row.reference,
                "study": row.study,
                "site": row.site,
                "state": row.state,
                "created_at": row.created_at.isoformat(),
                "deliveries": mails.get(row.id, []),
            }
            for row in stored.every(db)
        ]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        states = ", ".join(f"{mail['to']}: {mail['state']}" for mail in row["deliveries"])
        click.echo(f"{row['reference']}  {row['state']:<12} {row['site']:<32} {states}")


@requests.command()
@click.argument("reference")
def erase(reference: str) -> None:
    """Erase one request: its content and waiting mails go at once."""
    from portal.services.erase import erase as erase_request

    parts = parts_or_stop()
    if not erase_request(parts, reference, now=parts.now()):
        raise CommandError(f"There is no request {reference}. “flask requests list” shows all.")
    click.echo(f"{reference} is erased.")


@click.group()
def deliveries() -> None:
    """Mails on their way."""


@deliveries.command("list")
@click.option("--state", help="Only those in this state, such as parked.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def list_deliveries(state: str | None, as_json: bool) -> None:
    """All mails with their state, oldest first."""
    from portal.store import deliveries as stored

    with parts_or_stop().store.read() as db:
        rows = [{"id": mail.id, **_delivery(mail)} for mail in stored.every(db, state)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['to']:<7} {row['state']:<12} tries: {row['attempts']}")


def _delivery(mail: Any) -> dict[str, Any]:
    return {
        "to": mail.recipient,
        "state": mail.state,
        "attempts": mail.attempts,
        "due_at": mail.due_at.isoformat() if mail.due_at else None,
    }


@click.command()
def purge() -> None:
    """Erase what is past its time in portal.toml; the worker also does this every hour."""
    from portal.services.purge import purge as purge_due

    parts = parts_or_stop()
    gone = purge_due(parts, now=parts.now())
    click.echo(f"Erased: {gone.requests} requests, {gone.form_keys} form keys.")
