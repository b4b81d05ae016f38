"""One mail, as values: what is in it, and what the bytes that leave must still say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class MailContent:
    """Words of one mail in one language. The subject holds fixed wording and a reference only."""

    language: str
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class OutgoingMail:
    """A mail to exactly one address."""

    content: MailContent
    recipient: str
    message_id: str
    reply_to: str
    return_path: str = ""  # envelope sender; empty = the usual sender
    stop_link: str = ""  # on mails that somebody signed up for (RFC 8058)
