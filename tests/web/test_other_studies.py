"""The catalogue page and the signpost, without script."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.client import AuditingClient
from tests.support.fixtures import data_with_places
from tests.support.in_process import PortalApp
from tests.support.page_audit import Page
from tests.unit.config_copy import ConfigCopy

PAGE = "/en/other-studies"
ALL = [
    *(f"hem-ismart-{part}" for part in "abcde"),
    *("NCT05748171", "NCT06376162", "NCT04726241", "NCT06709469", "NCT06080191", "NCT05761171"),
]


def cards(page: Page, *, sure: bool | None = None) -> list[str]:
    found = page.main.all("article", data_study=True)
    if sure is not None:
        found = [card for card in found if bool(card.get("data-unknown")) != sure]
    return [card["data-study"] for card in found]


def card(page: Page, name: str) -> Any:
    return page.main.one("article", data_study=name)


def post(client: AuditingClient, **fields: str) -> Page:
    answer = client.post(PAGE, data=fields)
    assert answer.status_code == 200
    return answer.page


def test_every_study_stands_with_status_date_ages_countries_and_what_is_looked_for(
    client: AuditingClient,
) -> None:
    page = client.get(PAGE).page
    assert cards(page) == ALL
    b = card(page, "hem-ismart-b").text
    for words in (
        "Looking for people (checked 8 May 2026)",
        "A change in the ABL1 or PDGFRB gene",
        "1 to 20 years",
        "Austria, Belgium, Denmark",
    ):
        assert words in b, words
    assert "We may not know all of them" not in b
    pedal = card(page, "NCT04726241").text
    assert "Looking for people (checked 26 June 2025)" in pedal
    assert "This may have changed." in pedal
    assert "United States" in pedal
    assert "We may not know all of them." in pedal


def test_what_was_not_stated_says_so(client: AuditingClient) -> None:
    page = client.get(PAGE).page
    e = card(page, "hem-ismart-e").text
    assert re.search(r"Ages\s*Not known\s*Countries\s*Not known", e), e
    assert "Status not known (date of check not known)" in card(page, "NCT06376162").text
    assert "We could not confirm all of its hospitals yet." in card(page, "hem-ismart-d").text


def test_each_entry_leads_to_its_pages_here_or_to_the_registry(client: AuditingClient) -> None:
    page = client.get(PAGE).page
    for name in ALL:
        links = [link["href"] for link in card(page, name).all("a")]
        assert any(link.startswith("https://clinicaltrials.gov/study/NCT") for link in links)
        own = f"/en/studies/{name}/"
        assert (own in links) == name.startswith("hem")
    assert client.get("/en/studies/hem-ismart-c/").status_code == 200


def test_country_and_age_are_a_plain_address_that_a_language_link_keeps(
    client: AuditingClient,
) -> None:
    answer = client.get(f"{PAGE}?country=be&age_group=0_5")
    page = answer.page
    assert answer.headers["Cache-Control"] == "no-store"
    assert cards(page, sure=True) == ["hem-ismart-b"]
    unknown = card(page, "NCT05761171")
    assert unknown["data-unknown"] == "country"
    assert "We do not know if a hospital in this country takes part." in unknown.text
    assert card(page, "hem-ismart-d")["data-unknown"] == "country"
    dutch = next(a["href"] for a in page.tree.all("a") if a.get("hreflang") == "nl")
    assert "country=be" in dutch
    assert "age_group=0_5" in dutch


def test_what_does_not_fit_is_left_out_and_counted(client: AuditingClient) -> None:
    page = client.get(f"{PAGE}?country=ES&age_group=adult").page
    assert cards(page, sure=True) == []
    # Those of whose ages nothing is known, and those that take 21-year-olds.
    assert cards(page) == [
        *("hem-ismart-e", "NCT06376162", "NCT04726241", "NCT06709469", "NCT06080191"),
    ]
    assert "6 studies are not shown" in page.main.text
    assert page.main.all("a", href=PAGE)


def test_a_code_that_is_none_counts_as_not_chosen(client: AuditingClient) -> None:
    page = client.get(f"{PAGE}?country=ZZ&age_group=old&change=jak-stat").page
    assert cards(page) == ALL
    assert not page.main.all(data_signpost=True)


def test_only_the_page_without_a_choice_is_kept(client: AuditingClient) -> None:
    assert client.get(PAGE).headers["Cache-Control"].startswith("public")
    answer = client.post(PAGE, data={"change": "jak-stat"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert cards(client.get(PAGE).page) == ALL


def test_a_posted_choice_without_a_change_gets_an_address(client: AuditingClient) -> None:
    answer = client.post(PAGE, data={"country": "NL", "age_group": "6_12", "change": ""})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{PAGE}?country=NL&age_group=6_12#list"
    answer = client.post(PAGE, data={"change": "no-such"})
    assert answer.headers["Location"] == f"{PAGE}#list"


@pytest.mark.parametrize(
    ("change", "part", "status"),
    [
        ("abl1-pdgfrb", "HEM-iSMART-B", "Looking for people (checked 8 May 2026)"),
        ("jak-stat", "HEM-iSMART-C", "Looking for people (checked 16 September 2025)"),
        ("pam-pathway", "HEM-iSMART-E", "Not open yet (checked 16 September 2025)"),
        ("none-found", "HEM-iSMART-A", "Not open yet (date of check not known)"),
    ],
)
def test_the_signpost_says_which_part_looks_for_a_change_and_its_status(
    client: AuditingClient, change: str, part: str, status: str
) -> None:
    page = post(client, change=change)
    said = page.main.one(data_signpost="found").text
    assert part in said
    assert status in said
    assert "does not mean that someone can join" in said
    assert "Your own doctor can help you" in said


def test_a_change_that_nobody_names_ends_with_who_can_advise(client: AuditingClient) -> None:
    page = post(client, change="another")
    said = page.main.one(data_signpost="none").text
    assert "None of these studies names this change" in said
    assert "Your own doctor can help you" in said
    assert page.main.all("a", href="/en/studies/hem-ismart-d/hospitals")
    # Studies that say nothing of a change stay in sight, and say so.
    assert "NCT06080191" in cards(page)
    assert "We do not know which change in the cells it looks for." in page.main.text


def test_without_a_report_the_test_comes_first_and_nothing_is_left_out(
    client: AuditingClient,
) -> None:
    page = post(client, change="not-known")
    assert "molecular profiling" in page.main.one(data_signpost="not-known").text
    assert cards(page) == ALL


def test_the_change_stays_chosen_and_stands_in_no_address(portal_app: PortalApp) -> None:
    client = portal_app.client
    page = post(client, change="ras-pathway", country="CH", age_group="13_17")
    assert page.main.one("input", id="change-ras-pathway").get("checked") is not None
    assert page.main.one("option", value="CH").get("selected") is not None
    assert cards(page, sure=True) == ["hem-ismart-d"]
    for node in (*page.tree.all("a"), *page.tree.all("form")):
        address = node.get("href") or node.get("action") or ""
        assert "ras-pathway" not in address
        assert "change=" not in address


def test_where_nothing_fits_the_page_says_who_can_advise(
    tmp_path: Path, unpacked_places: Path
) -> None:
    config = ConfigCopy.make(tmp_path)
    text = config.text("other-studies.yaml")
    config.write("other-studies.yaml", text[: text.index("\nstudies:")] + "\nstudies: []\n")
    portal = PortalApp.make(data_with_places(tmp_path, unpacked_places), config=config.root)
    page = post(portal.client, change="another")
    portal.close()
    assert cards(page) == []
    said = page.main.one(data_nothing=True).text
    assert "No study in this list fits what you chose" in said
    assert "Your own doctor can help you" in said
    assert "5 studies are not shown" in page.main.text


def test_gene_names_are_marked_as_they_stand_on_reports(client: AuditingClient) -> None:
    page = client.get("/ar/other-studies").page
    names = [node.text for node in page.main.all("bdi", dir="ltr")]
    for gene in ("KRAS", "NUP214-ABL1", "STAT5B", "KMT2A"):
        assert gene in names


@pytest.mark.parametrize("language", ["nl", "ar"])
def test_every_word_is_translated(client: AuditingClient, language: str) -> None:
    answer = client.post(f"/{language}/other-studies", data={"change": "another"})
    for english in ("Your own doctor", "None of these", "Show", "Countries", "Which change"):
        assert english not in answer.page.main.text
