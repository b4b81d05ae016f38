"""The worked cases of the content brief (B9) in Chromium: twenty families, script on and off.

In process they go through the pages in every language (tests/web/test_check.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from playwright.sync_api import Page

from tests.support.browser_fixtures import Watch
from tests.support.browser_walk import to_result
from tests.support.live import LivePortal
from tests.support.paths import ROOT

pytestmark = pytest.mark.browser

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "unit" / "worked_cases.yaml").read_text(encoding="utf-8")
)
# At the gate one case per language, with a date to type; the others at release size.
AT_THE_GATE = {("W02", "en", True), ("W03", "nl", False), ("W02", "ar", True)}
RUNS = [
    pytest.param(
        case,
        language,
        script,
        id=f"{case['id']}-{language}-{'script' if script else 'no-script'}",
        marks=[] if (case["id"], language, script) in AT_THE_GATE else pytest.mark.full,
    )
    for case in CASES
    for language in ("en", "nl", "ar")
    for script in (True, False)
]


@pytest.fixture(scope="module")
def portal_on(
    tmp_path_factory: pytest.TempPathFactory, roomy_config: Path
) -> Iterator[Callable[[str], LivePortal]]:
    """The portal at noon of a day: one for each day that the cases name."""
    with ExitStack() as running:

        @cache
        def start(day: str) -> LivePortal:
            settings = {"PORTAL_CONFIG": str(roomy_config), "PORTAL_NOW": f"{day}T12:00:00+00:00"}
            portal = LivePortal(tmp_path_factory.mktemp("cases"), settings)
            return running.enter_context(portal)

        yield start


@pytest.mark.parametrize(("case", "language", "script"), RUNS)
def test_a_worked_case(
    case: dict[str, Any],
    language: str,
    script: bool,
    portal_on: Callable[[str], LivePortal],
    open_page: Callable[..., Page],
    watch: Watch,
) -> None:
    expect = case["expect"]
    watch.cookies_allowed = frozenset({"answers"})
    portal = portal_on(case["today"])
    watch.host = urlsplit(portal.url).netloc
    page = open_page(script=script, base_url=portal.url)
    to_result(page, language, case["answers"], beyond_the_end=False)
    main = page.locator("main")
    assert main.get_attribute("data-outcome") == expect["outcome"]
    assert main.get_attribute("data-clear-from") == (expect["clear_from"] or "")
    assert bool(page.locator("main [value=carry_on]").count()) is expect.get("early_end", False)
    told = {
        node.get_attribute("data-criterion"): node.get_attribute("data-status")
        for node in page.locator("main [data-criterion]").all()
    }
    assert {code: status for code, status in told.items() if status != "met"} == {
        code: one["status"] if isinstance(one, dict) else one
        for code, one in expect["not_met_or_open"].items()
    }
