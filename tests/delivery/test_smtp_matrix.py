"""Every step of the conversation × every way it can go wrong × both recipients (R12, F8 to F19).

A fault meets one mail once. The table says in which state it leaves that mail; then time passes,
the server is well again, and every mail must end where it should, exactly once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from portal.mail import transport
from portal.mail.content import OutgoingMail
from portal.mail.replies import Outcome
from portal.mail.transport import MailServer, Post
from portal.services.deliver import deliver_next
from portal.services.parts import Parts
from portal.store import deliveries, follow_ups
from tests.support.driven import drive
from tests.support.figures import Figure
from tests.support.samples import SetClock, make_parts, write_request
from tests.support.smtp_server import DROP, GARBAGE, SILENCE, Fault, ScriptedServer

SITE, SECOND = "nl-utrecht-maxima@sites.example", "nl-utrecht-maxima.second@sites.example"
TIMEOUT = 0.25  # seconds of silence that count as silence here
FAULTS = {
    "4xx": ("451 4.3.0 later", 0.0),
    "5xx": ("550 5.1.1 no such thing", 0.0),
    "silence": (SILENCE, 0.0),
    "drop": (DROP, 0.0),
    "garbage": (GARBAGE, 0.0),
    "slow": ("", 0.1),
}
# The state right after the fault. retry: a later try. unknown: it may be there, so the next try
# waits ten minutes. parked: our own fault, a person looks. failed: this address is dead.
TABLE = """
           4xx          5xx          silence      drop         garbage      slow
connect    retry        retry        retry        retry        retry        handed_over
ehlo       retry        retry        retry        retry        retry        handed_over
mail       retry        parked       retry        retry        retry        handed_over
rcpt       retry        failed       retry        retry        retry        handed_over
data       retry        parked       retry        retry        retry        handed_over
dot        retry        parked       unknown      unknown      unknown      handed_over
quit       handed_over  handed_over  handed_over  handed_over  handed_over  handed_over
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (step, fault, state)
    for step, *states in ROWS[1:]
    for fault, state in zip(ROWS[0], states, strict=True)
]


@pytest.fixture(scope="module")
def one_server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def server(one_server: ScriptedServer) -> ScriptedServer:
    one_server.clear()
    one_server.received.clear()
    return one_server


