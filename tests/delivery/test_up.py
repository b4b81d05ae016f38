"""`make run` as a newcomer meets it: it starts, says where, keeps what it has, ends whole."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.canaries import Canaries
from tests.support.flows import send, states, wait_for_states, write
from tests.support.live import LivePortal
from tests.support.paths import BIN, ROOT
from tests.support.visitor import Visitor
from tests.support.waiting import wait_until


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_three_processes_that_end_together_and_keep_what_a_family_sent(
    new_portal: Callable[..., LivePortal], canaries: Canaries
) -> None:
    """Also when the start in between was on another port for mail, with the same keys."""
    portal = new_portal()
    with portal:
        pids = portal.pids()
        assert set(pids) == {"web", "worker", "mail"}
        assert all(_alive(pid) for pid in pids.values())
        visitor = Visitor(portal.url)
        location = send(visitor, write(visitor, canaries)).location
        wait_for_states(visitor, location, "handed_over")
    assert portal.left == []
    assert portal.pids() == {}
    with portal:
        assert set(states(Visitor(portal.url).get(location))) == {"handed_over"}
        assert len(portal.mail.to(canaries.email)) == 1, "a mail went out again after the restart"


def test_a_mail_that_waits_when_all_is_switched_off_goes_out_after(
    new_portal: Callable[..., LivePortal], canaries: Canaries
) -> None:
    """The worker is killed before its attempt, then the rest: the row is the truth (F3, F38)."""
    portal = new_portal()
    with portal:
        portal.halt_worker()
        visitor = Visitor(portal.url)
        location = send(visitor, write(visitor, canaries)).location
        assert "handed_over" not in states(visitor.get(location))
        os.kill(portal.pids()["worker"], signal.SIGKILL)
    with portal:
        wait_for_states(Visitor(portal.url), location, "handed_over")
        assert len(portal.mail.to(canaries.email)) == 1


def test_it_ends_whole_when_one_part_dies(new_portal: Callable[..., LivePortal]) -> None:
    """Half a portal would take messages that nobody sends."""
    portal = new_portal()
    with portal:
        pids = portal.pids()
        os.kill(pids["worker"], signal.SIGKILL)
        assert portal.process is not None
        wait_until(lambda: portal.process and portal.process.poll() is not None, 30)
        assert portal.process.returncode == 2
        wait_until(lambda: not _alive(pids["web"]), why="the end of the web server")
    assert "ended by itself" in portal.log.read_text()


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [BIN / "flask", "up"],
            cwd=ROOT,
            env=LivePortal(tmp_path, port=port).environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert str(port) in done.stderr


def test_a_second_portal_on_the_same_port_is_refused(
    live_portal: LivePortal, tmp_path: Path
) -> None:
    """The web server would share the port, and every second family would meet another portal."""
    second = LivePortal(tmp_path, port=live_portal.port)
    try:
        with pytest.raises(AssertionError, match="in use"):
            second.start()
    finally:
        second.stop()
