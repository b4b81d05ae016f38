"""Fixtures live in tests/support; this file only brings them in."""

from __future__ import annotations

import gc
import os
import signal

import pytest

pytest_plugins = [
    "tests.support.kept",
    "tests.support.fixtures",
    "tests.support.browser_fixtures",
    "tests.support.figures",
]

# A developer’s own portal must not leak into a test.
for name in [name for name in os.environ if name.startswith("PORTAL_")]:
    del os.environ[name]

# A shell that runs this in the background has it ignore Ctrl-C, and so would the portals that
# tests start and end.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Warnings are errors. Those of other people’s code that we cannot change stand here, one by one.
OTHERS_WARNINGS = (
    # WTForms 3.3 wants `SelectChoice`, which its type stubs do not know yet; 3.4 is locked out.
    "ignore:Passing SelectField choices:DeprecationWarning",
)


# Nothing that collecting the tests makes is ever let go. Looking through all of it again and again
# takes a sixth of the time of the tests that run inside this process.
gc.disable()


def pytest_collection_finish() -> None:
    gc.enable()
    gc.freeze()


def pytest_configure(config: pytest.Config) -> None:
    for line in OTHERS_WARNINGS:
        config.addinivalue_line("filterwarnings", line)
