"""Accepted to handed over, while the mail server is well (R8)."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from portal.store.database import Store
from portal.store.tables import deliveries
from tests.support.canaries import Canaries
from tests.support.figures import Figure
from tests.support.flows import send, write
from tests.support.live import LivePortal
from tests.support.visitor import Visitor
from tests.support.waiting import wait_until

P95_AT_MOST, ALL_AT_MOST = 10.0, 60.0


def waits(portal: LivePortal, since: datetime) -> list[float | None]:
    """Seconds from ‘accepted’ to ‘handed over’ of each mail; None if it is not there yet."""
    store = Store.open(f"sqlite:///{portal.data / 'portal.db'}")
    wanted = select(deliveries.c.created_at, deliveries.c.handed_over_at).where(
        deliveries.c.created_at >= since
    )
    with store.read() as db:
        rows = db.execute(wanted).all()
    store.engine.dispose()
    return [
        None
        if row.handed_over_at is None
        else (row.handed_over_at - row.created_at).total_seconds()
        for row in rows
    ]


def hand_over(portal: LivePortal, requests: int) -> list[float]:
    since = datetime.now(UTC)
    visitor = Visitor(portal.url)
    for _ in range(requests):
        send(visitor, write(visitor, Canaries()))
    time.sleep(0.3)
    wait_until(lambda: None not in waits(portal, since), 60, why="every mail handed over")
    found = [seconds for seconds in waits(portal, since) if seconds is not None]
    assert len(found) == 2 * requests
    return found


@pytest.mark.parametrize("requests", [100, pytest.param(1000, marks=pytest.mark.full)])
def test_ninety_five_of_a_hundred_within_ten_seconds(
    live_portal: LivePortal, figure: Figure, requests: int
) -> None:
    found = hand_over(live_portal, requests)
    p95 = statistics.quantiles(found, n=20)[-1]
    figure(f"{requests} messages: seconds to the hand-over, p95", round(p95, 2))
    figure(f"{requests} messages: seconds to the hand-over, longest", round(max(found), 2))
    assert p95 <= P95_AT_MOST
    assert max(found) <= ALL_AT_MOST
