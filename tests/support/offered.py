"""Which languages a test runs over (docs/translate.md, ‘Tests’).

Inside the process: all that config/portal.toml offers. In Chromium, where a page costs a second:
a choice that has both directions, Arabic and Hebrew letters and one language of long words; the
others are marked `full`.
"""

from __future__ import annotations

import tomllib

import pytest

from tests.support.paths import ROOT

OFFERED: tuple[str, ...] = tuple(
    tomllib.loads((ROOT / "config" / "portal.toml").read_text(encoding="utf-8"))["languages"][
        "offered"
    ]
)
TRANSLATED = tuple(code for code in OFFERED if code != "en")
RIGHT_TO_LEFT = tuple(code for code in OFFERED if code in {"ar", "he"})
_LONG_WORDS = next((code for code in ("fi", "de") if code in OFFERED), "nl")
AT_THE_GATE = tuple(code for code in OFFERED if code in {"en", "nl", "ar", "he", _LONG_WORDS})
IN_CHROMIUM = [
    code if code in AT_THE_GATE else pytest.param(code, marks=pytest.mark.full) for code in OFFERED
]
