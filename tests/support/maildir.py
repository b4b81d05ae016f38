"""Mails in a Maildir, as their reader would see them."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import cast

from tests.support.waiting import wait_until


@dataclass(frozen=True)
class Mail:
    """One file of the Maildir."""

    file: Path
    message: EmailMessage

    @property
    def to(self) -> str:
        return str(self.message["To"])

    @property
    def address(self) -> str:
        return parseaddr(self.to)[1]

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def language(self) -> str:
        return str(self.message["Content-Language"])

    def body(self, kind: str = "plain") -> str:
        part = self.message.get_body((kind,))
        assert part is not None, f"{self.subject} has no {kind} part"
        return str(cast(EmailMessage, part).get_content())


class Maildir:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mails(self) -> list[Mail]:
        """All mails, oldest first."""
        files = [file for part in ("new", "cur") for file in (self.folder / part).glob("*")]
        return [_read(file) for file in sorted(files, key=lambda file: file.stat().st_mtime_ns)]

    def to(self, address: str) -> list[Mail]:
        return [mail for mail in self.mails() if address.lower() in mail.to.lower()]

    def wait_for(self, address: str, count: int = 1, seconds: float = 20) -> list[Mail]:
        """At least `count` mails to an address."""
        wait_until(
            lambda: len(self.to(address)) >= count, seconds, why=f"{count} mails to {address}"
        )
        return self.to(address)


def _read(file: Path) -> Mail:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    return Mail(file, cast(EmailMessage, message))
