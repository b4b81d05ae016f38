"""Several workers at once, and a message that always breaks (R7, R14, F20, F27)."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from portal.logs import set_up_logs
from portal.mail.transport import Post
from portal.services import about_request, deliver
from portal.services.compose import Letter
from portal.services.deliver import deliver_next
from portal.services.look_up import OpenRequest
from portal.services.parts import Parts
from portal.store import figures
from portal.store.records import Delivery
from portal.worker import Worker
from tests.support import workers
from tests.support.figures import Figure
from tests.support.samples import deliveries_of, make_parts, real_time_parts, write_request
from tests.support.smtp_server import Fault, ScriptedServer
from tests.support.waiting import wait_until

WORKERS = 4
GATE, FULL = 300, 1000  # mails


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


def write_many(parts: Parts, count: int, mark: str = "m") -> list[str]:
    return [
        write_request(parts, key=f"{mark}{n}", email=f"{mark}{n}@family.example")
        for n in range(count)
    ]


def all_at_once(folder: Path, url: str, server: ScriptedServer, mails: int) -> float:
    """Four processes share the work; seconds until all is handed over."""
    data = folder / "data"
    parts = real_time_parts(data, database_url=url)
    write_many(parts, mails // 2)
    server.received.clear()
    begun = time.perf_counter()
    env = workers.environment(data, url, server.url)
    crew = [workers.start(env, folder / "workers.log") for _ in range(WORKERS)]

    def handed_over() -> bool:
        with parts.store.read() as db:
            return figures.deliveries_by_state(db).get("handed_over") == mails

    wait_until(handed_over, 120, pause=0.2, why=f"{mails} mails handed over")
    seconds = time.perf_counter() - begun
    for one in crew:
        os.kill(one.pid or 0, signal.SIGTERM)
    for one in crew:
        one.join(30)
        assert one.exitcode == 0
    parts.store.engine.dispose()
    return seconds


@pytest.mark.alone
@pytest.mark.parametrize("mails", [GATE, pytest.param(FULL, marks=pytest.mark.full)])
def test_four_workers_send_each_mail_once(
    tmp_path: Path, store_url: str, server: ScriptedServer, figure: Figure, mails: int
) -> None:
    seconds = all_at_once(tmp_path, store_url, server, mails)
    assert_each_once(server, mails)
    what = "SQLite" if store_url.startswith("sqlite") else "PostgreSQL"
    figure(f"{what}, {WORKERS} workers: mails arrived, twice", f"{len(server.received)}, 0")
    figure(f"{what}, {WORKERS} workers: mails a second", round(mails / seconds))


def assert_each_once(server: ScriptedServer, mails: int) -> None:
    ids = Counter(one.message["Message-ID"] for one in server.received)
    assert [again for again, count in ids.items() if count > 1] == []
    assert len(ids) == mails


@pytest.mark.full
@pytest.mark.parametrize("turn", range(10))
def test_four_workers_ten_times(
    tmp_path: Path, store_url: str, server: ScriptedServer, turn: int
) -> None:
    all_at_once(tmp_path, store_url, server, FULL)
    assert_each_once(server, FULL)


def test_a_worker_that_is_told_to_stop_finishes_its_mail(
    tmp_path: Path, server: ScriptedServer, figure: Figure
) -> None:
    """F38: SIGTERM in the middle of an attempt; nothing is lost, nothing goes twice."""
    data, url = tmp_path / "data", f"sqlite:///{tmp_path / 'data' / 'portal.sqlite3'}"
    parts = real_time_parts(data, database_url=url)
    request_id = write_request(parts)
    server.script(Fault("dot", "250 ok", delay=1.5))
    one = workers.start(workers.environment(data, url, server.url), tmp_path / "worker.log")
    wait_until(lambda: "dot" in server.seen, why="the worker in the middle of a mail")
    begun = time.perf_counter()
    os.kill(one.pid or 0, signal.SIGTERM)
    one.join(30)
    seconds = time.perf_counter() - begun
    figure("SIGTERM in the middle of a mail: seconds until the worker ended", round(seconds, 1))
    assert one.exitcode == 0
    states = sorted(mail.state for mail in deliveries_of(parts, request_id).values())
    assert states == ["accepted", "handed_over"]
    parts.store.engine.dispose()


@pytest.fixture
def parts(tmp_path: Path, server: ScriptedServer) -> Iterator[Parts]:
    made, _ = make_parts(tmp_path / "data", mail_url=server.url)
    yield made
    made.store.engine.dispose()


def poison_template(parts: Parts, request_id: str, patch: pytest.MonkeyPatch) -> None:
    compose = about_request.compose

    def broken(one: Parts, opened: OpenRequest, delivery: Delivery) -> Letter:
        if delivery.about.id == request_id:
            raise RuntimeError("template")
        return compose(one, opened, delivery)

    patch.setattr(about_request, "compose", broken)


def poison_row(parts: Parts, request_id: str, _patch: pytest.MonkeyPatch) -> None:
    """Bytes that no key opens, as after a bad restore."""
    with parts.store.write() as db:
        db.execute(
            text("UPDATE requests SET message = :x WHERE id = :id"), {"x": b"x", "id": request_id}
        )


def poison_post(_parts: Parts, request_id: str, patch: pytest.MonkeyPatch) -> None:
    hand_over = Post.hand_over
    address = "poison0@family.example"

    def broken(post: Post, mail: deliver.OutgoingMail, now: object) -> object:
        if address in (mail.recipient, mail.reply_to):
            raise IndexError("a fault in the mail library")
        return hand_over(post, mail, now)  # type: ignore[arg-type]

    patch.setattr(Post, "hand_over", broken)


@pytest.mark.alone
@pytest.mark.parametrize(
    ("poison", "count"), [(poison_template, 99), (poison_row, 20), (poison_post, 20)]
)
def test_one_poison_message_among_a_hundred(
    parts: Parts,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    figure: Figure,
    poison: deliver.Callable[..., None],
    count: int,
) -> None:
    """The other 99 are handed over, and not later than in twice the time of a hundred without."""
    without = _seconds_for(parts, write_many(parts, count, "healthy"))
    (poisoned,) = write_many(parts, 1, "poison")
    others = write_many(parts, count, "other")
    poison(parts, poisoned, monkeypatch)
    beside = _seconds_for(parts, others)
    assert {mail.state for mail in deliveries_of(parts, poisoned).values()} == {"parked"}
    figure(f"{poison.__name__}: the other {count}, times as long", round(beside / without, 2))
    assert beside <= 2 * without


def _seconds_for(parts: Parts, ids: list[str]) -> float:
    begun = time.perf_counter()
    worker = Worker(parts)
    while worker.step() == 0.0:
        pass
    seconds = time.perf_counter() - begun
    states = {mail.state for one in ids for mail in deliveries_of(parts, one).values()}
    assert states == {"handed_over"}
    return seconds


def test_a_database_that_is_away_for_a_moment_parks_nothing(
    parts: Parts, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing about the mail: the lease ends, and the mail goes out once."""
    from portal.store.database import StoreError

    request_id = write_request(parts)

    def away(*_: object) -> None:
        raise StoreError("OperationalError")

    worker = Worker(parts)
    with monkeypatch.context() as patch:
        patch.setattr(about_request, "load", away)
        assert worker.step() > 0
    assert "parked" not in {mail.state for mail in deliveries_of(parts, request_id).values()}
    parts.settings.clock.move(minutes=11)  # type: ignore[attr-defined]
    while deliver_next(parts, worker.post.hand_over) is not None:
        pass
    assert {mail.state for mail in deliveries_of(parts, request_id).values()} == {"handed_over"}
    assert len(server.received) == 2


def test_a_follow_up_that_cannot_be_done_stops_no_mail(
    parts: Parts, server: ScriptedServer
) -> None:
    """As during an update: an older worker meets a kind that it does not know."""
    request_id = write_request(parts)
    with parts.store.write() as db:
        db.execute(
            text("UPDATE follow_ups SET kind = 'new', due_at = '2026-01-01 00:00:00.000000'")
        )
    set_up_logs()
    worker = Worker(parts)
    for _ in range(3):
        worker.step()
    assert {mail.state for mail in deliveries_of(parts, request_id).values()} == {"handed_over"}
