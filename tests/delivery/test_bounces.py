"""Mail that comes back: real reports (RFC 3464) change what they must, and nothing else does.

(F11, F40, F41.)
"""

from __future__ import annotations

import mailbox
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from portal.security.links import BOUNCE, Links
from portal.services.bounce import Verdict, read_bounce
from portal.services.deliver import return_path
from portal.services.look_up import load
from portal.services.parts import Parts
from portal.store.records import Delivery
from tests.support.driven import work
from tests.support.paths import ROOT
from tests.support.samples import real_time_parts, write_request
from tests.support.workers import environment

UNKNOWN_USER = ("failed", "5.1.1", "smtp; 550 5.1.1 <x@y.example>: Recipient address rejected")
BLOCKED = ("failed", "5.7.1", "smtp; 554 5.7.1 Service unavailable; client host is blocked")
FULL = ("failed", "5.2.2", "smtp; 552 5.2.2 mailbox full")
DELAYED = ("delayed", "4.4.1", "smtp; 451 4.4.1 will try again")
RELAYED = ("relayed", "2.1.9", "smtp; 250 ok")


def report(return_path: str, action: str, status: str, said: str, in_header: str = "To") -> bytes:
    """What a mail server sends to the envelope’s sender, byte for byte as Postfix writes it."""
    text = f"""\
From: MAILER-DAEMON@mx.sites.example (Mail Delivery System)
{in_header}: {return_path}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1/mx.sites.example"
Message-Id: <20261123120000.B1@mx.sites.example>

This is a MIME-encapsulated message.

--B1/mx.sites.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B1/mx.sites.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.sites.example
Arrival-Date: Mon, 23 Nov 2026 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; x@y.example
Original-Recipient: rfc822;x@y.example
Action: {action}
Status: {status}
Remote-MTA: dns; mx.y.example
Diagnostic-Code: {said}

--B1/mx.sites.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{return_path}>
Subject: A family has written to your study team
To: x@y.example

--B1/mx.sites.example--
"""
    return text.replace("\n", "\r\n").encode()


def out_of_office(return_path: str) -> bytes:
    message = EmailMessage()
    message["To"], message["From"] = return_path, "nurse@sites.example"
    message["Subject"] = "Out of office: back on Monday (550 5.1.1)"
    message["Auto-Submitted"] = "auto-replied"
    message.set_content("I am away. Status: 5.1.1. Action: failed.")
    return bytes(message)


def read(parts: Parts, raw: bytes) -> Verdict:
    return read_bounce(parts, message_from_bytes(raw, policy=policy.default), now=parts.now())


def mails(parts: Parts, request_id: str) -> dict[tuple[str, str], Delivery]:
    """By kind and contact."""
    return {(one.mail, one.contact): one for one in load(parts, request_id).deliveries}


def delivered(parts: Parts) -> str:
    request_id = write_request(parts)
    work(parts)
    return request_id


def bounce(parts: Parts, one: Delivery, what: tuple[str, str, str] = UNKNOWN_USER) -> Verdict:
    return read(parts, report(return_path(parts, one.id), *what))


def test_the_family_s_copy_comes_back_and_the_hospital_is_told_to_phone(parts: Parts) -> None:
    request_id = delivered(parts)
    assert bounce(parts, mails(parts, request_id)["family-copy", "first"]) == Verdict(
        True, "failed"
    )
    work(parts)
    after = mails(parts, request_id)
    assert after["family-copy", "first"].state == "failed"
    assert after["site-note", "first"].state == "handed_over"
    assert load(parts, request_id).family_mail_failed
    assert after["site-request", "first"].state == "handed_over"


def test_the_hospital_s_mail_comes_back_and_the_second_contact_gets_it(parts: Parts) -> None:
    request_id = delivered(parts)
    bounce(parts, mails(parts, request_id)["site-request", "first"])
    work(parts)
    after = mails(parts, request_id)
    assert after["site-request", "first"].state == "failed"
    assert after["site-request", "second"].state == "handed_over"
    assert ("family-failed", "first") not in after


def test_both_come_back_and_the_family_is_told(parts: Parts) -> None:
    request_id = delivered(parts)
    for contact in ("first", "second"):
        bounce(parts, mails(parts, request_id)["site-request", contact])
        work(parts)
    after = mails(parts, request_id)
    assert after["family-failed", "first"].state == "handed_over"
    assert [event.kind for event in load(parts, request_id).events] == ["not_delivered"]


def test_a_blocklist_kills_no_address(parts: Parts) -> None:
    """It blames our server: for a person to look at, and the second contact is left in peace."""
    request_id = delivered(parts)
    assert bounce(parts, mails(parts, request_id)["site-request", "first"], BLOCKED).why == "parked"
    assert mails(parts, request_id)["site-request", "first"].state == "parked"
    assert ("site-request", "second") not in mails(parts, request_id)


def test_the_same_report_twice_counts_once(parts: Parts) -> None:
    request_id = delivered(parts)
    first = mails(parts, request_id)["site-request", "first"]
    assert bounce(parts, first).counted
    assert bounce(parts, first) == Verdict(False, "known already")
    work(parts)
    assert len(mails(parts, request_id)) == 3


