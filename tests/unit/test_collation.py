"""Lists stand in the order of the reader’s language (CLDR’s, checked by hand against samples)."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest

from portal import languages
from portal.collation import initial, letters_only, sort_key
from portal.languages import in_language
from tests.support.client import AuditingClient
from tests.support.offered import OFFERED


@pytest.mark.parametrize(
    ("language", "ordered"),
    [
        ("en", "Åland|Angola|Austria|Egypt|Éire|Zürich|Ελλάδα|עברית|عربي"),
        ("de", "Afrika|Ägypten|Algerien|Oman|Österreich|Straße|Zypern"),
        ("fr", "Égypte|Émirats|Espagne|Îles|Inde|œuvre"),
        ("es", "Nauru|Níger|Nueva|Ñuñoa|Omán"),
        ("ca", "Àustria|Çota|Cuba|Xile"),
        ("da", "Albanien|Zambia|Ægypten|Østrig|Ålandsøerne"),
        ("nb", "Albania|Zambia|Ærø|Østerrike|Åland"),
        ("sv", "Albanien|Zambia|Åland|Ækvator|Österrike"),
        ("fi", "Ahvenanmaa|Albania|Zambia|Åland|Äänekoski|Örö"),
        ("he", "אוסטריה|בלגיה|גרמניה|דנמרק"),
        ("ar", "إسبانيا|ألمانيا|إيطاليا|بلجيكا|فرنسا"),
    ],
)
def test_words_stand_in_order(language: str, ordered: str) -> None:
    words = ordered.split("|")
    with speaking(language):
        assert sorted(set(words), key=sort_key) == words


@contextlib.contextmanager
def speaking(language: str) -> Iterator[None]:
    """The order needs no catalogue, so languages that are not offered yet are tested too."""
    token = languages._language.set(language)
    try:
        yield
    finally:
        languages._language.reset(token)


def test_a_word_stands_under_its_letter() -> None:
    with speaking("sv"):
        assert (initial("Ögon"), initial("ära"), initial("Éire")) == ("Ö", "Ä", "E")
    with speaking("nl"):
        assert (initial("Ögon"), initial("«ära»"), initial("3 dagen")) == ("O", "A", "3")
    assert initial("…") == ""


def test_typed_words_are_compared_without_accents() -> None:
    assert letters_only(" Mär-z. ") == letters_only("MARZ")


@pytest.mark.parametrize("language", OFFERED)
def test_the_glossary_and_countries_are_in_order(language: str, client: AuditingClient) -> None:
    words = client.get(f"/{language}/studies/hem-ismart-d/words").page
    letters = [heading.text for heading in words.main.all("h2")]
    assert len(letters) == len(set(letters)), "a letter stands twice"
    terms = [term.text for term in words.main.all("dt")]
    contact = client.get(f"/{language}/studies/hem-ismart-d/contact").page
    groups = contact.main.one("select", id="country").all("optgroup")
    with in_language(language):
        assert terms == sorted(terms, key=sort_key)
        for group in groups:
            names = [option.text for option in group.all("option")]
            assert names == sorted(names, key=sort_key)