@pytest.fixture(scope="module")
def opened(
    tmp_path_factory: pytest.TempPathFactory, one_server: ScriptedServer
) -> Iterator[tuple[Parts, SetClock]]:
    """One database for all cells; each cell has a request of its own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CONNECT_SECONDS", "COMMAND_SECONDS", "END_SECONDS"):
            patch.setattr(transport, name, TIMEOUT)
        parts, clock = make_parts(tmp_path_factory.mktemp("matrix"), mail_url=one_server.url)
        yield parts, clock
        parts.store.engine.dispose()


class Faulty:
    """Hands over; the fault strikes only the first try of the mail for one address."""

    def __init__(self, server: ScriptedServer, address: str, fault: Fault) -> None:
        self.post = Post(MailServer.from_url(server.url), "Portal <portal@portal.example>")
        self.server, self.address, self.fault = server, address, fault

    def __call__(self, mail: OutgoingMail, now: datetime) -> Outcome:
        if mail.recipient == self.address:
            self.address = ""
            self.server.script(self.fault)
        try:
            return self.post.hand_over(mail, now)
        finally:
            self.server.clear()


def new_request(parts: Parts) -> str:
    mark = secrets.token_hex(4)
    return write_request(parts, key=mark, email=f"{mark}@family.example")


def states(parts: Parts, request_id: str) -> dict[str, str]:
    """State by mailbox: site, second, family."""
    with parts.store.read() as db:
        mails = deliveries.of_request(db, request_id)
    return {"second" if m.contact == "second" else m.recipient: m.state for m in mails}


def deliver_due(parts: Parts, hand_over: Faulty) -> None:
    while deliver_next(parts, hand_over) is not None:
        pass


@pytest.mark.parametrize("recipient", ["site", "family"])
@pytest.mark.parametrize(("step", "fault", "state"), CELLS, ids=lambda value: str(value))
def test_cell(
    opened: tuple[Parts, SetClock],
    server: ScriptedServer,
    step: str,
    fault: str,
    state: str,
    recipient: str,
) -> None:
    parts, clock = opened
    action, delay = FAULTS[fault]
    cell = f"{step}-{fault}-{recipient}"
    email = f"{cell}@family.example"
    request_id = write_request(parts, key=cell, email=email)
    address = {"site": SITE, "family": email}[recipient]
    usual = {"rcpt": "250 ok", "data": "354 go", "connect": "220 hi", "quit": "221 bye"}
    hand_over = Faulty(
        server, address, Fault(step, action or usual.get(step, "250 ok"), delay, times=1)
    )

    deliver_due(parts, hand_over)
    now = states(parts, request_id)
    other = {"site": "family", "family": "site"}[recipient]
    assert now[recipient] == state
    assert now[other] == "handed_over", "the other recipient is served as if nothing happened"

    clock.move(hours=1)
    deliver_due(parts, hand_over)
    assert states(parts, request_id) == _in_the_end(recipient, state)
    ids = [one.message["Message-ID"] for one in server.received]
    assert len(ids) == len(set(ids)), "a mail came twice"
    with parts.store.read() as db:
        mails = deliveries.of_request(db, request_id)
    assert set(ids) == {mail.message_id for mail in mails if mail.state == "handed_over"}


def _in_the_end(recipient: str, state: str) -> dict[str, str]:
    """Retries succeed; a dead hospital address has a second contact; the rest stays for people."""
    ends = {"site": "handed_over", "family": "handed_over"}
    if state in {"parked", "failed"}:
        ends[recipient] = state
    if (recipient, state) == ("site", "failed"):
        ends["second"] = "handed_over"
    return ends


def test_the_table_is_whole(figure: Figure) -> None:
    assert len(CELLS) == 7 * 6
    figure("SMTP faults: cells × recipients in the right state", f"{len(CELLS)} × 2")


def test_a_dead_hospital_address_reaches_the_second_contact(
    opened: tuple[Parts, SetClock], server: ScriptedServer
) -> None:
    parts, _ = opened
    request_id = new_request(parts)
    server.script(Fault("rcpt", "550 5.1.1 unknown", recipient=SITE))
    deliver_due(parts, Faulty(server, "", Fault("quit", DROP)))
    arrived = {one.recipients[0]: one.message for one in server.received}
    assert SECOND in arrived
    assert SITE not in arrived
    assert states(parts, request_id)["site"] == "failed"


@pytest.mark.parametrize(
    "reply", ["250 " + "x" * 20_000, "550 " + "x" * 20_000, "\r\n250 ok", "250-split\r\n250 ok"]
)
def test_odd_replies_never_kill_an_address(
    opened: tuple[Parts, SetClock], server: ScriptedServer, reply: str
) -> None:
    """F18: very long, split or led by an empty line; passing trouble at worst."""
    parts, _ = opened
    request_id = new_request(parts)
    hand_over = Faulty(server, SITE, Fault("rcpt", reply, times=1))
    deliver_due(parts, hand_over)
    assert states(parts, request_id)["site"] in {"retry", "handed_over"}
    assert states(parts, request_id)["family"] == "handed_over"


@pytest.mark.parametrize("reply", ["200 fine", "250 ok", "251 will forward"])
def test_any_yes_of_the_server_is_a_yes(
    opened: tuple[Parts, SetClock], server: ScriptedServer, reply: str
) -> None:
    """RFC 5321, 4.3.2: the first digit decides. Else a taken mail would be sent again for days."""
    parts, _ = opened
    server.script(Fault("dot", reply), Fault("rcpt", reply))
    request_id = new_request(parts)
    deliver_due(parts, Faulty(server, "", Fault("quit", DROP)))
    assert set(states(parts, request_id).values()) == {"handed_over"}


def test_a_server_that_never_answers_the_last_dot(
    tmp_path: Path, server: ScriptedServer, figure: Figure
) -> None:
    """F16: each try may be one more copy at the hospital, so they are few, and they end."""
    parts, clock = make_parts(tmp_path / "data", mail_url=server.url)
    server.script(Fault("dot", DROP))
    request_id = write_request(parts)
    post = Post(MailServer.from_url(server.url), "Portal <portal@portal.example>")
    with parts.store.write() as db:
        follow_ups.end_all(db, request_id, clock.now())
    drive(parts, clock, clock.now() + timedelta(days=16), post.hand_over)
    with parts.store.read() as db:
        mails = deliveries.of_request(db, request_id)
    assert {mail.state for mail in mails} == {"failed"}
    assert "family-failed" in {mail.mail for mail in mails}
    most = max(mail.attempts for mail in mails)
    figure("last dot never answered: tries at one mailbox until given up, in 5 days", most)
    assert 10 <= most <= 45
    parts.store.engine.dispose()
