"""The pages that are only read: what stands on them, and that every link leads somewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.support.client import AuditingClient
from tests.support.offered import OFFERED
from tests.support.page_audit import Page

STUDY = "/en/studies/hem-ismart-d"
SHORT = "/en/studies/hem-ismart-b"


def links(page: Page) -> Iterator[str]:
    """Addresses on this site that a reader can follow, with their anchors."""
    here = urlsplit(page.url).netloc
    for node in page.tree.all("a"):
        address = urljoin(page.url, node.get("href"))
        if urlsplit(address).netloc == here:
            yield address


def test_every_link_of_the_site_leads_to_a_page_and_to_its_part(client: AuditingClient) -> None:
    waiting, pages, anchors = ["/en/"], {}, set()
    while waiting:
        address = waiting.pop()
        pages[address] = page = client.get(address).page
        assert page.status == 200, f"{page.status} {address}"
        for link in links(page):
            path, anchor = urldefrag(link)
            path = path.removeprefix(client.portal_url)
            anchors.add((path, anchor, address))
            # One language, and one hospital’s form for all of them.
            if (
                path.startswith("/en/")
                and "?" not in path
                and path not in pages | dict.fromkeys(waiting)
            ):
                waiting.append(path)
    for path, anchor, origin in anchors:
        if anchor and path in pages:
            assert pages[path].tree.all(id=anchor), f"{origin} links to {path}#{anchor}"


@pytest.mark.parametrize("part", ["questions", "rules", "words", "for-doctors", "hospitals"])
def test_a_short_study_has_its_overview_only(client: AuditingClient, part: str) -> None:
    assert client.get(f"{SHORT}/").status_code == 200
    assert client.get(f"{SHORT}/{part}").status_code == 404


def test_a_registry_number_is_no_address(client: AuditingClient) -> None:
    assert client.get("/en/studies/NCT05658640/").status_code == 404


def test_the_facts_for_search_engines_are_data_and_cannot_end_early(client: AuditingClient) -> None:
    page = client.get(f"{STUDY}/").page
    (script,) = page.tree.all("script", type="application/ld+json")
    found = re.search(r"<script[^>]*>(.*?)</script>", page.text, re.DOTALL)
    assert found
    assert "<" not in found[1]
    facts = json.loads(found[1])
    assert script["type"] == "application/ld+json"
    assert facts["@type"] == "MedicalTrial"
    assert "NCT05658640" in facts["identifier"]
    assert facts["url"] == f"{client.portal_url}{STUDY}/"


def test_each_listed_page_names_itself_in_every_language(client: AuditingClient) -> None:
    page = client.get(f"{STUDY}/rules").page
    found = {n["hreflang"]: n["href"] for n in page.tree.all("link", rel="alternate")}
    assert set(found) == {*OFFERED, "x-default"}
    assert found["ar"] == f"{client.portal_url}/ar/studies/hem-ismart-d/rules"
    assert "noindex" not in page.text


def test_a_page_that_nobody_should_find_says_so(client: AuditingClient) -> None:
    assert 'content="noindex"' in client.get("/en/nowhere").text
    assert 'content="noindex"' in client.get(f"{STUDY}/hospitals?country=NL").text


def test_the_sitemap_holds_every_listed_page(client: AuditingClient) -> None:
    text = client.get("/sitemap.xml").text
    for path in ("/en/", "/ar/privacy", "/nl/studies/hem-ismart-d/hospitals", f"{SHORT}/"):
        assert f"<loc>{client.portal_url}{path}</loc>" in text
    assert "requests" not in text


def test_robots_stay_out_of_what_is_private(client: AuditingClient) -> None:
    text = client.get("/robots.txt").text
    for path in ("/*/requests/", "/site/", "/*/notes", "/*/updates/manage/"):
        assert f"Disallow: {path}\n" in text
    assert f"Sitemap: {client.portal_url}/sitemap.xml" in text


def test_the_glossary_runs_from_a_to_z(client: AuditingClient) -> None:
    page = client.get(f"{STUDY}/words").page
    letters = [node.text for node in page.main.all("h2")]
    assert letters == sorted(letters)
    assert len(page.main.all("dt")) >= 39


def test_all_rules_stand_in_plain_and_in_clinical_words(client: AuditingClient) -> None:
    main = client.get(f"{STUDY}/rules").page.main
    rules = [node["id"].removeprefix("rule-") for node in main.all("li", id=True)]
    assert {number.split(".")[0].rstrip("abc") for number in rules} == set(map(str, range(1, 22)))
    for node in main.all("li", id=True):
        lay, clinical = (p for p in node.all("p") if "no" not in p.get("class").split())
        assert lay.text
        assert clinical.text
        assert lay.text != clinical.text


@pytest.mark.parametrize("page", ["", "studies/hem-ismart-d/questions", "privacy", "nowhere"])
def test_every_page_says_first_where_to_turn_in_an_emergency(
    client: AuditingClient, page: str
) -> None:
    foot = client.get(f"/en/{page}").page.tree.one("footer")
    assert foot.all("p")[0].text.startswith("This site is not for emergencies")


def test_no_page_speaks_of_days_in_a_placeholder(client: AuditingClient) -> None:
    for page in ("/en/", f"{STUDY}/", f"{STUDY}/questions"):
        assert "{" not in client.get(page).page.main.text


@pytest.mark.parametrize("path", ["/nowhere.css", "/nope", "/xx", "/en/x.css", "/favicon.ico"])
def test_what_is_no_page_is_not_found_at_once(client: AuditingClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_home_without_its_slash_leads_there(client: AuditingClient) -> None:
    assert client.get("/en").status_code == 308
