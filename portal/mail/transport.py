"""Hand one mail to the mail server, and say exactly how that ended.

Flask-Mail’s `Message` and `Connection`, with their gaps closed: a time-out per step, TLS unless
the server is on this machine, SMTPUTF8 addresses, one recipient with its own reply, and the
bytes that leave parsed again and compared with what was built (reliability brief, finding 1).
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.charset import BASE64, QP, Charset
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask
from flask_mail import Connection, Mail, Message

from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome, Step, Verdict, judge
from portal.settings import LOOPBACK, SettingsError

Reply = tuple[int, bytes]
# Silence before any recipient is named is about the server, so all mails are asked again soon;
# after the final dot nobody knows (RFC 1047).
_LOST: dict[Step, Verdict] = {
    "connect": "unreachable",
    "hello": "unreachable",
    "tls": "unreachable",
    "login": "unreachable",
    "sender": "unreachable",
    "end": "unknown",
}
_TOO_LONG = "Line too long."  # smtplib’s own words, with a 500 that no server said
CONNECT_SECONDS = 10
COMMAND_SECONDS = 30
END_SECONDS = 120
# Python folds a long header in UTF-8 right after its name, and then reads it with a space.
UNFOLDED = policy.SMTPUTF8.clone(max_line_length=998)
HEADERS = (
    "Subject",
    "From",
    "To",
    "Date",
    "Message-ID",
    "Reply-To",
    "Content-Language",
    "Auto-Submitted",
    "Content-Type",
    "MIME-Version",
)


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed over (`PORTAL_MAIL_URL`)."""

    host: str
    port: int
    user: str
    password: str
    tls: bool

    @classmethod
    def from_url(cls, url: str) -> MailServer:
        """`smtp://user:pass@host:port?tls=required|none`.

        Raises SettingsError: not of that form, or TLS switched off for another machine.
        """
        parts = urlsplit(url)
        if parts.scheme != "smtp" or not parts.hostname:
            raise SettingsError("PORTAL_MAIL_URL must look like smtp://user:password@host:587.")
        wanted = parse_qs(parts.query).get(
            "tls", ["none" if parts.hostname in LOOPBACK else "required"]
        )[0]
        if wanted not in {"required", "none"}:
            raise SettingsError("PORTAL_MAIL_URL: tls is “required” or “none”.")
        if wanted == "none" and parts.hostname not in LOOPBACK:
            raise SettingsError("PORTAL_MAIL_URL: mail leaves this machine only over TLS.")
        return cls(
            parts.hostname,
            parts.port or 587,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            wanted == "required",
        )


class MailFailureError(Exception):
    """The mail was not handed over; `outcome` says at which step and of what class."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(f"{outcome.step}: {outcome.verdict} {outcome.code or ''}".strip())
        self.outcome = outcome


class PortalMessage(Message):
    """Flask-Mail’s message with our fixed headers and encoded bodies."""

    def __init__(self, mail: OutgoingMail, sender: str, now: datetime) -> None:
        super().__init__(
            subject=mail.content.subject,
            recipients=[mail.recipient],
            body=mail.content.text,
            html=mail.content.html,
            sender=sender,
            reply_to=mail.reply_to,
        )
        self.envelope_sender = mail.return_path or parseaddr(sender)[1]
        self.recipient = mail.recipient
        self.msgId = mail.message_id
        self.language = mail.content.language
        self.now = now
        self.extra = _list_headers(mail.stop_link)

    def _message(self) -> MIMEBase:
        message = MIMEMultipart("alternative", policy=policy.SMTPUTF8)
        message.attach(_encoded(self.body or "", "plain"))
        message.attach(_encoded(self.html or "", "html"))
        fields = {
            "Subject": self.subject,
            "From": str(self.sender),
            "To": self.recipient,
            "Date": format_datetime(self.now),
            "Message-ID": self.msgId,
            "Reply-To": str(self.reply_to),
            "Content-Language": self.language,
            "Auto-Submitted": "auto-generated",
            **self.extra,
        }
        for name, value in fields.items():
            message[name] = value
        return message

    def as_bytes(self) -> bytes:
        message = self._message()
        if not self.recipient.isascii() or not str(self.reply_to).isascii():
            return message.as_bytes(policy=UNFOLDED)
        del message["Subject"]
        # A link longer than a line would be wrapped into an encoded word, which no program presses.
        length = 998 if self.extra else 78
        return _subject_line(self.subject) + message.as_bytes(
            policy=policy.SMTP.clone(max_line_length=length)
        )


class PortalConnection(Connection):
    """One conversation with the mail server; every step has its own time-out and failure."""

    def __init__(self, mail: Mail, server: MailServer) -> None:
        super().__init__(mail)
        self.server = server

    def configure_host(self) -> smtplib.SMTP:
        with _failing_as("connect"):
            host = smtplib.SMTP(self.server.host, self.server.port, timeout=CONNECT_SECONDS)
            # Else the final dot waits 40 ms for the other side’s delayed acknowledgement.
            _socket(host).setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._introduce(host)
        except MailFailureError:
            host.close()
            raise
        return host

    def _introduce(self, host: smtplib.SMTP) -> None:
        # Never the old HELO: behind it STARTTLS and SMTPUTF8 would seem to be missing.
        _expect("hello", host.ehlo)
        _socket(host).settimeout(COMMAND_SECONDS)
        if self.server.tls:
            self._start_tls(host)
        if self.server.user:
            with _failing_as("login"):
                host.login(self.server.user, self.server.password)

    def _start_tls(self, host: smtplib.SMTP) -> None:
        """Never on in clear: no STARTTLS or a wrong certificate ends the attempt."""
        with _failing_as("tls"):
            if not host.has_extn("starttls"):
                raise MailFailureError(Outcome("tls", "ours"))
            host.starttls(context=ssl.create_default_context())
            host.ehlo()

    def __exit__(self, *_: object) -> None:
        if self.host is not None:
            self.host.close()

    def say_goodbye(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._open_host.quit()  # the mail is theirs already

    @property
    def _open_host(self) -> smtplib.SMTP:
        assert self.host is not None
        return self.host

    def hand_over(self, message: PortalMessage) -> None:
        """Raises MailFailureError; returns only after the server’s 250 for the whole mail."""
        host, data = self._open_host, _checked_bytes(message)
        options = ["BODY=8BITMIME"] if host.has_extn("8bitmime") else []
        if not data.isascii():
            if not host.has_extn("smtputf8"):
                raise MailFailureError(Outcome("build", "ours"))
            options.append("SMTPUTF8")
        _expect("sender", lambda: host.mail(message.envelope_sender, options))
        _expect("recipient", lambda: host.rcpt(message.recipient))
        _expect("data", lambda: host.docmd("DATA"), wanted=3)
        with _failing_as("data"):
            host.send(_stuffed(data))
        _socket(host).settimeout(END_SECONDS)
        with _failing_as("end"):
            host.send(b".\r\n")
        _expect("end", host.getreply)


class Post:
    """The way out for mail. Flask-Mail wants an application; this small one is its own."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self.server, self.sender = server, sender
        self._app = Flask("portal.mail")
        self._app.config["MAIL_DEFAULT_SENDER"] = sender
        self._mail = Mail(self._app)

    def hand_over(self, mail: OutgoingMail, now: datetime) -> Outcome:
        """Send one mail to its one recipient; never raises for what a mail server can do."""
        with self._app.app_context():
            try:
                message = PortalMessage(mail, self.sender, now)
                with PortalConnection(self._mail, self.server) as connection:
                    connection.hand_over(message)
                    connection.say_goodbye()
            except MailFailureError as failure:
                return failure.outcome
        return Outcome("end", "handed_over", 250)


