"""Named reads and writes of requests. Callers hold the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, exists, func, insert, or_, select, update

from portal.security.keys import Keys
from portal.store.records import ContactMessage, RequestState, StoredRequest
from portal.store.tables import (
    ENCRYPTED,
    PERSONAL,
    deliveries,
    events,
    follow_ups,
    form_keys,
    requests,
)

_EMAIL = "email"
ENDED = ("handed_over", "parked", "failed")


def add(
    db: Connection,
    keys: Keys,
    request: StoredRequest,
    *,
    consent_version: str,
) -> None:
    """Write a new request, personal fields encrypted for exactly their place."""
    assert request.message is not None
    fields = {
        name: keys.encrypt(value, _where(name, request.id))
        for name, value in asdict(request.message).items()
    }
    if request.answers:
        fields["answers"] = keys.encrypt(request.answers, _where("answers", request.id))
    db.execute(
        insert(requests).values(
            id=request.id,
            reference=request.reference,
            study=request.study,
            site=request.site,
            state=request.state,
            language=request.language,
            created_at=request.created_at,
            changed_at=request.created_at,
            consent_version=consent_version,
            consent_language=request.language,
            email_fingerprint=email_fingerprint(keys, request.message.email),
            **fields,
        )
    )


def find(db: Connection, keys: Keys, request_id: str) -> StoredRequest | None:
    row = db.execute(select(requests).where(requests.c.id == request_id)).one_or_none()
    return None if row is None else _from_row(row, keys)


def find_by_reference(db: Connection, keys: Keys, reference: str) -> StoredRequest | None:
    row = db.execute(select(requests).where(requests.c.reference == reference)).one_or_none()
    return None if row is None else _from_row(row, keys)


def every(db: Connection) -> Sequence[Row[Any]]:
    """All requests without their content, oldest first, for the operator’s list."""
    columns = [c for c in requests.c if c.name not in ENCRYPTED]
    return db.execute(select(*columns).order_by(requests.c.created_at)).all()


def request_id_of_key(db: Connection, fingerprint: bytes) -> str | None:
    """The request that a form’s once-only key has made already."""
    wanted = select(form_keys.c.request_id).where(form_keys.c.fingerprint == fingerprint)
    return db.execute(wanted).scalar_one_or_none()


def keep_key(db: Connection, fingerprint: bytes, request_id: str, now: datetime) -> None:
    """Raises IntegrityError: another post of the same form came first."""
    db.execute(
        insert(form_keys).values(fingerprint=fingerprint, request_id=request_id, created_at=now)
    )


def forget_keys_before(db: Connection, moment: datetime) -> int:
    return db.execute(delete(form_keys).where(form_keys.c.created_at < moment)).rowcount


def count_from_address(db: Connection, keys: Keys, email: str, since: datetime) -> int:
    """How many requests came with this e-mail address since then."""
    wanted = (
        select(func.count())
        .select_from(requests)
        .where(requests.c.email_fingerprint.in_(email_fingerprints(keys, email)))
        .where(requests.c.created_at >= since)
    )
    return db.execute(wanted).scalar_one()


def state_of(db: Connection, request_id: str) -> str | None:
    wanted = select(requests.c.state).where(requests.c.id == request_id)
    return db.execute(wanted).scalar_one_or_none()


def change_state(
    db: Connection,
    request_id: str,
    before: Sequence[str],
    after: RequestState,
    now: datetime,
    *,
    site: str | None = None,
) -> bool:
    """From one of `before` to `after`; False if it stood elsewhere, and then nothing changed."""
    values: dict[str, Any] = {"state": after, "changed_at": now}
    if site is not None:
        values["site"] = site
    return bool(
        db.execute(
            update(requests)
            .where(requests.c.id == request_id, requests.c.state.in_(list(before)))
            .values(**values)
        ).rowcount
    )


def ids_from_address(db: Connection, keys: Keys, email: str) -> list[str]:
    wanted = select(requests.c.id).where(
        requests.c.email_fingerprint.in_(email_fingerprints(keys, email))
    )
    return list(db.execute(wanted).scalars())


def erase(db: Connection, request_id: str, now: datetime) -> None:
    """Take every personal field and every waiting mail away; the bare row stays to answer 410."""
    empty = dict.fromkeys((*ENCRYPTED, "email_fingerprint"), None)
    db.execute(
        update(requests)
        .where(requests.c.id == request_id)
        .values(state="erased", changed_at=now, **empty)
    )
    for table in (deliveries, follow_ups, events):
        db.execute(delete(table).where(table.c.request_id == request_id))


def past_retention(
    db: Connection, *, last_step_before: datetime, written_before: datetime
) -> list[str]:
    """Ids of requests whose content is due to go, and for which no mail is still on its way.

    What never reached the hospital stays until the last day, so that a person can still act.
    """
    of_request = deliveries.c.request_id == requests.c.id
    on_its_way = exists().where(of_request, deliveries.c.state.not_in(ENDED))
    handed_over_later = exists().where(of_request, deliveries.c.handed_over_at >= last_step_before)
    delivered = exists().where(
        of_request, deliveries.c.recipient == "site", deliveries.c.state == "handed_over"
    )
    quiet = and_(requests.c.changed_at < last_step_before, delivered, ~handed_over_later)
    wanted = (
        select(requests.c.id)
        .where(requests.c.email.is_not(None), ~on_its_way)
        .where(or_(quiet, requests.c.created_at < written_before))
    )
    return list(db.execute(wanted).scalars())


def email_fingerprint(keys: Keys, email: str) -> bytes:
    return keys.fingerprint(comparable(email), _EMAIL)


def email_fingerprints(keys: Keys, email: str) -> list[bytes]:
    return keys.fingerprints(comparable(email), _EMAIL)


def comparable(email: str) -> str:
    """Capitals and ‘+tag’ do not make another mailbox."""
    local, _, domain = email.casefold().rpartition("@")
    return f"{local.split('+')[0]}@{domain}"


def _where(name: str, request_id: str) -> str:
    return f"requests/{name}/{request_id}"


def _from_row(row: Row[Any], keys: Keys) -> StoredRequest:
    return StoredRequest(
        id=row.id,
        reference=row.reference,
        study=row.study,
        site=row.site,
        state=row.state,
        language=row.language,
        created_at=row.created_at,
        message=None if row.email is None else _message(row, keys),
        answers="" if row.answers is None else keys.decrypt(row.answers, _where("answers", row.id)),
    )


def _message(row: Row[Any], keys: Keys) -> ContactMessage:
    values: dict[str, Any] = {
        name: keys.decrypt(getattr(row, name), _where(name, row.id)) for name in PERSONAL
    }
    return ContactMessage(**values)
