"""The parts on an empty database, and a clock that stands where a test puts it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.services.parts import Parts
from tests.support.samples import SetClock, make_parts


@pytest.fixture
def opened(tmp_path: Path, store_url: str) -> Iterator[tuple[Parts, SetClock]]:
    parts, clock = make_parts(tmp_path / "data", database_url=store_url)
    yield parts, clock
    parts.store.engine.dispose()


@pytest.fixture
def parts(opened: tuple[Parts, SetClock]) -> Parts:
    return opened[0]


@pytest.fixture
def clock(opened: tuple[Parts, SetClock]) -> SetClock:
    return opened[1]
