"""The operator’s view of requests and deliveries: states, never content."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from portal.cli.errors import CommandError
from portal.cli.parts import parts_or_stop
from portal.store.records import StoredRequest


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
            if mail.request_id is not None:
                mails.setdefault(mail.request_id, []).append(_delivery(mail))
        rows = [_request(row) | {"deliveries": mails.get(row.id, [])} for row in stored.every(db)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        states = ", ".join(f"{mail['to']}: {mail['state']}" for mail in row["deliveries"])
        click.echo(f"{row['reference']}  {row['state']:<12} {row['site']:<32} {states}")


@requests.command()
@click.argument("reference")
@click.option("--json", "as_json", is_flag=True, help="Print JSON only.")
def show(reference: str, as_json: bool) -> None:
    """One request: every mail, every try, every step, and what is still to come."""
    from portal.store import deliveries, events, follow_ups

    parts = parts_or_stop()
    with parts.store.read() as db:
        request = _found(parts, reference, db)
        mails = [
            _delivery(mail)
            | {
                "mail": mail.mail,
                "contact": mail.contact,
                "tries": [
                    {"at": _iso(t.at), "step": t.step, "reply": t.reply, "outcome": t.outcome}
                    for t in deliveries.attempts_of(db, mail.id)
                ],
            }
            for mail in deliveries.of_request(db, request.id)
        ]
        shown = _request(request) | {
            "deliveries": mails,
            "events": [
                {"at": _iso(e.at), "kind": e.kind, "site": e.site}
                for e in events.of_request(db, request.id)
            ],
            "to_come": [
                {"due_at": _iso(f.due_at), "kind": f.kind}
                for f in follow_ups.of_request(db, request.id)
            ],
        }
    click.echo(json.dumps(shown, indent=None if as_json else 2))


@requests.command()
@click.argument("reference")
def resend(reference: str) -> None:
    """Try parked and failed mails of a request again, now."""
    from portal.store import deliveries

    parts = parts_or_stop()
    with parts.store.write() as db:
        count = deliveries.send_again(db, _found(parts, reference, db).id, parts.now())
    click.echo(f"{count} mails of {reference} are due again.")


@requests.command()
@click.argument("reference")
def erase(reference: str) -> None:
    """Erase one request: its content and waiting mails go at once."""
    from portal.services.erase import erase as erase_request

    parts = parts_or_stop()
    if not erase_request(parts, reference, now=parts.now()):
        raise _unknown(reference)
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


@deliveries.command("resend")
def resend_parked() -> None:
    """Try all parked mails again, once the fault on our side is mended."""
    from portal.store import deliveries as stored

    parts = parts_or_stop()
    with parts.store.write() as db:
        count = stored.send_parked_again(db, parts.now())
    click.echo(f"{count} mails are due again.")


@click.command()
def purge() -> None:
    """Erase what is past its time in portal.toml; the worker also does this every hour."""
    from portal.services.purge import purge as purge_due

    parts = parts_or_stop()
    gone = purge_due(parts, now=parts.now())
    click.echo(
        f"Erased: {gone.requests} requests, {gone.form_keys} form keys, "
        f"{gone.signups} sign-ups not confirmed or links used."
    )


def _found(parts: Any, reference: str, db: Any) -> StoredRequest:
    from portal.store import requests as stored

    request = stored.find_by_reference(db, parts.keys, reference)
    if request is None:
        raise _unknown(reference)
    return request


def _unknown(reference: str) -> CommandError:
    return CommandError(f"There is no request {reference}. “flask requests list” shows all.")


def _request(row: Any) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "study": row.study,
        "site": row.site,
        "state": row.state,
        "created_at": _iso(row.created_at),
    }


def _delivery(mail: Any) -> dict[str, Any]:
    return {
        "to": mail.recipient,
        "state": mail.state,
        "attempts": mail.attempts,
        "due_at": _iso(mail.due_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
