"""Wait for what another process does, with an end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(look: Callable[[], T], seconds: float = 20, pause: float = 0.05, why: str = "") -> T:
    """What `look` gives, once that is true. Fails with `why` after `seconds`."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"not within {seconds} s: {why or look}"
        time.sleep(pause)
    return found
