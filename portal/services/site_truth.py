"""The configuration with the hospitals’ own answers on top, in every process.

Files are read once at the start; answers are in the database, where any process may write them.
Each process looks again after a second at the earliest, one thread at a time. While the database
does not answer, the last known truth stands and the next look waits longer, so that pages that
need no database stay fast.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from portal.content.model import Config
from portal.content.site_answers import SiteAnswer, with_answers
from portal.store import site_checks
from portal.store.database import Store, StoreError

LOOK_AGAIN = 1.0  # seconds of real time, whatever clock the portal runs on
AFTER_TROUBLE = 15.0


@dataclass
class SiteTruth:
    files: Config
    store: Store
    _answers: tuple[SiteAnswer, ...] = ()
    _now: Config | None = None
    _version: int = 0
    _next_look: float = 0.0
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def config(self) -> Config:
        self._look()
        return self._now or self.files

    @property
    def version(self) -> int:
        """Another number whenever a hospital’s answer has changed what pages say."""
        self._look()
        return self._version

    def changed(self) -> None:
        """Somebody in this process has just answered: look at once."""
        self._next_look = 0.0

    def _look(self) -> None:
        if time.monotonic() < self._next_look or not self._turn.acquire(blocking=False):
            return
        try:
            self._next_look = time.monotonic() + LOOK_AGAIN
            self._take(self._read())
        except StoreError:
            self._next_look = time.monotonic() + AFTER_TROUBLE
        finally:
            self._turn.release()

    def _read(self) -> tuple[SiteAnswer, ...]:
        with self.store.read() as db:
            checks = site_checks.every(db)
        said = (checks[name].answer for name in sorted(checks))
        return tuple(answer for answer in said if answer is not None)

    def _take(self, answers: tuple[SiteAnswer, ...]) -> None:
        if answers != self._answers:
            self._now = with_answers(self.files, answers)
            self._answers, self._version = answers, self._version + 1
