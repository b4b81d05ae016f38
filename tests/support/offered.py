"""Which languages a test runs over (docs/translate.md, ‘Tests’).

Inside the process: all that config/portal.toml offers. In Chromium, where a page costs a second:
a choice that has both directions and one language of long words; the others are marked `full`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from typing import Any

import pytest

from tests.support.paths import ROOT

OFFERED: tuple[str, ...] = tuple(
    tomllib.loads((ROOT / "config" / "portal.toml").read_text(encoding="utf-8"))["languages"][
        "offered"
    ]
)
TRANSLATED = tuple(code for code in OFFERED if code != "en")
# Words of compound languages are the longest that a narrow window must hold.
LONG_WORDS = next((code for code in ("fi", "de") if code in OFFERED), "nl")
AT_THE_GATE = frozenset({"en", LONG_WORDS, "ar"})


def at_the_gate(codes: Iterable[str], among: Iterable[str] = OFFERED) -> list[Any]:
    """All offered languages for `parametrize`; those not among `codes` only at full size."""
    return [code if code in codes else pytest.param(code, marks=pytest.mark.full) for code in among]
