"""Take a family’s message: one request and its mails, in one transaction, on disk."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from portal.content.model import Study
from portal.security.links import new_id
from portal.services.mails import may_write_unasked, new_mail
from portal.services.parts import Parts
from portal.services.schedule import schedule
from portal.store import deliveries, requests
from portal.store.database import AlreadyThereError
from portal.store.records import About, ContactMessage, Delivery, StoredRequest

# Read aloud on the phone: no 0/O, 1/I/L.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_KEY_PURPOSE = "form-key"


class TooManyFromAddressError(Exception):
    """This e-mail address has sent as many messages today as `[limits]` allows."""


def submit_request(
    parts: Parts,
    message: ContactMessage,
    *,
    study: Study,
    site_id: str,
    form_key: str,
    language: str,
    now: datetime,
    answers: str = "",
) -> str:
    """The id of the request; the same `form_key` always gives the same one.

    Returns only after the transaction is on disk, so the page may say “We have your message”
    (reliability brief, F1, F2, F25). A key counts even after its request was erased.
    Raises TooManyFromAddressError, and StoreError: nothing was kept.
    """
    fingerprint = parts.keys.fingerprint(form_key, _KEY_PURPOSE)
    request = replace(_new_request(message, study, site_id, language, now), answers=answers)
    try:
        with parts.store.write() as db:
            earlier = requests.request_id_of_key(db, fingerprint)
            if earlier is not None:
                return earlier
            _refuse_flood(db, parts, message.email, now)
            requests.keep_key(db, fingerprint, request.id, now)
            requests.add(db, parts.keys, request, consent_version=study.text_version)
            deliveries.add(db, *_mails(db, parts, request, now))
            schedule(db, parts, request, study, now)
    except AlreadyThereError:
        # PostgreSQL: another post of the same form committed between our look and our write.
        with parts.store.read() as db:
            earlier = requests.request_id_of_key(db, fingerprint)
        if earlier is None:
            raise
        return earlier
    return request.id


def _new_request(
    message: ContactMessage, study: Study, site_id: str, language: str, now: datetime
) -> StoredRequest:
    code = "".join(secrets.choice(_ALPHABET) for _ in range(8))
    return StoredRequest(
        id=new_id(),
        reference=f"{code[:4]}-{code[4:]}",
        study=study.slug,
        site=site_id,
        state="open",
        language=language,
        created_at=now,
        message=message,
    )


def _refuse_flood(db: Connection, parts: Parts, email: str, now: datetime) -> None:
    day_ago = now - timedelta(days=1)
    sent = requests.count_from_address(db, parts.keys, email, day_ago)
    if sent >= parts.config.portal.limits.messages_per_address_per_day:
        raise TooManyFromAddressError


def _mails(db: Connection, parts: Parts, request: StoredRequest, now: datetime) -> list[Delivery]:
    about = About("request", request.id)
    mails = [new_mail(parts, about, "site", "site-request", now)]
    assert request.message is not None
    if may_write_unasked(db, parts, request.message.email, now):
        mails.append(new_mail(parts, about, "family", "family-copy", now))
    return mails
