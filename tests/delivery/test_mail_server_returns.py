"""Whatever was wrong with the mail server: once it is well, all goes out within a minute (F8, F15).

Five minutes of trouble with fifty mails waiting; the portal’s clock is driven second by second.
"""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from portal.mail import transport
from portal.services.parts import Parts
from portal.store import figures
from portal.worker import Worker
from tests.support.canaries import Canaries
from tests.support.figures import Figure
from tests.support.flows import send, study_path, write
from tests.support.live import LivePortal
from tests.support.samples import SetClock, make_parts, write_request
from tests.support.smtp_server import SILENCE, Fault, ScriptedServer
from tests.support.visitor import Visitor

MESSAGES = 25
TROUBLE = timedelta(minutes=5)
TROUBLES: dict[str, tuple[Fault, ...]] = {
    "gone": (),
    "hangs before its greeting": (Fault("connect", SILENCE),),
    "hangs after EHLO": (Fault("ehlo", SILENCE),),
    "hangs after MAIL": (Fault("mail", SILENCE),),
    "refuses with 421": (Fault("connect", "421 4.3.2 shutting down"),),
    "refuses with 554": (Fault("connect", "554 no service"),),
}


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as running:
        yield running


@pytest.fixture
def opened(
    tmp_path: Path, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Parts, SetClock]]:
    for name in ("CONNECT_SECONDS", "COMMAND_SECONDS", "END_SECONDS"):
        monkeypatch.setattr(transport, name, 0.02)
    parts, clock = make_parts(tmp_path / "data", mail_url=server.url)
    yield parts, clock
    parts.store.engine.dispose()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_all_goes_out_within_a_minute_of_its_return(
    opened: tuple[Parts, SetClock],
    server: ScriptedServer,
    figure: Figure,
    monkeypatch: pytest.MonkeyPatch,
    trouble: str,
) -> None:
    parts, clock = opened
    for number in range(MESSAGES):
        write_request(parts, key=f"k{number}", email=f"family{number}@family.example")
    server.script(*TROUBLES[trouble])
    if trouble == "gone":
        server.down()
    worker, until = Worker(parts), clock.now() + TROUBLE
    while clock.now() < until:
        worker.step()
        clock.move(seconds=1)
    assert not server.received

    monkeypatch.undo()  # a busy machine must not make a healthy server look ill
    server.clear()
    if trouble == "gone":
        server.up()
    returned = clock.now()
    while figures_of(parts).get("handed_over", 0) < 2 * MESSAGES:
        while worker.step() == 0.0:
            pass
        clock.move(seconds=1)
        assert clock.now() - returned < timedelta(minutes=5), figures_of(parts)
    seconds = (clock.now() - returned).total_seconds()
    # What the real time-out may still hold a worker that waits for the server’s first word.
    held = transport_seconds(trouble)
    figure(f"{trouble}: seconds until {2 * MESSAGES} mails were out", f"{seconds:.0f} + ≤ {held}")
    assert seconds + held <= 60


def figures_of(parts: Parts) -> dict[str, int]:
    with parts.store.read() as db:
        return figures.deliveries_by_state(db)


def transport_seconds(trouble: str) -> int:
    """The time-out of the step that hangs, as shipped."""
    shipped = {"greeting": 10, "EHLO": 10, "MAIL": 30}
    return shipped.get(trouble.split()[-1], 0) if "hangs" in trouble else 0


def test_the_shipped_time_outs() -> None:
    assert (transport.CONNECT_SECONDS, transport.COMMAND_SECONDS) == (10, 30)
    assert transport.END_SECONDS <= 120


def milliseconds(visitor: Visitor, rounds: int) -> dict[str, float]:
    """Median time of a page made for its visitor, of a post, and of the family’s page."""
    taken: dict[str, list[float]] = {"page": [], "post": [], "family’s page": []}

    def timed(name: str, act: Callable[[], object]) -> object:
        begun = time.perf_counter()
        done = act()
        taken[name].append((time.perf_counter() - begun) * 1000)
        return done

    for _ in range(rounds):
        timed("page", lambda: visitor.get(study_path("en", "contact?site=nl-utrecht-maxima")))
        check = write(visitor, Canaries())
        sent = timed("post", lambda form=check: send(visitor, form))
        timed("family’s page", lambda answer=sent: visitor.follow(answer))  # type: ignore[arg-type]
    return {name: statistics.median(times) for name, times in taken.items()}


@pytest.mark.alone
@pytest.mark.parametrize("trouble", ["gone", "refuses with 421"])
def test_no_page_waits_for_a_mail_server_in_trouble(
    new_portal: Callable[..., LivePortal], server: ScriptedServer, figure: Figure, trouble: str
) -> None:
    """Beside tests/delivery/test_mail_server_down.py, where it hangs. In turns, so that a busy
    machine slows both alike."""
    with new_portal(PORTAL_MAIL_URL=server.url) as portal:
        visitor = Visitor(portal.url)
        milliseconds(visitor, 3)
        well: dict[str, list[float]] = {}
        ill: dict[str, list[float]] = {}
        for _ in range(3):
            for times in (ill, well):
                in_trouble(server, trouble, times is ill)
                for name, median in milliseconds(visitor, 5).items():
                    times.setdefault(name, []).append(median)
        for name in well:
            slower = statistics.median(ill[name]) / statistics.median(well[name])
            figure(f"mail server {trouble}: {name}, times as slow", round(slower, 2))
            assert slower <= 2, f"{name}: {well[name]} {ill[name]}"


def in_trouble(server: ScriptedServer, trouble: str, yes: bool) -> None:
    server.clear()
    if trouble == "gone":
        server.down() if yes else server.up()
    elif yes:
        server.script(*TROUBLES[trouble])


@pytest.mark.alone
@pytest.mark.full
@pytest.mark.timeout(400)
def test_within_a_minute_by_the_real_clock(
    new_portal: Callable[..., LivePortal], server: ScriptedServer, figure: Figure
) -> None:
    with new_portal(PORTAL_MAIL_URL=server.url) as portal:
        visitor = Visitor(portal.url)
        for trouble in ("gone", "hangs before its greeting"):
            in_trouble(server, trouble, yes=True)
            if trouble != "gone":
                server.script(*TROUBLES[trouble])
            before = len(server.received)
            for _ in range(20):
                send(visitor, write(visitor, Canaries()))
            time.sleep(60)
            server.clear()
            if trouble == "gone":
                server.up()
            begun = time.monotonic()
            while len(server.received) < before + 40:
                time.sleep(0.1)
                assert time.monotonic() - begun < 60
            figure(f"{trouble}: seconds by the real clock", round(time.monotonic() - begun, 1))


@pytest.mark.alone
@pytest.mark.full
def test_a_worker_that_hangs_ends_within_thirty_seconds_of_sigterm(
    new_portal: Callable[..., LivePortal], server: ScriptedServer, figure: Figure
) -> None:
    """The mail server hangs in the middle of an attempt; a restart does not wait for it (F38)."""
    server.script(Fault("data", SILENCE))
    with new_portal(PORTAL_MAIL_URL=server.url) as portal:
        visitor = Visitor(portal.url)
        send(visitor, write(visitor, Canaries()))
        pid = portal.pids()["worker"]
        while "data" not in server.seen:
            time.sleep(0.1)
        begun = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        while Path(f"/proc/{pid}").exists() and time.monotonic() - begun < 40:
            time.sleep(0.1)
        figure("hanging: seconds from SIGTERM to the end", round(time.monotonic() - begun, 1))
        assert time.monotonic() - begun <= 30
