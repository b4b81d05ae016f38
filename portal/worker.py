"""The worker: does what is due, one thing after another, until it is told to stop."""

from __future__ import annotations

import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from types import FrameType

import structlog

from portal.logs import set_up_logs
from portal.mail.transport import MailServer, Post
from portal.services.alarm import raise_alarms
from portal.services.ask_sites import ask_sites
from portal.services.deliver import Pauses, deliver_next
from portal.services.follow_up import follow_up_next
from portal.services.parts import Parts, open_parts
from portal.services.purge import purge
from portal.settings import Settings, SettingsError
from portal.store import signs
from portal.store.database import StoreError

log = structlog.get_logger()
IDLE_SECONDS = 0.3
TROUBLE_SECONDS = 5.0
# After SIGTERM the attempt under way may end; then its lease runs out and it is done again.
DRAIN_SECONDS = 25.0


class Worker:
    """Several may run, on several machines: each thing due is claimed by one of them."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.post = Post(MailServer.from_url(parts.settings.mail_url), parts.settings.mail_from)
        self.name = f"{signs.WORKER}{secrets.token_hex(8)}"
        self.stopping = threading.Event()
        self.pauses = Pauses()
        self._mail_rests_until: datetime | None = None
        self._last: dict[str, datetime] = {}

    def run(self) -> None:
        """Until `stopping` is set; the attempt under way is finished first."""
        while not self.stopping.is_set():
            self.stopping.wait(self.step())

    def step(self) -> float:
        """Do one thing that is due; how many seconds to wait before the next look."""
        try:
            self._every(timedelta(seconds=5), self._sign_of_life)
            self._every(timedelta(minutes=1), lambda now: raise_alarms(self.parts, now=now))
            self._every(timedelta(hours=1), lambda now: purge(self.parts, now=now))
            self._every(timedelta(minutes=10), lambda now: ask_sites(self.parts, now=now))
            if self._follow_up():
                return 0.0
            return self._deliver()
        except StoreError as problem:
            log.error("store_trouble", problem=str(problem))
        except Exception as problem:  # one row or one webhook’s answer must not end the worker
            log.error("worker_trouble", exc_info=problem)
        return TROUBLE_SECONDS

    def _follow_up(self) -> bool:
        """One that cannot be done must not keep the mails from going out."""
        try:
            return follow_up_next(self.parts)
        except StoreError:
            raise
        except Exception as problem:
            log.error("follow_up_failed", exc_info=problem)
            return False

    def _deliver(self) -> float:
        if self._mail_rests_until is not None and self.parts.now() < self._mail_rests_until:
            return IDLE_SECONDS
        outcome = deliver_next(self.parts, self.post.hand_over, self.pauses)
        if outcome is None:
            return IDLE_SECONDS
        if outcome.verdict == "unreachable":
            # It is so for all mails: look again soon, with one of them.
            self._mail_rests_until = self.parts.now() + timedelta(seconds=TROUBLE_SECONDS)
            return IDLE_SECONDS
        return 0.0

    def _every(self, gap: timedelta, action: Callable[[datetime], object]) -> None:
        now, key = self.parts.now(), str(gap)
        if key not in self._last or now - self._last[key] >= gap:
            self._last[key] = now
            action(now)

    def _sign_of_life(self, now: datetime) -> None:
        with self.parts.store.write() as db:
            signs.give(db, self.name, now)

    def sign_off(self) -> None:
        with self.parts.store.write() as db:
            signs.take_back(db, self.name)


def main() -> int:
    """Exit code 2 and a sentence if a setting is wrong."""
    set_up_logs()
    try:
        worker = Worker(open_parts(Settings.from_env(os.environ)))
    except SettingsError as mistake:
        sys.stderr.write(f"{mistake}\n")
        return 2

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stopping.set()
        deadline = threading.Timer(DRAIN_SECONDS, os._exit, [0])
        deadline.daemon = True
        deadline.start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run()
    worker.sign_off()
    return 0


if __name__ == "__main__":
    sys.exit(main())
