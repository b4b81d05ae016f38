"""How soon a message reaches the mail servers when all is well (R8)."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest

from tests.support.canaries import Canaries
from tests.support.flows import send, write
from tests.support.live import LivePortal
from tests.support.visitor import Visitor

P95_SECONDS, WORST_SECONDS = 10, 60


@pytest.mark.alone
@pytest.mark.parametrize("messages", [100, pytest.param(1000, marks=pytest.mark.full)])
def test_accepted_messages_are_handed_over_soon(
    messages: int, live_portal: LivePortal, record_property: Callable[[str, object], None]
) -> None:
    visitor, accepted = Visitor(live_portal.url), {}
    for _ in range(messages):
        family = Canaries()
        check = write(visitor, family)
        send(visitor, check)
        accepted[family.email] = time.time()
    last = list(accepted)[-1]
    live_portal.mail.wait_for(last, seconds=WORST_SECONDS)
    arrived = {mail.address: mail.file.stat().st_mtime for mail in live_portal.mail.mails()}
    waits = [arrived[email] - when for email, when in accepted.items()]
    p95 = statistics.quantiles(waits, n=20)[-1]
    record_property(f"accepted to handed over, {messages} messages, p95 s", round(p95, 2))
    record_property(f"accepted to handed over, {messages} messages, worst s", round(max(waits), 2))
    assert p95 <= P95_SECONDS
    assert max(waits) <= WORST_SECONDS
