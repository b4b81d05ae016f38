"""One run against a real Postfix: what arrives, what it refuses, and what it sends back."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.services.bounce import read_bounce
from portal.services.look_up import load
from portal.services.parts import Parts
from portal.worker import Worker
from tests.support.figures import Figure
from tests.support.postfix import BOUNCES, DEAD, Postfix
from tests.support.samples import SetClock, deliveries_of, make_parts, write_request
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(os.geteuid() != 0, reason="Postfix starts as root only"),
    pytest.mark.skipif(
        not (shutil.which("postfix") or Path("/usr/sbin/postfix").exists()),
        reason="Postfix is missing: tools/install_test_needs.sh full",
    ),
]
MESSAGES = 100


@pytest.fixture(scope="module")
def postfix() -> Iterator[Postfix]:
    with Postfix() as running:
        yield running


@pytest.fixture
def opened(tmp_path: Path, postfix: Postfix) -> Iterator[tuple[Parts, SetClock]]:
    parts, clock = make_parts(tmp_path / "data", mail_url=postfix.url)
    yield parts, clock
    parts.store.engine.dispose()


def deliver(parts: Parts) -> None:
    worker = Worker(parts)
    while worker.step() == 0.0:
        pass


def test_every_mail_arrives_once_and_whole(
    opened: tuple[Parts, SetClock], postfix: Postfix, figure: Figure
) -> None:
    parts, _ = opened
    for number in range(MESSAGES):
        write_request(
            parts,
            key=f"k{number}",
            email=f"family{number}@family.example",
            language=("en", "nl", "ar")[number % 3],
            message=f".\nابنتي مريضة {number}\n.\nFrom here on?",
        )
    deliver(parts)
    wait_until(lambda: len(postfix.arrived.mails()) >= 2 * MESSAGES, 60, why="all mails")
    mails = postfix.arrived.mails()
    ids = Counter(str(mail.message["Message-ID"]) for mail in mails)
    assert len(ids) == len(mails) == 2 * MESSAGES
    assert postfix.returned.mails() == []
    copies = [mail for mail in mails if "family" in mail.to]
    assert all("ابنتي مريضة" in mail.body() for mail in copies)
    assert all("\n> .\n" in mail.body().replace("\r\n", "\n") for mail in copies)
    assert "relay=" not in "".join(line for line in postfix.log.splitlines() if "smtp[" in line)
    figure("real Postfix: mails handed over, arrived, twice", f"{2 * MESSAGES}, {len(mails)}, 0")


def test_a_mailbox_that_it_refuses(opened: tuple[Parts, SetClock], postfix: Postfix) -> None:
    parts, _ = opened
    request_id = write_request(parts, email=DEAD)
    deliver(parts)
    family = next(m for m in load(parts, request_id).deliveries if m.mail == "family-copy")
    assert (family.state, family.last_reply) == ("failed", 550)
    assert "site-note" in {mail.mail for mail in load(parts, request_id).deliveries}


def test_a_mail_that_comes_back_later(
    opened: tuple[Parts, SetClock], postfix: Postfix, figure: Figure
) -> None:
    """Its own report, byte for byte, finds the delivery by its return path."""
    parts, _ = opened
    request_id = write_request(parts, email=BOUNCES)
    deliver(parts)
    assert deliveries_of(parts, request_id)["family"].state == "handed_over"
    wait_until(lambda: postfix.returned.mails(), 30, why="the report of Postfix")
    (returned,) = postfix.returned.mails()
    assert read_bounce(parts, returned.message, now=parts.now()).counted
    states = {mail.mail: mail.state for mail in load(parts, request_id).deliveries}
    assert states["family-copy"] == "failed"
    assert "site-note" in states
    figure("real Postfix: its bounce was matched to the mail", "yes")


def test_an_address_in_any_script(opened: tuple[Parts, SetClock], postfix: Postfix) -> None:
    parts, _ = opened
    before = len(postfix.arrived.mails())
    request_id = write_request(parts, email="jörg@family.example")
    deliver(parts)
    assert {one.state for one in deliveries_of(parts, request_id).values()} == {"handed_over"}
    wait_until(lambda: len(postfix.arrived.mails()) == before + 2, 30, why="both mails")


def test_nothing_can_leave(opened: tuple[Parts, SetClock], postfix: Postfix) -> None:
    """The net under this test: an address elsewhere is not sent on."""
    parts, _ = opened
    request_id = write_request(parts, email="someone@elsewhere.example")
    deliver(parts)
    wait_until(
        lambda: (
            "nothing leaves this machine" in postfix.log
            or deliveries_of(parts, request_id)["family"].state != "handed_over"
        ),
        30,
        why="Postfix’s refusal",
    )
