"""Make one part of a running application fail, for one `with`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def replaced(thing: object, name: str, other: Callable[..., Any]) -> Iterator[None]:
    """Put something else in the place of a method of one object."""
    # Frozen dataclasses refuse a plain assignment; their __dict__ does not.
    vars(thing)[name] = other
    try:
        yield
    finally:
        del vars(thing)[name]


def failing(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail
