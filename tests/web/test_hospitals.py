"""Find a hospital: every state of the page."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest

from portal.languages import gettext, in_language
from tests.support.canaries import Canaries
from tests.support.client import AuditingClient
from tests.support.page_audit import Page

ADDRESS = "/en/studies/hem-ismart-d/hospitals"


def look(client: AuditingClient, language: str = "en", **asked: str) -> Page:
    address = ADDRESS.replace("/en/", f"/{language}/", 1)
    return client.get(f"{address}?{urlencode(asked)}" if asked else address).page


def cards(page: Page) -> list[str]:
    return [node["data-site"] for node in page.main.all("article", data_site=True)]


def test_without_a_question_all_hospitals_stand_by_country(client: AuditingClient) -> None:
    page = look(client)
    assert len(cards(page)) == len(set(cards(page))) == 34
    taking, away = page.main.one(id="all"), page.main.one(id="away")
    countries = [node.text for node in taking.all("h3")]
    assert countries == sorted(countries)
    assert countries[0] == "Austria"
    # Zurich is not open yet: it stands apart, with its date and without a button.
    assert [node["data-site"] for node in away.all("article")] == ["ch-zurich-kispi"]
    assert "15 July 2025" in away.text
    assert not away.all("a")


@pytest.mark.parametrize(
    ("country", "place", "first"),
    [
        ("NL", "Utrecht", "nl-utrecht-maxima"),
        ("nl", "1012 AB", "nl-utrecht-maxima"),
        ("GB", "SW1A 1AA", "gb-london-gosh"),
        ("DE", "München", "de-augsburg-uk"),
        ("IL", "תל אביב", "il-ramat-gan-sheba"),
    ],
)
def test_the_nearest_hospital_comes_first(
    client: AuditingClient, country: str, place: str, first: str
) -> None:
    page = look(client, country=country, place=place)
    assert cards(page)[0] == first
    assert len(cards(page)) == 3
    assert place in [node.get("value") for node in page.main.all("input")]


@pytest.mark.parametrize(
    ("language", "country", "place", "said"),
    [
        ("nl", "BE", "Gent", True),  # Utrecht, where Dutch is spoken, before Lille, which is nearer
        ("de", "DE", "München", False),
        ("en", "GB", "London", False),
    ],
)
def test_a_hospital_before_a_nearer_one_has_its_reason(
    client: AuditingClient, language: str, country: str, place: str, said: bool
) -> None:
    with in_language(language):
        reason = gettext(
            "A hospital in your country, or one that works in a language you speak,"
            " can come before a closer one in the list."
        )
    page = look(client, language, country=country, place=place)
    form = {"country": country, "place": place, "language": language}
    contact = ADDRESS.replace("/en/", f"/{language}/").replace("hospitals", "contact")
    check = client.post(contact, data=dict(Canaries().form(**form))).page
    for shown in (page, check):
        assert (reason in shown.main.text) is said, shown.url


def test_each_card_says_what_is_not_known(client: AuditingClient) -> None:
    card = look(client, country="NL", place="Utrecht").main.all("article", data_site=True)[0]
    for words in (
        "We could not confirm yet that this hospital takes part.",
        "date not known",
        "we think",
        "We do not have a number. Ask your own hospital.",
    ):
        assert words in card.text
    (action,) = card.all("a")
    assert action["href"].endswith("/contact?site=nl-utrecht-maxima")


def test_a_country_alone_shows_its_hospitals_without_distances(client: AuditingClient) -> None:
    page = look(client, country="FR")
    assert len(cards(page)) == 6
    assert all(site.startswith("fr-") for site in cards(page))
    assert " km" not in page.main.text


def test_a_country_without_a_hospital_leads_to_the_nearest_ones(client: AuditingClient) -> None:
    page = look(client, country="PL", place="Poznań")
    assert "No hospital in Poland is listed now." in page.main.text
    assert "own doctor" in page.main.text
    assert cards(page)[0] == "de-berlin-charite"


def test_an_unknown_place_is_kept_with_suggestions_and_all_hospitals(
    client: AuditingClient,
) -> None:
    page = look(client, country="NL", place="Utrechtttt")
    assert "Utrechtttt" in [node.get("value") for node in page.main.all("input")]
    assert [link for link in page.main.all("a") if "place=Utrecht" in link.get("href")]
    assert len(cards(page)) == 34


def test_a_place_without_a_country_asks_for_the_country(client: AuditingClient) -> None:
    page = look(client, place="Lyon")
    assert page.status == 422
    assert "Lyon" in [node.get("value") for node in page.main.all("input")]


@pytest.mark.parametrize("country", ["XX", "1", "<b>", "NLD"])
def test_a_country_that_is_none_counts_as_not_chosen(client: AuditingClient, country: str) -> None:
    assert len(cards(look(client, country=country))) == 34


def test_countries_stand_in_the_order_of_the_language(client: AuditingClient) -> None:
    english = [node.text for node in look(client).main.all("option")]
    dutch = [node.text for node in look(client, "nl").main.all("option")]
    assert english.index("Germany") > english.index("France")
    assert dutch.index("Duitsland") < dutch.index("Frankrijk")
    assert len(english) == len(dutch) > 200


def test_places_of_one_name_are_told_apart(client: AuditingClient) -> None:
    page = look(client, country="DE", place="Neustadt")
    others = [link for link in page.main.all("a") if "place=" in link.get("href")]
    assert len(others) >= 2
    assert cards(client.get(others[0]["href"]).page)
