"""Whole answers of public pages, kept compressed and given out before Flask is asked.

A view allows it by `keep(response)`. Only GET without a query, from an allowed host and without
an answers cookie; ends at midnight, since pages show how old a status is, and when a hospital
has answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable
from typing import Any

from flask import Response

from portal.web.compress import choose_encoding, encode

MARK = "X-Portal-Keep"
Headers = list[tuple[str, str]]
PAGES_AT_MOST = 2000


def keep(response: Response) -> Response:
    """Mark an answer as the same for everybody."""
    response.headers[MARK] = "1"
    response.headers.setdefault("Cache-Control", "public, max-age=300")
    return response


class PageCache:
    def __init__(self, app: Any, hosts: Collection[str], state: Callable[[], Hashable]) -> None:
        """`state` is another value whenever kept pages may say something old."""
        self.app, self.hosts, self.state = app, hosts, state
        self.kept_for = state()
        self.kept: dict[tuple[str, str], tuple[Headers, bytes]] = {}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if self.kept_for != (state := self.state()):
            self.kept_for, self.kept = state, {}
        if not self._may_be_kept(environ):
            return self._plain(environ, start)
        key = (environ["PATH_INFO"], choose_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))
        if key in self.kept:
            headers, body = self.kept[key]
            start("200 OK", headers)
            return [body]
        return self._ask(environ, start, key)

    def _may_be_kept(self, environ: dict[str, Any]) -> bool:
        return (
            environ["REQUEST_METHOD"] == "GET"
            and not environ.get("QUERY_STRING")
            and "answers=" not in environ.get("HTTP_COOKIE", "")
            and environ.get("HTTP_HOST", "").lower() in self.hosts
        )

    def _plain(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def unmarked(status: str, headers: Headers, *rest: Any) -> Any:
            return start(status, [item for item in headers if item[0] != MARK], *rest)

        answer: Iterable[bytes] = self.app(environ, unmarked)
        return answer

    def _ask(
        self, environ: dict[str, Any], start: Callable[..., Any], key: tuple[str, str]
    ) -> Iterable[bytes]:
        seen: list[tuple[str, Headers]] = []
        kept = self.kept  # a page made while its content changed must not outlive the change
        asked = {**environ, "HTTP_ACCEPT_ENCODING": ""}  # plain, to be packed well once
        parts = self.app(asked, lambda status, headers, *_: seen.append((status, headers)))
        body = b"".join(parts)
        getattr(parts, "close", lambda: None)()
        status, headers = seen[0]
        marked = any(name == MARK for name, _ in headers)
        fresh = [(n, v) for n, v in headers if n not in {MARK, "Content-Length"}]
        if key[1] and len(body) > 500:
            body = encode(body, key[1], once=marked)
            fresh.append(("Content-Encoding", key[1]))
        fresh.append(("Content-Length", str(len(body))))
        if marked and status.startswith("200") and len(kept) < PAGES_AT_MOST:
            kept[key] = (fresh, body)
        start(status, fresh)
        return [body]
