"""axe over a page: every rule that it has, best practices included."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Only what is wrong comes over: all that is right would be megabytes per page.
_RUN = "() => axe.run({resultTypes: ['violations']}).then(found => found.violations)"


def violations(page: Page) -> list[str]:
    """One line per violation and place; the same on many pages is the same line."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_RUN)
    return [_line(one, node["html"]) for one in found for node in one["nodes"]]


def _line(found: dict[str, str], html: str) -> str:
    return f"{found['id']} ({found['impact']}): {found['help']}: {' '.join(html.split())[:160]}"
