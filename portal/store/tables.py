"""The tables. Personal fields are ciphertext (`Encrypted…`), bound to table, column and row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
)

from portal.store.records import AboutKind

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

# What somebody who signs up for news wants to hear of; encrypted, for illness is health data.
WISHES = ("email", "country", "illness", "age_group")

# One row an address, once its owner has pressed the button in the mail.
signups = Table(
    "signups",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("email_fingerprint", LargeBinary, nullable=False, unique=True),
    *(Column(name, LargeBinary, nullable=False) for name in WISHES),
    Column("language", String(16), nullable=False),  # they read this
    Column("confirmed_at", Instant, nullable=False),
    Column("consent_version", String(32), nullable=False),
    Column("consent_language", String(16), nullable=False),
    Column("consent_at", Instant, nullable=False),
    Column("last_news_at", Instant, nullable=True),  # at most one mail a week
    Column("news_until", Integer, nullable=False, server_default="0"),  # told up to this news
)

# What was typed and waits for the press of the address’s owner; days later it is gone.
confirmations = Table(
    "confirmations",
    metadata,
    Column("id", String(32), primary_key=True),
    # The sign-up that a changed address belongs to; after the press, the one it made.
    Column("signup_id", String(32), ForeignKey("signups.id", ondelete="CASCADE"), nullable=True),
    Column("email_fingerprint", LargeBinary, nullable=False),
    *(Column(name, LargeBinary, nullable=True) for name in WISHES),  # None once pressed
    Column("language", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("consent_version", String(32), nullable=False),
    Column("consent_language", String(16), nullable=False),
    Column("used_at", Instant, nullable=True),
)
Index(None, confirmations.c.email_fingerprint)
Index(None, confirmations.c.created_at)
Index(None, confirmations.c.signup_id)

# When this portal wrote, unasked, to an address: a keyed hash of its own kind and times, nothing
# else. It outlives sign-ups and messages, so that erasing them cannot reset the limits.
mail_limits = Table(
    "mail_limits",
    metadata,
    Column("fingerprint", LargeBinary, primary_key=True),
    Column("times", Text, nullable=False),  # seconds since 1970, the newest last
    Column("last_at", Instant, nullable=False),
)

# The status of each study and hospital that was told last; `site` is empty for the study itself.
told_facts = Table(
    "told_facts",
    metadata,
    Column("study", String(64), primary_key=True),
    Column("site", String(64), primary_key=True),
    Column("status", String(16), nullable=False),
)

# Numbers grow, so ‘told up to’ is one number for each person.
news = Table(
    "news",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("study", String(64), nullable=False),
    Column("site", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("fact_on", Date, nullable=True),
)

# One announcement; `after` is how far its due mails are written.
announcements = Table(
    "announcements",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("study", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Column("news_from", Integer, nullable=False),
    Column("news_until", Integer, nullable=False),
    Column("after", String(32), nullable=False),
    Column("written", Integer, nullable=False),
    Column("finished_at", Instant, nullable=True),
)

# What a mail can be about. Exactly one is set; the mail goes with it.
ABOUT: dict[AboutKind, str] = {
    "request": "request_id",
    "confirmation": "confirmation_id",
    "signup": "signup_id",
    "hospital": "hospital",
}
_ONE_SET = " + ".join(f"(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)" for name in ABOUT.values())

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("request_id", String(32), ForeignKey("requests.id", ondelete="CASCADE"), nullable=True),
    Column(
        "confirmation_id",
        String(32),
        ForeignKey("confirmations.id", ondelete="CASCADE"),
        nullable=True,
    ),
    Column("signup_id", String(32), ForeignKey("signups.id", ondelete="CASCADE"), nullable=True),
    Column("hospital", String(128), nullable=True),  # study/site: a hospital is no row of ours
    # Who may wait for whom: 0 hospitals and families, 1 confirmations and the like, 2 bulk.
    Column("lane", SmallInteger, nullable=False, server_default="0"),
    Column("recipient", String(16), nullable=False),  # site | family | reader
    Column("mail", String(32), nullable=False),  # which template
    Column("state", String(16), nullable=False),
    # None once nothing is to be done; while a worker holds it, the end of its lease.
    Column("due_at", Instant, nullable=True),
    Column("attempts", Integer, nullable=False, default=0),
    Column("lease", String(32), nullable=True),
    Column("message_id", String(128), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("handed_over_at", Instant, nullable=True),
    Column("sent_to", String(64), nullable=True),  # site id, "central" or "family" at hand-over
    Column(
        "contact", String(16), nullable=False, server_default="first"
    ),  # first | second | central
    Column("last_outcome", String(32), nullable=True),
    Column("last_reply", Integer, nullable=True),
    CheckConstraint(f"{_ONE_SET} = 1", name="ck_deliveries_about_one"),
)
Index(None, deliveries.c.lane, deliveries.c.due_at)
for _about in ABOUT.values():
    Index(None, deliveries.c[_about])

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

# The monthly question to each hospital, and its last answer. Nothing about a family or a person:
# `confirmed_by` is a role.
site_checks = Table(
    "site_checks",
    metadata,
    Column("id", String(32), primary_key=True),  # new with each question, so that old links end
    Column("hospital", String(128), nullable=False, unique=True),  # study/site
    Column("due_at", Instant, nullable=True),
    Column("asked_at", Instant, nullable=True),
    Column("reminded_at", Instant, nullable=True),
    Column("answered_at", Instant, nullable=True),
    Column("answered_id", String(32), nullable=True),  # the link that was pressed
    Column("status", String(16), nullable=True),
    Column("languages", String(400), nullable=True),
    Column("mailbox", String(254), nullable=True),  # the address that the answer is about
    Column("mailbox_right", Boolean, nullable=True),
    Column("confirmed_by", String(32), nullable=True),
)

# Who is at work; also what trouble the operator has been told of.
signs = Table(
    "signs",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
)
