"""A walk over the address map: what must hold on every route, in every answer.

A new route joins by its line in tests/support/routes.py; without one it fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from werkzeug.routing import Rule

from tests.support.canaries import Canaries
from tests.support.client import AuditedResponse, AuditingClient
from tests.support.faults import failing, replaced
from tests.support.flows import STUDY
from tests.support.in_process import PortalApp
from tests.support.routes import LANGUAGE, SAMPLES, Sample
from tests.support.snapshots import READ

CONTACT = f"/en/studies/{STUDY}/contact"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "require-trusted-types-for": "'script'",
}
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8000"},
    {"Origin": "https://other.example"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Origin": "http://127.0.0.1:8000.other.example"},
    {"Origin": ""},
]
OURS = [
    {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1:8000"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://other.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:8000"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "http://[::1]:8000"},
]
ODD = [
    "//evil.example",
    "/\\evil.example",
    "/en//evil.example",
    "/no//evil.example",
    "/%0d%0aSet-Cookie:x=1",
    "/en/%0d%0aLocation:%20//evil.example",
    "/..%2f..%2fetc/passwd",
    "/static/x/..%2f..%2fsettings.py",
    "/%00",
    "/en/studies/%F0%9F%98%80/",
    "/site/%ff%fe",
]
WRONG_HOSTS = ["portal.invalid", "127.0.0.1:8001", "127.0.0.1", "127.0.0.1:8000.evil.example", ""]


def rules(portal: PortalApp) -> Iterator[tuple[Rule, Sample, str]]:
    """Each rule with its sample and the address that the two make."""
    seen = set()
    for rule in portal.app.url_map.iter_rules():
        sample = SAMPLES.get(rule.rule)
        assert sample, f"The route {rule.rule} is new: add a line for it to tests/support/routes.py"
        if rule.rule in seen:
            continue
        seen.add(rule.rule)
        wanted = {name: sample.values[name] for name in rule.arguments}
        address = rule.rule
        for name, value in wanted.items():
            address = re.sub(rf"<(\w+:)?{name}>", value, address)
        yield rule, sample, address


def methods(portal: PortalApp, rule: Rule) -> set[str]:
    """All methods of an address: one address may have a route for GET and one for POST."""
    found = [
        one.methods or set() for one in portal.app.url_map.iter_rules() if one.rule == rule.rule
    ]
    return set().union(*found)


def _check_headers(response: AuditedResponse, where: str) -> None:
    for name, value in HEADERS.items():
        assert response.headers.getlist(name) == [value], f"{where}: {name}"
    (policy,) = response.headers.getlist("Content-Security-Policy")
    said = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    for name, value in POLICY.items():
        assert said.get(name) == value, f"{where}: {name} is {said.get(name)}"
    assert "unsafe" not in policy, where
    assert "*" not in policy, where
    assert "Set-Cookie" not in response.headers, where
    assert "Strict-Transport-Security" not in response.headers, f"{where}: HSTS over http"
    assert "X-Portal-Keep" not in response.headers, where
    if response.data:
        kind = response.content_type or ""
        assert "charset=utf-8" in kind or kind == "application/json", f"{where}: {kind}"
    assert response.headers.get("Cache-Control"), f"{where}: no Cache-Control"


def _check_cache(response: AuditedResponse, public: bool, where: str) -> None:
    said = response.headers.get("Cache-Control", "")
    kept = public and response.status_code == 200 and response.request.method in {"GET", "HEAD"}
    assert ("no-store" in said) is not kept, f"{where}: Cache-Control is ‘{said}’"


def test_every_route_has_a_sample_and_every_sample_a_route(portal_app: PortalApp) -> None:
    existing = {rule.rule for rule, _, _ in rules(portal_app)}
    assert existing == set(SAMPLES), "tests/support/routes.py names a route that is gone"


def test_every_route_answers_get_and_head(portal_app: PortalApp, client: AuditingClient) -> None:
    for rule, sample, address in rules(portal_app):
        got = client.get(address)
        assert got.status_code in (sample.get or (405,)), f"GET {rule.rule}: {got.status_code}"
        _check_headers(got, f"GET {rule.rule}")
        _check_cache(got, sample.public, f"GET {rule.rule}")
        head = client.head(address)
        assert head.status_code == got.status_code, f"HEAD {rule.rule}"
        assert not head.data
        _check_headers(head, f"HEAD {rule.rule}")
        _check_cache(head, sample.public, f"HEAD {rule.rule}")


def test_every_route_answers_post_or_says_405(
    portal_app: PortalApp, client: AuditingClient
) -> None:
    for rule, sample, address in rules(portal_app):
        answer = client.post(address, data=dict(sample.fields))
        assert ("POST" in methods(portal_app, rule)) is bool(sample.post), rule.rule
        assert answer.status_code in (sample.post or (405,)), f"{rule.rule}: {answer.status_code}"
        _check_headers(answer, f"POST {rule.rule}")
        _check_cache(answer, False, f"POST {rule.rule}")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"])
def test_no_other_method_does_anything(
    method: str, portal_app: PortalApp, client: AuditingClient
) -> None:
    for rule, _, address in rules(portal_app):
        answer = client.open(address, method=method)
        assert answer.status_code == 405, f"{method} {rule.rule}"
        assert answer.headers["Allow"], rule.rule
        _check_headers(answer, f"{method} {rule.rule}")


def test_options_names_the_methods_and_grants_nothing(
    portal_app: PortalApp, client: AuditingClient
) -> None:
    for rule, _, address in rules(portal_app):
        answer = client.open(address, method="OPTIONS", headers={"Origin": "https://other.example"})
        assert answer.status_code in {200, 204}, rule.rule
        assert "TRACE" not in answer.headers["Allow"]
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]
        _check_headers(answer, f"OPTIONS {rule.rule}")


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_from_another_site_is_refused(
    headers: dict[str, str], portal_app: PortalApp, client: AuditingClient, canaries: Canaries
) -> None:
    for rule, sample, address in rules(portal_app):
        if not sample.post:
            continue
        fields = {**dict(sample.fields), "message": canaries.message}
        answer = client.post(address, data=fields, headers=headers)
        _check_headers(answer, f"{rule.rule} {headers}")
        if sample.open_to_all:
            assert answer.status_code in sample.post, rule.rule
            continue
        assert answer.status_code == 403, f"{rule.rule} {headers}"
        kept = answer.page.form(address)
        assert kept["message"].replace("\r\n", "\n") == canaries.message, "the text must be kept"


@pytest.mark.parametrize("headers", OURS, ids=str)
def test_a_form_of_ours_is_taken(headers: dict[str, str], client: AuditingClient) -> None:
    assert client.post(CONTACT, data={"first_name": "Ann"}, headers=headers).status_code == 422


@pytest.mark.parametrize("host", WRONG_HOSTS)
def test_a_wrong_host_is_refused_before_anything_else(
    host: str, portal_app: PortalApp, client: AuditingClient
) -> None:
    for rule, sample, address in rules(portal_app):
        client.get(address)  # so that an answer that is kept cannot slip out either
        answer = client.get(address, headers={"Host": host})
        assert answer.status_code == 400, f"{rule.rule} for host ‘{host}’: {answer.status_code}"
        _check_headers(answer, f"{rule.rule} {host}")
        if sample.post:
            posted = client.post(address, data=dict(sample.fields), headers={"Host": host})
            assert posted.status_code == 400, rule.rule


def test_forwarded_headers_change_nothing(portal_app: PortalApp, client: AuditingClient) -> None:
    forged = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-URL": "/site/x",
        "X-Rewrite-URL": "/site/x",
    }
    for rule, _, address in rules(portal_app):
        if rule.rule == "/metrics":  # not for those behind a proxy: tests/delivery/test_operator
            continue
        plain, changed = client.get(address), client.get(address, headers=forged)
        assert plain.status_code == changed.status_code, rule.rule
        assert plain.data == changed.data, rule.rule
        assert plain.headers.get("Location") == changed.headers.get("Location"), rule.rule


def test_error_answers_carry_the_same_headers(
    portal_app: PortalApp, client: AuditingClient, canaries: Canaries
) -> None:
    here = portal_app.app.extensions["portal"]
    form = dict(canaries.form())
    assert_status = _status(client)
    assert_status(400, "GET", "/en/", headers={"Host": "evil.example"})
    assert_status(404, "GET", "/en/nowhere")
    assert_status(404, "GET", "/xx/")
    assert_status(404, "GET", "/nowhere.css/")
    assert_status(404, "GET", "/en/studies/nowhere/contact")
    assert_status(404, "GET", f"/en/studies/{STUDY}/questions/")
    assert_status(405, "POST", "/en/")
    assert_status(413, "POST", CONTACT, data={"message": "x" * 200_000})
    assert_status(413, "POST", CONTACT, data={f"field{n}": "x" for n in range(1000)})
    with replaced(here.limits, "allows", lambda *_: False):
        assert_status(429, "POST", CONTACT, data=form)
    with replaced(here.limits, "allows", failing(RuntimeError(canaries.message))):
        assert_status(500, "POST", CONTACT, data=form)


def test_readyz_turns_red_with_the_database(portal_app: PortalApp, client: AuditingClient) -> None:
    """F24: the pages to read still answer."""
    portal_app.app.extensions["portal"].store.engine.dispose()
    for file in portal_app.data.glob("portal.sqlite3*"):
        file.unlink()
    _status(client)(503, "GET", "/readyz")
    assert client.get(f"/en/studies/{STUDY}/").status_code == 200
    assert client.get("/healthz").status_code == 200


def _status(client: AuditingClient):  # type: ignore[no-untyped-def]
    def check(status: int, method: str, address: str, **more: object) -> None:
        answer = client.open(address, method=method, **more)
        assert answer.status_code == status, f"{method} {address}: {answer.status_code}"
        _check_headers(answer, f"{status} {method} {address}")
        assert "no-store" in answer.headers["Cache-Control"], f"{status} {address} may be kept"

    return check


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("", "en"),
        ("nl", "nl"),
        ("nl-BE,nl;q=0.9", "nl"),
        ("ar-MA", "ar"),
        ("xx, nl;q=0.5, ar;q=0.7", "ar"),
        ("nl;q=0", "en"),
        ("*", "en"),
        ("\x00,;;q=", "en"),
    ],
)
def test_the_first_address_leads_to_the_visitors_language(
    accepts: str, language: str, client: AuditingClient
) -> None:
    answer = client.get("/", headers={"Accept-Language": accepts} if accepts else {})
    assert answer.status_code == 302
    assert answer.location.removeprefix(client.portal_url) == f"/{language}/"
    assert "Accept-Language" in answer.headers["Vary"]


@pytest.mark.parametrize("address", ODD)
def test_odd_addresses_lead_nowhere(address: str, client: AuditingClient) -> None:
    answer = client.get(address)
    assert answer.status_code in {301, 302, 308, 400, 404}, f"{address}: {answer.status_code}"
    leads_to = urlsplit(urljoin(client.portal_url, answer.location or "/"))
    assert f"{leads_to.scheme}://{leads_to.netloc}" == client.portal_url, answer.location
    # Browsers read a backslash, and two slashes, as the start of another host.
    assert not (answer.location or "/").startswith(("//", "/\\")), answer.location
    _check_headers(answer, address)


# Answers for machines, and the page that only leads on: nothing to look at in a browser.
NO_PAGE = {
    "/", "/healthz", "/readyz", "/metrics", "/robots.txt", "/sitemap.xml", "/static/<mark>/<name>",
}  # fmt: skip
# Pages that `snapshots` reaches by walking through the form, not by an address of its list.
FAMILY = "/<lang>/requests/<token>"
WALKED = {
    *(FAMILY, f"{FAMILY}/withdraw", f"{FAMILY}/erase", f"{FAMILY}/stop"),
    *("/<lang>/n/<link>", "/<lang>/n/<link>/end"),
    "/site/<token>",
    "/site/check/<token>",
    "/<lang>/studies/<slug>/contact/check",
    "/<lang>/studies/<slug>/check/delete",
    *(f"/<lang>/updates/{part}/<token>" for part in ("sent", "confirm", "manage", "stop")),
}


def test_every_page_is_looked_at_in_the_browser(portal_app: PortalApp) -> None:
    """axe, vnu, the scales and the narrow window see what tests/support/snapshots.py lists."""
    addresses = portal_app.app.url_map.bind("127.0.0.1:8000")
    seen = {
        addresses.match(f"/{LANGUAGE}/{rest.split('?')[0]}", return_rule=True)[0].rule
        for rest in READ.values()
    }
    unseen = set(SAMPLES) - seen - NO_PAGE - WALKED
    assert not unseen, f"Add {unseen} to READ in tests/support/snapshots.py"
