"""Inside a page’s application: its parts and its clock, which stands where a test puts it."""

from __future__ import annotations

import pytest

from portal.services.parts import Parts
from tests.support.in_process import PortalApp
from tests.support.samples import SetClock


@pytest.fixture
def parts(timed_app: PortalApp) -> Parts:
    found: Parts = timed_app.app.extensions["portal"]
    return found


@pytest.fixture
def clock(timed_app: PortalApp) -> SetClock:
    found = timed_app.settings.clock
    assert isinstance(found, SetClock)
    return found
