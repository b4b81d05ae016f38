"""Who waits for whom: hospitals and families never; bulk mail at the provider’s pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from portal.services.mails import new_mail
from portal.services.parts import Parts
from portal.store import deliveries
from portal.store.records import About, Delivery, Lane
from tests.support.figures import Figure
from tests.support.in_process import NOON
from tests.support.samples import SetClock, make_parts, write_request

MANY = 20_000
HOSPITAL = About("hospital", "hem-ismart-d/nl-utrecht-maxima")


@pytest.fixture
def opened(tmp_path: Path, store_url: str) -> Iterator[tuple[Parts, SetClock]]:
    parts, clock = make_parts(tmp_path / "data", database_url=store_url)
    yield parts, clock
    parts.store.engine.dispose()


def queue_bulk(parts: Parts, count: int) -> None:
    now = parts.now()
    with parts.store.write() as db:
        mails = [
            new_mail(parts, HOSPITAL, "site", "note", now, lane=Lane.BULK) for _ in range(count)
        ]
        deliveries.add(db, *mails)


def claim(parts: Parts, now: datetime, pace: int) -> Delivery | None:
    with parts.store.write() as db:
        return deliveries.claim_next(db, now, pace)


@pytest.mark.alone
def test_a_request_goes_before_all_bulk_mail(
    opened: tuple[Parts, SetClock], figure: Figure
) -> None:
    parts, clock = opened
    queue_bulk(parts, MANY)
    clock.move(hours=1)
    request_id = write_request(parts)
    begun = time.perf_counter()
    first = [claim(parts, clock.now(), 600) for _ in range(3)]
    each = (time.perf_counter() - begun) / 3 * 1000
    assert [mail.about for mail in first if mail] == [
        About("request", request_id), About("request", request_id), HOSPITAL,
    ]  # fmt: skip
    figure(f"{parts.store.engine.dialect.name}: ms a claim among {MANY:,} mails", round(each, 1))
    assert each < 100


def test_bulk_mail_keeps_the_pace_over_all_workers(opened: tuple[Parts, SetClock]) -> None:
    """Three minutes, four workers that ask every quarter of a second: never over 60 a minute."""
    parts, _ = opened
    queue_bulk(parts, 400)
    taken: list[datetime] = []
    with ThreadPoolExecutor(4) as pool:
        for turn in range(0, 180_000, 500):
            now = NOON + timedelta(milliseconds=turn)
            got = pool.map(lambda _, at=now: claim(parts, at, 60), range(2))
            taken += [now for mail in got if mail]
    most = max(sum(start <= at < start + timedelta(minutes=1) for at in taken) for start in taken)
    assert most <= 60
    assert len(taken) >= 170


def test_the_pace_does_not_hold_back_other_mail(opened: tuple[Parts, SetClock]) -> None:
    parts, clock = opened
    queue_bulk(parts, 5)
    assert claim(parts, clock.now(), 1) is not None
    assert claim(parts, clock.now(), 1) is None
    write_request(parts)
    assert claim(parts, clock.now(), 1) is not None