@pytest.mark.parametrize("header", ["To", "Delivered-To", "X-Original-To", "Envelope-To"])
def test_found_by_any_header_that_names_it(parts: Parts, header: str) -> None:
    request_id = delivered(parts)
    path = return_path(parts, mails(parts, request_id)["site-request", "first"].id)
    raw = report(path, *FULL, in_header=header)
    assert read(parts, raw).counted


def nothing_changed(parts: Parts, request_id: str) -> bool:
    after = mails(parts, request_id)
    return {one.state for one in after.values()} == {"handed_over"} and len(after) == 2


@pytest.mark.parametrize("what", [DELAYED, RELAYED, ("failed", "4.4.7", "smtp; timed out")])
def test_reports_of_no_permanent_failure_change_nothing(
    parts: Parts, what: tuple[str, str, str]
) -> None:
    request_id = delivered(parts)
    assert not bounce(parts, mails(parts, request_id)["site-request", "first"], what).counted
    assert nothing_changed(parts, request_id)


def test_out_of_office_and_letters_change_nothing(parts: Parts) -> None:
    request_id = delivered(parts)
    path = return_path(parts, mails(parts, request_id)["site-request", "first"].id)
    assert not read(parts, out_of_office(path)).counted
    assert nothing_changed(parts, request_id)


@pytest.mark.parametrize(
    "path",
    [
        "b-{id}0000000000000000@portal.example",  # a guessed tag
        "b-{id}{tag_of_other}@portal.example",  # a real tag of another mail
        "b-00000000000000000000000000000000{tag}@portal.example",
        "portal@portal.example",
        "b-@portal.example",
        "",
    ],
)
def test_a_foreign_or_guessed_address_changes_nothing(parts: Parts, path: str) -> None:
    request_id = delivered(parts)
    links = Links(parts.keys, BOUNCE)
    first = mails(parts, request_id)["site-request", "first"]
    other = mails(parts, request_id)["family-copy", "first"]
    filled = path.format(
        id=first.id, tag=links.short_tag(first.id), tag_of_other=links.short_tag(other.id)
    )
    assert not read(parts, report(filled, *UNKNOWN_USER)).counted
    assert nothing_changed(parts, request_id)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe garbage",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n",
        b"To: b-" + b"0" * 48 + b"@portal.example\r\n\r\n",
        b"Content-Type: message/delivery-status\r\n\r\n\xff\xff",
        b"Subject: =?utf-8?q?=0D=0A?=\r\nTo: =?x?y?z?=\r\n\r\nx",
    ],
    ids=lambda raw: repr(raw[:20]),
)
def test_garbage_is_no_fault(parts: Parts, raw: bytes) -> None:
    request_id = delivered(parts)
    assert not read(parts, raw).counted
    assert nothing_changed(parts, request_id)


def test_a_report_in_pieces(parts: Parts) -> None:
    """Every cut of a real report: nothing raises, whatever is read."""
    request_id = delivered(parts)
    raw = report(return_path(parts, mails(parts, request_id)["site-request", "first"].id), *FULL)
    for end in range(0, len(raw), 37):
        read(parts, raw[:end])


def test_of_an_erased_request_nothing_is_left_to_mark(parts: Parts) -> None:
    from portal.services.erase import erase

    request_id = delivered(parts)
    first = mails(parts, request_id)["site-request", "first"]
    erase(parts, load(parts, request_id).request.reference, now=parts.now())
    assert bounce(parts, first) == Verdict(False, "its request is gone")


def test_a_bounce_after_the_hospital_has_answered_asks_nobody_else(parts: Parts) -> None:
    """A copy to a colleague may come back while somebody has taken the family up."""
    from portal.services.answer import acknowledge

    request_id = delivered(parts)
    acknowledge(parts, load(parts, request_id), "nl-utrecht-maxima", now=parts.now())
    work(parts)
    bounce(parts, mails(parts, request_id)["site-request", "first"])
    work(parts)
    after = mails(parts, request_id)
    assert ("site-request", "second") not in after
    assert ("family-failed", "first") not in after


# The command, as a mail server’s pipe or a person runs it.


COMMAND = "from portal.cli.operate import bounces; bounces()"


def bounces_read(data: Path, source: str, raw: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    url = f"sqlite:///{data / 'portal.sqlite3'}"
    return subprocess.run(
        [sys.executable, "-c", COMMAND, "read", source],
        cwd=ROOT,
        env=environment(data, url, "smtp://127.0.0.1:9?tls=none"),
        input=raw,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_command_reads_a_maildir_and_standard_input(tmp_path: Path) -> None:
    parts = real_time_parts(tmp_path / "data")
    request_id = delivered(parts)
    paths = {kind[0]: return_path(parts, one.id) for kind, one in mails(parts, request_id).items()}
    box = mailbox.Maildir(tmp_path / "bounces")
    box.add(report(paths["site-request"], *UNKNOWN_USER))
    box.add(out_of_office(paths["site-request"]))
    done = bounces_read(tmp_path / "data", str(tmp_path / "bounces"))
    assert done.stdout.decode().strip() == "2 read, 1 counted."
    assert mails(parts, request_id)["site-request", "first"].state == "failed"

    done = bounces_read(tmp_path / "data", "-", report(paths["family-copy"], *UNKNOWN_USER))
    assert done.stdout.decode().strip() == "1 read, 1 counted."
    assert mails(parts, request_id)["family-copy", "first"].state == "failed"

    done = bounces_read(tmp_path / "data", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    parts.store.engine.dispose()
