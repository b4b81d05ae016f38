"""Reading grade of a text. It only flags texts for rewriting (content brief A1.8)."""

from __future__ import annotations

import sys
import types

# textstat 0.7.4 imports pkg_resources for a word list that no figure here needs, and newer
# releases of setuptools no longer have it.
sys.modules.setdefault("pkg_resources", types.ModuleType("pkg_resources"))

import textstat  # noqa: E402


def grade(texts: list[str]) -> float:
    """Flesch–Kincaid grade of all texts together."""
    return float(textstat.flesch_kincaid_grade(" ".join(texts)))
