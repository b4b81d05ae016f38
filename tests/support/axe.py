"""axe over a page: every rule that it has, best practices included."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Only what is wrong comes over: all that is right would be megabytes per page.
_RUN = "options => axe.run(options).then(found => found.violations)"


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """One line per violation and place; the same on many pages is the same line."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_RUN, options)
    return [_line(one, node["html"]) for one in found for node in one["nodes"]]


def _line(found: dict[str, str], html: str) -> str:
    return f"{found['id']} ({found['impact']}): {found['help']}: {' '.join(html.split())[:160]}"
