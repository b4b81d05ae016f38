"""Flask’s test client, with eyes: it audits every page it fetches and remembers every address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urljoin

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.page_audit import Page, audit

BROWSER_POST = {"Sec-Fetch-Site": "same-origin"}


class AuditedResponse(TestResponse):
    """`response.page` has the tree, the forms and the `data-page` name."""

    page: Page


class AuditingClient(FlaskClient):
    """`client.get("/en/")` fails on a missing label without anyone asking.

    Posts say, as browsers do, that they come from the site itself; headers of a test win.
    """

    audits = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("use_cookies", True)
        super().__init__(*args, **kwargs)
        self.visited: list[str] = []
        self.cookies_set: list[str] = []
        self.environ_base["REMOTE_ADDR"] = "127.0.0.1"

    @property
    def portal_url(self) -> str:
        return str(self.application.extensions["portal"].settings.base_url)

    def open(self, *args: Any, **kwargs: Any) -> AuditedResponse:  # type: ignore[override]
        if "base_url" not in kwargs:
            kwargs["base_url"] = self.portal_url
        if str(kwargs.get("method", "")).upper() == "POST":
            named = {name.lower() for name, _ in _pairs(kwargs.get("headers"))}
            if not named & {"sec-fetch-site", "origin"}:
                kwargs["headers"] = [*_pairs(kwargs.get("headers")), *BROWSER_POST.items()]
        response = super().open(*args, **kwargs)
        response.__class__ = type("Audited", (AuditedResponse, response.__class__), {})
        audited: AuditedResponse = response  # type: ignore[assignment]
        audited.page = self._seen(audited)
        return audited

    def follow(self, response: TestResponse) -> AuditedResponse:
        assert response.status_code in {301, 302, 303}, f"{response.status_code} leads nowhere"
        return self.open(response.location, method="GET")

    def _seen(self, response: TestResponse) -> Page:
        url = urljoin(self.portal_url, response.request.full_path.rstrip("?"))
        packed = response.headers.get("Content-Encoding")
        text = "" if packed else response.get_data(as_text=True)
        page = Page(response.status_code, url, list(response.headers.items()), text)
        self.visited += [url, page.location]
        self.cookies_set += response.headers.getlist("Set-Cookie")
        if self.audits and page.is_html and text:
            wrong = audit(page, self.offered)
            assert not wrong, "\n".join(wrong)
        return page

    @property
    def offered(self) -> tuple[str, ...]:
        config = self.application.extensions["portal"].config
        return tuple(config.portal.languages.offered)


def _pairs(headers: Any) -> list[tuple[str, str]]:
    if headers is None:
        return []
    items: Iterable[tuple[str, str]] = headers.items() if hasattr(headers, "items") else headers
    return list(items)
