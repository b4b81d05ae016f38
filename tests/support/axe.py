"""axe over a page: every rule that it has, best practices included."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe()


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """One line per violation and place; the same on many pages is the same line."""
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = _AXE.run(page, options=options).response["violations"]
    return [_line(one, node["html"]) for one in found for node in one["nodes"]]


def _line(found: dict[str, str], html: str) -> str:
    return f"{found['id']} ({found['impact']}): {found['help']}: {' '.join(html.split())[:160]}"
