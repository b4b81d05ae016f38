"""axe over a page: every rule that it has, best practices included."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe()


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """One line per violation, with the place in the page. `rules`: only these."""
    options = {"runOnly": {"type": "rule", "values": list(rules)}} if rules else {}
    result = _AXE.run(page, options=options)
    return [
        f"{page.url} {found['id']} ({found['impact']}): {found['help']}: {node['html'][:160]}"
        for found in result.response["violations"]
        for node in found["nodes"]
    ]
