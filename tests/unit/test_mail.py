"""Mails: words, quoting, broken links, reply classes, retry plan."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.mail import retry
from portal.mail.messages import quoted, without_links
from portal.mail.replies import judge

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("See https://evil.example/x?a=1 now", "See https[:]//evil[.]example/x?a=1 now"),
        ("www.evil.example", "www[.]evil[.]example"),
        ("evil.example/path", "evil[.]example/path"),
        ("write to me@evil.example", "write to me[@]evil[.]example"),
        ("mailto:me@evil.example", "mailto[:]me[@]evil[.]example"),
        ("He weighs 12.5 kg. He is 4.", "He weighs 12.5 kg. He is 4."),
        ("at 10:30, room 2.14", "at 10:30, room 2.14"),
        ("ابنتي مريضة. متى نأتي؟", "ابنتي مريضة. متى نأتي؟"),
    ],
)
def test_a_copy_carries_no_link(typed: str, shown: str) -> None:
    assert without_links(typed) == shown


@given(st.text())
def test_every_line_is_quoted(text: str) -> None:
    assert all(line.startswith(">") for line in quoted(text).split("\n"))


@pytest.mark.parametrize(
    ("step", "code", "text", "verdict"),
    [
        ("connect", 421, "4.3.2 shutting down", "unreachable"),
        ("connect", 554, "no service", "unreachable"),
        ("sender", 451, "try later", "retry"),
        ("recipient", 450, "4.2.0 greylisted", "retry"),
        ("recipient", 452, "4.2.2 mailbox full", "retry"),
        ("recipient", 550, "5.1.1 no such user", "refused"),
        ("recipient", 550, "5.2.1 mailbox disabled", "refused"),
        ("recipient", 550, "5.7.1 rejected", "ours"),
        ("recipient", 554, "Your IP is listed at dnsbl.example", "ours"),
        ("recipient", 550, "5.1.1 user unknown in our policy", "refused"),
        ("sender", 550, "5.1.8 bad sender", "ours"),
        ("login", 535, "5.7.8 wrong password", "ours"),
        ("end", 552, "5.3.4 too big", "ours"),
        ("end", 451, "4.3.0 later", "retry"),
        ("data", 999, "?!", "retry"),
    ],
)
def test_what_a_reply_means(step: str, code: int, text: str, verdict: str) -> None:
    assert judge(step, code, text).verdict == verdict  # type: ignore[arg-type]


def test_the_retry_plan() -> None:
    """R9: at least 2 tries in the first hour, 10 in a day, gaps up to 4 hours, 5 days."""
    for _ in range(50):
        now, tries = NOW, [NOW]
        while (due := retry.next_try(len(tries), NOW, now)) is not None:
            assert timedelta() < due - now <= timedelta(hours=4)
            tries.append(due)
            now = due
        hours = [(moment - NOW) / timedelta(hours=1) for moment in tries]
        assert sum(hour <= 1 for hour in hours) >= 3
        assert sum(hour <= 24 for hour in hours) >= 11
        assert 5 * 24 <= hours[-1] <= 5 * 24 + 4
