"""Chromium as families have it: small, with and without script, and never off to another host."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.support.live import LivePortal

# Without these, Chromium looks up its maker’s hosts at every start.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system’s Chromium, best as headless shell: Playwright’s own cannot be had everywhere."""
    program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert program, "Chromium is missing. Run tools/install_test_needs.sh."
    return {**browser_type_launch_args, "executable_path": program, "args": list(QUIET)}


@dataclass
class Watch:
    """What the pages of a test asked for and complained about."""

    host: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)
    cookies_allowed: frozenset[str] = frozenset()
    # Notes that Chromium writes for an answer that the test asked for (‘status of 422’).
    expected: tuple[str, ...] = ("the server responded with a status of",)

    def over(self, context: BrowserContext) -> None:
        self.contexts.append(context)
        context.on("request", self._asked)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        usual = any(text in message.text for text in self.expected)
        if message.type in {"error", "warning"} and not usual:
            self.complaints.append(f"{message.type}: {message.text}")

    def problems(self) -> list[str]:
        """Other hosts, cookies, stored data, and anything the browser or its policy refused."""
        foreign = {
            f"asked another host: {url}"
            for url in self.requests
            if urlsplit(url).scheme not in {"data", "blob", "about"}
            and urlsplit(url).netloc != self.host
        }
        cookies = [
            f"cookie: {c['name']}"
            for context in self.contexts
            for c in context.cookies()
            if c["name"] not in self.cookies_allowed
        ]
        return [*sorted(foreign), *cookies, *self.complaints]


@pytest.fixture
def watch(live_portal: LivePortal) -> Iterator[Watch]:
    made = Watch(urlsplit(live_portal.url).netloc)
    yield made
    problems = made.problems()
    assert not problems, "\n".join(problems)


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, live_portal: LivePortal, watch: Watch) -> Iterator[OpenPage]:
    """`open_page(path, script=False, width=320)`: a page in a fresh browser profile."""
    contexts: list[BrowserContext] = []

    def open_it(path: str = "", *, script: bool = True, width: int = 390, **more: Any) -> Page:
        more.setdefault("base_url", live_portal.url)
        context = browser.new_context(
            java_script_enabled=script, viewport={**PHONE, "width": width}, **more
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        watch.over(context)
        page = context.new_page()
        if path:
            page.goto(path)
        return page

    yield open_it
    leftovers = watch.problems()  # asked before the contexts close, since then cookies are gone
    for context in contexts:
        context.close()
    watch.contexts.clear()
    assert not leftovers, "\n".join(leftovers)
