"""The worker: does what is due, one mail after another, until it is told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta
from types import FrameType

import structlog

from portal.logs import set_up_logs
from portal.mail.transport import MailServer, Post
from portal.services.deliver import deliver_next
from portal.services.parts import Parts, open_parts
from portal.services.purge import purge
from portal.settings import Settings, SettingsError
from portal.store.database import StoreError

log = structlog.get_logger()
IDLE_SECONDS = 0.3
TROUBLE_SECONDS = 5.0
HOUSEKEEPING = timedelta(hours=1)


class Worker:
    """Several may run, on several machines: each mail is claimed by one of them."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.post = Post(MailServer.from_url(parts.settings.mail_url), parts.settings.mail_from)
        self.stopping = threading.Event()
        self._cleaned_at = parts.now() - HOUSEKEEPING

    def run(self) -> None:
        """Until `stopping` is set; the attempt under way is finished first."""
        while not self.stopping.is_set():
            self.stopping.wait(self.step())

    def step(self) -> float:
        """Do one thing that is due; how many seconds to wait before the next look."""
        try:
            self._clean_up()
            outcome = deliver_next(self.parts, self.post.hand_over)
        except StoreError as problem:
            log.error("store_trouble", problem=str(problem))
            return TROUBLE_SECONDS
        if outcome is None:
            return IDLE_SECONDS
        # An unreachable server is unreachable for all mails: look again soon, with one of them.
        return TROUBLE_SECONDS if outcome.verdict == "unreachable" else 0.0

    def _clean_up(self) -> None:
        now = self.parts.now()
        if now - self._cleaned_at >= HOUSEKEEPING:
            self._cleaned_at = now
            purge(self.parts, now=now)


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

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
