"""Named reads and writes of sign-ups, and of what waits for its press.

Address, country, illness and age group are ciphertext, bound to their row: illness is health
data, and the four together can point at a person. The language is not: mails are sorted by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from portal.security.keys import Keys
from portal.store.records import Confirmation, Consent, SignUp, Wishes
from portal.store.requests import email_fingerprint, email_fingerprints
from portal.store.tables import WISHES, confirmations, signups


def add_confirmation(db: Connection, keys: Keys, asked: Confirmation) -> None:
    assert asked.wishes is not None
    db.execute(
        insert(confirmations).values(
            id=asked.id,
            signup_id=asked.signup_id,
            email_fingerprint=email_fingerprint(keys, asked.wishes.email),
            language=asked.language,
            created_at=asked.consent.at,
            consent_version=asked.consent.version,
            consent_language=asked.consent.language,
            **_encrypted(keys, "confirmations", asked.id, asked.wishes),
        )
    )


def find_confirmation(
    db: Connection, keys: Keys, row_id: str, *, hold: bool = False
) -> Confirmation | None:
    """`hold`: nobody else can press it until this transaction ends."""
    wanted = select(confirmations).where(confirmations.c.id == row_id)
    row = db.execute(wanted.with_for_update() if hold else wanted).one_or_none()
    if row is None:
        return None
    wishes = None if row.email is None else _wishes(keys, "confirmations", row)
    consent = Consent(row.consent_version, row.consent_language, row.created_at)
    return Confirmation(row.id, row.signup_id, wishes, row.language, consent, row.used_at)


def use_confirmation(db: Connection, row_id: str, signup_id: str, now: datetime) -> None:
    """It keeps nothing of what was typed; the link goes on to say that it is done."""
    empty = dict.fromkeys(WISHES)
    used = update(confirmations).where(confirmations.c.id == row_id)
    db.execute(used.values(used_at=now, signup_id=signup_id, **empty))


def confirmations_since(db: Connection, since: datetime) -> int:
    counted = select(func.count()).where(confirmations.c.created_at > since)
    return db.execute(counted).scalar_one()


def drop_confirmation(db: Connection, row_id: str) -> None:
    db.execute(delete(confirmations).where(confirmations.c.id == row_id))


def drop_confirmations(db: Connection, *, written_before: datetime, used_before: datetime) -> int:
    old = or_(
        confirmations.c.created_at < written_before,
        confirmations.c.used_at.is_not(None) & (confirmations.c.created_at < used_before),
    )
    return db.execute(delete(confirmations).where(old)).rowcount


def add(db: Connection, keys: Keys, made: SignUp, consent: Consent, now: datetime) -> None:
    """Raises IntegrityError: another press has made a sign-up of this address meanwhile."""
    db.execute(
        insert(signups).values(
            id=made.id,
            confirmed_at=now,
            news_until=made.news_until,
            **_changeable(keys, made.id, made.wishes, consent),
        )
    )


def change(db: Connection, keys: Keys, row_id: str, wishes: Wishes, consent: Consent) -> None:
    changed = update(signups).where(signups.c.id == row_id)
    db.execute(changed.values(**_changeable(keys, row_id, wishes, consent)))


def find(db: Connection, keys: Keys, row_id: str) -> SignUp | None:
    row = db.execute(select(signups).where(signups.c.id == row_id)).one_or_none()
    return None if row is None else _signup(keys, row)


def ids_of_address(db: Connection, keys: Keys, email: str) -> list[str]:
    same = signups.c.email_fingerprint.in_(email_fingerprints(keys, email))
    return list(db.execute(select(signups.c.id).where(same)).scalars())


def erase(db: Connection, row_id: str) -> bool:
    """With it go its mails and what waited for its press; False if there was none."""
    return bool(db.execute(delete(signups).where(signups.c.id == row_id)).rowcount)


def erase_address(db: Connection, keys: Keys, email: str) -> int:
    """Everything of this address, pressed or not; how many sign-ups."""
    prints = email_fingerprints(keys, email)
    db.execute(delete(confirmations).where(confirmations.c.email_fingerprint.in_(prints)))
    return db.execute(delete(signups).where(signups.c.email_fingerprint.in_(prints))).rowcount


def counts(db: Connection) -> list[tuple[str, int]]:
    """(language, how many), for the operator."""
    counted = select(signups.c.language, func.count()).group_by(signups.c.language)
    return [(row[0], row[1]) for row in db.execute(counted.order_by(signups.c.language))]


def waiting(db: Connection) -> int:
    counted = select(func.count()).where(confirmations.c.used_at.is_(None))
    return db.execute(counted).scalar_one()


def after(db: Connection, row_id: str, most: int) -> Sequence[Row[Any]]:
    """The next rows by id, held against erasure until the transaction ends."""
    wanted = select(signups).where(signups.c.id > row_id).order_by(signups.c.id).limit(most)
    return db.execute(wanted.with_for_update(read=True, key_share=True)).all()


def in_chunks(db: Connection, size: int) -> Iterator[Sequence[Row[Any]]]:
    """All rows by id, a few at a time, so that memory stays flat; read only."""
    last = ""
    while rows := db.execute(
        select(signups).where(signups.c.id > last).order_by(signups.c.id).limit(size)
    ).all():
        yield rows
        last = rows[-1].id


def open_wishes(keys: Keys, row: Row[Any]) -> tuple[str, str, str]:
    """(country, illness, age group) of a row; the address stays closed."""
    country, illness, age_group = (
        keys.decrypt(getattr(row, name), _where("signups", name, row.id)) for name in WISHES[1:]
    )
    return country, illness, age_group


def told(db: Connection, row_id: str, until: int, now: datetime) -> None:
    mail_went = update(signups).where(signups.c.id == row_id)
    db.execute(mail_went.values(news_until=until, last_news_at=now))


def _changeable(keys: Keys, row_id: str, wishes: Wishes, consent: Consent) -> dict[str, Any]:
    return {
        "email_fingerprint": email_fingerprint(keys, wishes.email),
        "language": wishes.language,
        "consent_version": consent.version,
        "consent_language": consent.language,
        "consent_at": consent.at,
        **_encrypted(keys, "signups", row_id, wishes),
    }


def _encrypted(keys: Keys, table: str, row_id: str, wishes: Wishes) -> dict[str, bytes]:
    return {
        name: keys.encrypt(getattr(wishes, name), _where(table, name, row_id)) for name in WISHES
    }


def _wishes(keys: Keys, table: str, row: Row[Any]) -> Wishes:
    opened: dict[str, Any] = {
        name: keys.decrypt(getattr(row, name), _where(table, name, row.id)) for name in WISHES
    }
    return Wishes(language=row.language, **opened)


def _signup(keys: Keys, row: Row[Any]) -> SignUp:
    return SignUp(row.id, _wishes(keys, "signups", row), row.last_news_at, row.news_until)


def _where(table: str, name: str, row_id: str) -> str:
    return f"{table}/{name}/{row_id}"
