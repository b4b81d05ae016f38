"""A visitor of the running site: plain HTTP, each page audited, every address remembered."""

from __future__ import annotations

import http.client
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import brotli
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.support.offered import OFFERED
from tests.support.page_audit import Page, audit

Answer = tuple[int, list[tuple[str, str]], bytes]
Fields = Iterable[tuple[str, str]]
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass
class Visitor:
    """Behaves like a browser without script: same-origin posts, cookies kept and sent back."""

    base_url: str
    offered: tuple[str, ...] = OFFERED
    seconds: float = 30
    headers: dict[str, str] = field(default_factory=dict)
    visited: list[str] = field(default_factory=list)
    cookies: list[str] = field(default_factory=list)
    jar: dict[str, str] = field(default_factory=dict)
    audits: bool = True

    def get(self, path: str, **headers: str) -> Page:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, fields: Fields, **headers: str) -> Page:
        sent = {"Content-Type": FORM_TYPE, "Origin": self.base_url, "Sec-Fetch-Site": "same-origin"}
        return self.ask("POST", path, urlencode(list(fields)).encode(), sent | headers)

    def follow(self, page: Page) -> Page:
        assert page.status in {301, 302, 303}, f"{page.status} of {page.url} leads nowhere"
        return self.get(page.location)

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Page:
        """One request on a line of its own. Header names may be written with underscores."""
        url = urljoin(self.base_url, path)
        named = {k.replace("_", "-"): v for k, v in (self.headers | (headers or {})).items()}
        if self.jar:
            named.setdefault("Cookie", "; ".join(f"{n}={v}" for n, v in self.jar.items()))
        status, got, raw = self.exchange(method, url, body, named)
        page = Page(status, url, got, size=len(raw))
        packed = page.header("Content-Encoding") == "br"
        page.text = (brotli.decompress(raw) if packed else raw).decode(errors="replace")
        self._remember(page)
        return page

    def exchange(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        line = http.client.HTTPConnection(parts.netloc, timeout=self.seconds)
        try:
            line.request(method, target, body or None, headers)
            answer = line.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            line.close()

    def _remember(self, page: Page) -> None:
        self.visited.extend([page.url, page.location])
        for cookie in (value for name, value in page.headers if name.lower() == "set-cookie"):
            self.cookies.append(cookie)
            self._keep(cookie)
        if self.audits and page.is_html and page.text:
            wrong = audit(page, self.offered)
            assert not wrong, "\n".join(wrong)

    def _keep(self, cookie: str) -> None:
        name, _, value = cookie.partition(";")[0].partition("=")
        self.jar[name] = value
        if not value:
            del self.jar[name]


@dataclass
class InProcessVisitor(Visitor):
    """The same visitor, asking an application inside this process."""

    app: Any = None

    def exchange(self, method: str, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        path, _, query = url.removeprefix(self.base_url).partition("?")
        asked = EnvironBuilder(
            path, self.base_url, query, method=method, data=body or None, headers=headers
        ).get_environ()
        parts, status, got = run_wsgi_app(self.app, asked)
        return int(status.split()[0]), list(got.items()), b"".join(parts)
