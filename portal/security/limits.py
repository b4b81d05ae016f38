"""Limits per source, so that nobody floods a hospital or a stranger’s mailbox.

The source’s network address is never stored: memory holds a keyed hash whose key is new each
day and each start (privacy rule P4). Each web process counts for itself, so N processes let
at most N times the figure through.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass, field
from datetime import date

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


@dataclass
class SourceLimits:
    """Counts actions of one source in a moving hour."""

    per_hour: dict[str, int]
    _limiter: MovingWindowRateLimiter = field(
        default_factory=lambda: MovingWindowRateLimiter(MemoryStorage())
    )
    _key: tuple[date, bytes] = (date.min, b"")

    def allows(self, action: str, source: str | None, today: date) -> bool:
        """Counts one `action` of `source`; False once the hour’s figure is used up."""
        item = RateLimitItemPerHour(self.per_hour[action])
        return self._limiter.hit(item, action, self._hashed(source or "unknown", today))

    def _hashed(self, source: str, today: date) -> str:
        if self._key[0] != today:
            self._key = (today, secrets.token_bytes(16))
        return hashlib.blake2b(
            _network(source).encode(), key=self._key[1], digest_size=12
        ).hexdigest()


def _network(source: str) -> str:
    """IPv6 homes own a whole /64, so that counts as one source."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
