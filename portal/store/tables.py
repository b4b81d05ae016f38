"""The tables. Personal fields are ciphertext (`Encrypted…`), bound to table, column and row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A point in time: UTC in, UTC out, on databases with and without zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


# The family’s own fields, all encrypted; None once erased or past their time.
PERSONAL = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "reach_by",
    "country",
    "place",
    "speak_language",
    "other_language",
    "message",
    "sender_role",
)

# All that goes when a request is erased.
ENCRYPTED = (*PERSONAL, "answers")

requests = Table(
    "requests",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("study", String(64), nullable=False),
    Column("site", String(64), nullable=False),  # where it is now; central desk = ""
    Column("state", String(16), nullable=False),
    Column("language", String(16), nullable=False),  # the family reads this
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("consent_version", String(32), nullable=False),
    Column("consent_language", String(16), nullable=False),
    Column("email_fingerprint", LargeBinary, nullable=True),
    *(Column(name, LargeBinary, nullable=True) for name in PERSONAL),
    Column("answers", LargeBinary, nullable=True),  # encrypted; only what was ticked to be sent
)
Index(None, requests.c.email_fingerprint, requests.c.created_at)

form_keys = Table(
    "form_keys",
    metadata,
    Column("fingerprint", LargeBinary, primary_key=True),
    # No foreign key: it outlives an erased request, so that re-posting cannot bring it back.
    Column("request_id", String(32), nullable=False),
    Column("created_at", Instant, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("request_id", String(32), ForeignKey("requests.id", ondelete="CASCADE"), nullable=False),
    Column("recipient", String(16), nullable=False),  # site | family
    Column("mail", String(32), nullable=False),  # which template
    Column("state", String(16), nullable=False),
    Column("due_at", Instant, nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease", String(32), nullable=True),
    Column("lease_until", Instant, nullable=True),
    Column("message_id", String(128), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("handed_over_at", Instant, nullable=True),
    Column("sent_to", String(64), nullable=True),  # site id, "central" or "family" at hand-over
    Column(
        "contact", String(16), nullable=False, server_default="first"
    ),  # first | second | central
    Column("last_outcome", String(32), nullable=True),
    Column("last_reply", Integer, nullable=True),
)
Index(None, deliveries.c.state, deliveries.c.due_at)
Index(None, deliveries.c.request_id)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "delivery_id", String(32), ForeignKey("deliveries.id", ondelete="CASCADE"), nullable=False
    ),
    Column("at", Instant, nullable=False),
    Column("step", String(16), nullable=False),
    Column("reply", Integer, nullable=True),
    Column("outcome", String(32), nullable=False),
)
Index(None, attempts.c.delivery_id)

# What falls due about a request unless it ends before: written with it, ended with it.
follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(32), ForeignKey("requests.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(32), nullable=False),  # remind | second_contact | central_desk | late
    Column("due_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=True),
)
Index(None, follow_ups.c.ended_at, follow_ups.c.due_at)
Index(None, follow_ups.c.request_id)

# Facts for the family’s timeline: a press, or what a mail server said. Never a guess.
events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(32), ForeignKey("requests.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("site", String(64), nullable=True),
)
Index(None, events.c.request_id)

# Who is at work; also what trouble the operator has been told of.
signs = Table(
    "signs",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)

# Notes that a family shares. Encrypted in its browser: nothing here opens them.
shared_notes = Table(
    "shared_notes",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    # The next four are None once the link has ended; the bare row stays to answer 410.
    Column("ciphertext", LargeBinary, nullable=True),
    Column("salt", LargeBinary, nullable=True),
    Column("proof_hash", LargeBinary, nullable=True),  # SHA-256 of what a reader must prove
    Column("end_hash", LargeBinary, nullable=True),  # SHA-256 of the owner’s token to end it
    Column("tries", Integer, nullable=False, default=0),  # wrong ones, over its whole life
    Column("locked_until", Instant, nullable=True),
)
Index(None, shared_notes.c.ends_at)
