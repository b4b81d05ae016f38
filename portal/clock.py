"""The one clock. Everything below the web layer and the worker takes `now` as an argument."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Clock:
    """Real time, or a time that tests drive (`PORTAL_NOW`, `PORTAL_CLOCK_RATE`)."""

    start: datetime | None = None
    rate: float = 1.0
    anchor: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The instant, in UTC."""
        if self.start is None and self.rate == 1.0:
            return datetime.now(UTC)
        elapsed = time.monotonic() - self.anchor
        return self._started + timedelta(seconds=elapsed * self.rate)

    @property
    def _started(self) -> datetime:
        return self.start or datetime.now(UTC)
