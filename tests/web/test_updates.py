"""News by e-mail from the form to the last mail: confirm, change, stop; known or not, the same."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest
from sqlalchemy import text

from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.mail.transport import PortalMessage, _checked_bytes
from portal.services.deliver import deliver_next
from portal.services.parts import Parts
from portal.services.purge import purge
from portal.store import signups
from tests.support.canaries import search
from tests.support.client import AuditedResponse, AuditingClient
from tests.support.figures import Figure
from tests.support.in_process import PortalApp
from tests.support.samples import SetClock

ADDRESS = "fatima.yildiz@family.example"
WISH = {"email": ADDRESS, "country": "NL", "illness": "all", "age_group": "0_5", "language": "en"}
LINK = re.compile(r"http://127\.0\.0\.1:8000(/\w\w/updates/(?:confirm|manage|stop)/[\w-]+)")


@pytest.fixture
def portal(timed_app: PortalApp) -> PortalApp:
    return timed_app


@pytest.fixture
def parts(portal: PortalApp) -> Parts:
    found: Parts = portal.app.extensions["portal"]
    return found


@pytest.fixture
def clock(portal: PortalApp) -> SetClock:
    found = portal.settings.clock
    assert isinstance(found, SetClock)
    return found


@pytest.fixture
def client(portal: PortalApp) -> AuditingClient:
    return portal.client


def mails(parts: Parts) -> list[EmailMessage]:
    """All that is due goes out; the bytes of each, parsed."""
    sent: list[EmailMessage] = []

    def hand_over(mail: OutgoingMail, now: object) -> Outcome:
        data = _checked_bytes(PortalMessage(mail, parts.settings.mail_from, parts.now()))
        sent.append(BytesParser(policy=policy.default).parsebytes(data))
        return Outcome("end", "handed_over", 250)

    while deliver_next(parts, hand_over) is not None:
        pass
    return sent


def words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link(mail: EmailMessage, kind: str) -> str:
    return next(found for found in LINK.findall(words(mail)) if f"/{kind}/" in found)


def sign_up(client: AuditingClient, **changes: str) -> AuditedResponse:
    return client.post("/en/updates", data=WISH | changes)


def confirmed(client: AuditingClient, parts: Parts, **changes: str) -> str:
    """A confirmed sign-up; the path of its manage link."""
    sign_up(client, **changes)
    (mail,) = mails(parts)
    page = client.follow(client.post(link(mail, "confirm"))).page
    (found,) = [a["href"] for a in page.main.all("a") if "/manage/" in a["href"]]
    return str(found).removeprefix("http://127.0.0.1:8000")


def how_many(parts: Parts) -> int:
    with parts.store.read() as db:
        return sum(count for _, count in signups.counts(db))


def test_sign_up_confirm_and_press_again(client: AuditingClient, parts: Parts) -> None:
    answer = sign_up(client)
    assert (answer.status_code, answer.data) == (303, b"")
    page = client.follow(answer).page
    assert page.name == "updates-sent"
    assert "f***@family.example" in page.text
    assert ADDRESS not in answer.location + page.text
    (mail,) = mails(parts)
    assert mail["To"] == ADDRESS
    assert mail["Subject"] == "Please confirm your e-mail address"
    assert mail["Content-Language"] == "en"
    assert mail["List-Unsubscribe"] is None
    path = link(mail, "confirm")
    for _ in range(2):
        assert client.get(path).page.name == "updates-confirm"
        assert client.head(path).status_code == 200
    assert how_many(parts) == 0, "a GET acts not"
    assert client.follow(client.post(path)).page.name == "updates-confirmed"
    assert client.follow(client.post(path)).page.name == "updates-confirmed"
    assert how_many(parts) == 1
    assert mails(parts) == []
