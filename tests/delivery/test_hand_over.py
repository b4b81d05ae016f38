"""Handing over for real: a scripted mail server at every step, and the bytes that arrive."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.mail import transport
from portal.mail.content import MailContent, OutgoingMail
from portal.mail.transport import HEADERS, MailServer, Post
from portal.services.compose import Letter
from portal.services.deliver import deliver_next
from portal.services.look_up import OpenRequest
from portal.services.parts import Parts
from portal.store.records import Delivery
from portal.worker import IDLE_SECONDS, Worker
from tests.support.in_process import NOON
from tests.support.samples import deliveries_of, make_parts, write_request
from tests.support.smtp_server import DROP, GARBAGE, SILENCE, Fault, ScriptedServer

SENDER = "Portal <portal@portal.example>"


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def post(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> Post:
    for name in ("CONNECT_SECONDS", "COMMAND_SECONDS", "END_SECONDS"):
        monkeypatch.setattr(transport, name, 0.4)
    return Post(MailServer.from_url(server.url), SENDER)


def mail(
    text: str = "Words\n", *, to: str = "site@sites.example", reply_to: str = "amira@family.example"
) -> OutgoingMail:
    content = MailContent("en", "Fixed words – reference 2222-3333", text, f"<p>{len(text)}</p>")
    return OutgoingMail(content, to, "<abc@portal.example>", reply_to)


@pytest.mark.parametrize(
    ("fault", "step", "verdict"),
    [
        (Fault("connect", "421 4.3.2 busy"), "connect", "unreachable"),
        (Fault("connect", "554 no service"), "connect", "unreachable"),
        (Fault("connect", SILENCE), "connect", "unreachable"),
        (Fault("connect", DROP), "connect", "unreachable"),
        (Fault("connect", GARBAGE), "connect", "unreachable"),
        (Fault("ehlo", SILENCE), "hello", "unreachable"),
        (Fault("mail", "451 4.3.0 later"), "sender", "retry"),
        (Fault("mail", "550 5.7.1 blocked"), "sender", "ours"),
        (Fault("mail", SILENCE), "sender", "unreachable"),
        (Fault("mail", GARBAGE), "sender", "retry"),
        (Fault("rcpt", "450 4.2.0 greylisted"), "recipient", "retry"),
        (Fault("rcpt", "550 5.1.1 unknown"), "recipient", "refused"),
        (Fault("rcpt", "554 5.7.1 your IP is listed"), "recipient", "ours"),
        (Fault("rcpt", DROP), "recipient", "retry"),
        (Fault("data", "451 4.3.0 later"), "data", "retry"),
        (Fault("data", GARBAGE), "data", "retry"),
        (Fault("dot", "451 4.3.0 later"), "end", "retry"),
        (Fault("dot", "552 5.3.4 too big"), "end", "ours"),
        (Fault("dot", SILENCE), "end", "unknown"),
        (Fault("dot", DROP), "end", "unknown"),
    ],
    ids=lambda value: f"{value.step}-{value.action[:6]}" if isinstance(value, Fault) else None,
)
def test_each_step_fails_with_its_own_name(
    server: ScriptedServer, post: Post, fault: Fault, step: str, verdict: str
) -> None:
    server.script(fault)
    outcome = post.hand_over(mail(), NOON)
    assert (outcome.step, outcome.verdict) == (step, verdict)
    assert not server.received


def test_a_lost_goodbye_is_no_failure(server: ScriptedServer, post: Post) -> None:
    server.script(Fault("quit", DROP))
    assert post.hand_over(mail(), NOON).verdict == "handed_over"


def test_nobody_there(server: ScriptedServer, post: Post) -> None:
    server.down()
    assert post.hand_over(mail(), NOON).verdict == "unreachable"
    server.up()
    assert post.hand_over(mail(), NOON).verdict == "handed_over"


def test_without_starttls_nothing_is_sent(server: ScriptedServer) -> None:
    insisting = Post(MailServer("127.0.0.1", server.port, "", "", tls=True), SENDER)
    assert insisting.hand_over(mail(), NOON).step == "tls"
    assert "mail" not in server.seen


HOSTILE = (
    "x =?utf-8?q?=0D=0ABcc:_evil@example.org?=",
    "=?utf-8?q?=0A=0ABODY?=",
    "=?utf-8?b?DQpCY2M6IGV2aWxAZXhhbXBsZS5vcmc=?=",
    ".\r\nMAIL FROM:<evil@example.org>\r\n",
    "line\n.\nline",
    "bare\rreturn",
    "{{7*7}} ${7*7} %s {0}",
    "نص عربي ‏مع علامات‎",
    "z" * 3000,
    "\x00\x01\x0b\x0c\x85\u2028\u2029",
    "a\u0301" * 500,
)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_words_change_nothing_but_the_body(
    server: ScriptedServer, post: Post, text: str
) -> None:
    body = text.replace("\r\n", "\n").replace("\r", "\n")
    assert post.hand_over(mail(body), NOON).verdict == "handed_over"
    arrived = server.received[0]
    assert arrived.recipients == ("site@sites.example",)
    assert_as_built(arrived.data, body)
    assert len(server.received) == 1


def assert_as_built(data: bytes, body: str) -> None:
    message = BytesParser(policy=policy.default).parsebytes(data)
    assert sorted(message.keys()) == sorted(HEADERS)
    text, html = message.iter_parts()
    assert text.get_content().replace("\r\n", "\n") == body
    assert html.get_content_type() == "text/html"
    assert max(map(len, data.split(b"\r\n"))) <= 998
    assert b"\r" not in data.replace(b"\r\n", b"")


@settings(max_examples=150, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_arrives_as_it_was_written(post: Post, server: ScriptedServer, text: str) -> None:
    server.received.clear()
    body = text.replace("\r\n", "\n").replace("\r", "\n")
    assert post.hand_over(mail(body), NOON).verdict == "handed_over"
    assert_as_built(server.received[0].data, body)


@pytest.mark.parametrize(
    "subject",
    ["Words =?utf-8?q?=0D=0ABcc:_evil@example.org?=", "Words\r\nBcc: evil@example.org", "W\nX"],
)
def test_a_subject_that_splits_is_never_sent(
    server: ScriptedServer, post: Post, subject: str
) -> None:
    """Not reachable with fixed wording; the last check on the bytes holds even then."""
    split = MailContent("en", subject, "Words", "<p>Words</p>")
    outcome = post.hand_over(
        OutgoingMail(split, "a@b.example", "<a@b.example>", "c@d.example"), NOON
    )
    for one in server.received:
        assert sorted(one.message.keys()) == sorted(HEADERS)
        assert "Bcc" not in one.message
    assert outcome.verdict == ("handed_over" if server.received else "ours")


def test_an_address_in_any_script_is_written_in_utf8(server: ScriptedServer, post: Post) -> None:
    assert post.hand_over(mail(to="jörg@münchen.example"), NOON).verdict == "handed_over"
    assert server.received[0].recipients == ("jörg@münchen.example",)
    assert "SMTPUTF8" in server.received[0].options
    assert str(server.received[0].message["To"]) == "jörg@münchen.example"


def test_a_server_without_smtputf8_parks_such_an_address(
    post: Post, server: ScriptedServer
) -> None:
    server.features = ("8BITMIME",)
    outcome = post.hand_over(mail(to="jörg@family.example"), NOON)
    assert (outcome.step, outcome.verdict) == ("build", "ours")
    assert post.hand_over(mail(), NOON).verdict == "handed_over"


@pytest.fixture
def parts(tmp_path: Path, server: ScriptedServer, post: Post) -> Iterator[Parts]:
    made, _ = make_parts(tmp_path / "data", mail_url=server.url)
    yield made
    made.store.engine.dispose()


def test_two_mails_each_in_its_readers_language(parts: Parts, server: ScriptedServer) -> None:
    request_id = write_request(parts, language="ar", site="nl-utrecht-maxima")
    worker = Worker(parts)
    assert [worker.step(), worker.step()] == [0.0, 0.0]
    by_recipient = {one.recipients[0]: one.message for one in server.received}
    site = by_recipient["nl-utrecht-maxima@sites.example"]
    family = by_recipient["amira@family.example"]
    assert (site["Content-Language"], family["Content-Language"]) == ("nl", "ar")
    assert site["Reply-To"] == "amira@family.example"
    assert family["Reply-To"] == "central.office@hem-ismart-d.example"
    assert {mail.state for mail in deliveries_of(parts, request_id).values()} == {"handed_over"}
    assert worker.step() > 0.0


def test_one_recipient_refused_leaves_the_other_alone(parts: Parts, server: ScriptedServer) -> None:
    server.script(Fault("rcpt", "550 5.1.1 unknown", recipient="amira@family.example"))
    request_id = write_request(parts)
    worker = Worker(parts)
    for _ in range(4):
        worker.step()
    mails = deliveries_of(parts, request_id)
    assert (mails["site"].state, mails["family"].state) == ("handed_over", "failed")


def test_the_same_message_id_on_every_try(parts: Parts, server: ScriptedServer) -> None:
    server.script(Fault("dot", DROP, times=1, recipient=""))
    request_id = write_request(parts)
    worker = Worker(parts)
    worker.step()
    first = deliveries_of(parts, request_id)
    assert "unknown" in {mail.state for mail in first.values()}
    parts.settings.clock.move(minutes=12)  # type: ignore[attr-defined]
    worker.step()
    worker.step()
    assert {mail.state for mail in deliveries_of(parts, request_id).values()} == {"handed_over"}
    ids = {one.message["Message-ID"] for one in server.received}
    assert ids == {mail.message_id for mail in first.values()}


def test_an_unreachable_server_is_asked_again_soon_and_costs_no_try(
    parts: Parts, server: ScriptedServer
) -> None:
    server.down()
    request_id = write_request(parts)
    worker = Worker(parts)
    assert worker.step() == IDLE_SECONDS
    assert worker.step() == IDLE_SECONDS, "the other mail is not tried for some seconds"
    assert {mail.attempts for mail in deliveries_of(parts, request_id).values()} == {0}
    server.up()
    parts.settings.clock.move(seconds=30)  # type: ignore[attr-defined]
    worker.step()
    worker.step()
    assert {mail.state for mail in deliveries_of(parts, request_id).values()} == {"handed_over"}


def test_a_poison_message_stops_nobody_else(
    parts: Parts, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.services import about_request

    poisoned = write_request(parts)
    compose = about_request.compose

    def broken(one: Parts, opened: OpenRequest, delivery: Delivery) -> Letter:
        if delivery.about.id == poisoned:
            raise RuntimeError("template")
        return compose(one, opened, delivery)

    monkeypatch.setattr(about_request, "compose", broken)
    healthy = write_request(parts, key="other", email="other@family.example")
    while deliver_next(parts, Post(MailServer.from_url(server.url), SENDER).hand_over):
        pass
    assert {mail.state for mail in deliveries_of(parts, poisoned).values()} == {"parked"}
    assert {mail.state for mail in deliveries_of(parts, healthy).values()} == {"handed_over"}