def _list_headers(stop_link: str) -> dict[str, str]:
    """One press in the mail program ends the mails (RFC 8058, 3.1)."""
    if not stop_link:
        return {}
    return {
        "List-Unsubscribe": f"<{stop_link}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _subject_line(subject: str) -> bytes:
    """Folded by the older class: the policy’s own folding can lose a space between two parts of a
    subject that is not ASCII (Python 3.11), and such a mail must not leave.
    """
    value = Header(subject, None if subject.isascii() else "utf-8", header_name="Subject")
    return b"Subject: " + value.encode(linesep="\r\n").encode("ascii") + b"\r\n"


def _encoded(text: str, kind: str) -> MIMEText:
    """7-bit on the wire: no dot, bare line end or long line of a family’s text leaves raw."""
    charset = Charset("utf-8")
    mostly_latin = sum(letter.isascii() for letter in text) > 0.8 * len(text)
    charset.body_encoding = QP if mostly_latin else BASE64
    return MIMEText(text, kind, _charset=charset)  # type: ignore[arg-type]


def _checked_bytes(message: PortalMessage) -> bytes:
    """The bytes to send. Raises MailFailureError: they would not say what was built."""
    try:
        data = message.as_bytes()
        intact = _as_built(data, message)
    except ValueError:
        intact = False
    if not intact:
        raise MailFailureError(Outcome("build", "ours"))
    return data


def _as_built(data: bytes, message: PortalMessage) -> bool:
    """Parse what would leave: the headers, the recipient and both parts must be ours alone."""
    seen = message_from_bytes(data, policy=policy.SMTPUTF8)
    parts = [part for part in seen.walk() if not part.is_multipart()]
    bodies = [part.get_content().replace("\r\n", "\n") for part in parts]
    return (
        sorted(seen.keys()) == sorted((*HEADERS, *message.extra))
        and all(str(seen[name]) == value for name, value in message.extra.items())
        and str(seen["To"]) == message.recipient
        and str(seen["Reply-To"]) == message.reply_to
        and str(seen["Subject"]) == message.subject
        and [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
        and bodies == [message.body, message.html]
    )


def _stuffed(data: bytes) -> bytes:
    """Dots doubled at line starts (RFC 5321, 4.5.2), every line ending in CRLF."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _expect(step: Step, say: Callable[[], Reply], wanted: int = 2) -> None:
    """`wanted`: the first digit, which alone decides (RFC 5321, 4.3.2)."""
    with _failing_as(step):
        code, text = say()
    if code // 100 != wanted:
        raise MailFailureError(judge(step, code, text.decode("utf-8", "replace")))


@contextlib.contextmanager
def _failing_as(step: Step) -> Iterator[None]:
    """Turn every way a step can go wrong into one MailFailureError that names the step."""
    try:
        yield
    except smtplib.SMTPResponseException as reply:
        error = reply.smtp_error
        if error == _TOO_LONG:
            raise MailFailureError(Outcome(step, _LOST.get(step, "retry"))) from None
        text = error.decode("utf-8", "replace") if isinstance(error, bytes) else error
        raise MailFailureError(judge(step, reply.smtp_code, text)) from None
    except ssl.SSLError:
        # A certificate that is wrong for an hour must not need a person for every mail (F8).
        raise MailFailureError(Outcome("tls", "unreachable")) from None
    except (OSError, smtplib.SMTPException, ValueError):
        # Silence, a dropped line, or a reply that is none.
        raise MailFailureError(Outcome(step, _LOST.get(step, "retry"))) from None


def _socket(host: smtplib.SMTP) -> Any:
    return host.sock
