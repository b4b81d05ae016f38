"""Each country with a study hospital: its name, postcodes, phone prefix and emergency number."""

from __future__ import annotations

import phonenumbers
import pytest
from babel import Locale
from werkzeug.datastructures import MultiDict

from portal.content.load import load_config
from portal.forms.contact import ContactForm
from portal.languages import in_language, territory_name
from portal.places.emergency import _OWN, emergency_numbers
from portal.places.gazetteer import Gazetteer
from tests.support.client import AuditingClient
from tests.support.offered import OFFERED
from tests.support.paths import ROOT

STUDY = load_config(ROOT / "config").study("hem-ismart-d")
assert STUDY is not None
COUNTRIES = sorted({site.country for site in STUDY.sites})
# In the forms that people of the country write.
POSTCODES = {
    "AT": ("1090", "A-1090"),
    "BE": ("9000", "B-9000"),
    "CH": ("8032", "CH-8032"),
    "DE": ("86156", "D-86156"),
    "DK": ("2100", "DK-2100"),
    "ES": ("28009", "08950"),
    "FI": ("00290", "FI-00290"),
    "FR": ("75019", "69 008"),
    "GB": ("WC1N 3JH", "wc1n3jh"),
    "IE": ("D12 N512", "D12"),
    "IL": ("4920235", "49202"),
    "IT": ("16147", "I-16147"),
    "NL": ("3584 CS", "3584cs"),
    "NO": ("0372", "N-0372"),
    "SE": ("171 76", "17176"),
}
EMERGENCY = dict.fromkeys(COUNTRIES, ("112",)) | {
    "GB": ("999", "112"),
    "NO": ("113", "112"),
    "IE": ("112", "999"),
    "IL": ("101",),
}


def test_there_are_fifteen() -> None:
    assert len(COUNTRIES) == 15
    assert set(POSTCODES) == set(COUNTRIES)


@pytest.mark.parametrize("language", OFFERED)
@pytest.mark.parametrize("country", COUNTRIES)
def test_each_has_a_name_in_each_language(country: str, language: str) -> None:
    with in_language(language):
        name = territory_name(country)
    assert name == Locale.parse(language).territories[country]
    assert name != country


@pytest.mark.parametrize("country", COUNTRIES)
def test_postcodes_are_understood_as_people_write_them(
    country: str, client: AuditingClient
) -> None:
    gazetteer: Gazetteer = client.application.extensions["portal"].gazetteer
    for written in POSTCODES[country]:
        found = gazetteer.find(country, written)
        assert found.precision in {"postcode", "postcode_prefix"}, written


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_number_as_at_home_gets_its_country(country: str) -> None:
    """The hospital may be across a border. Samples are libphonenumber’s own, nobody’s number."""
    sample = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    assert sample
    kinds = phonenumbers.PhoneNumberFormat
    at_home = phonenumbers.format_number(sample, kinds.NATIONAL)
    abroad = phonenumbers.format_number(sample, kinds.INTERNATIONAL)
    for typed in (at_home, abroad):
        form = _form(country, typed)
        assert not form.phone_looks_odd(), typed
        assert form.to_message().phone == abroad
    assert _form(country, "1").to_message().phone == "1"
    other = "+44 20 7946 0018"
    assert _form(country, other).to_message().phone == other


def _form(country: str, phone: str) -> ContactForm:
    data = MultiDict({"country": country, "phone": phone})
    form = ContactForm(data, {"": [(country, country)]})
    with in_language("en"):
        form.validate()
    return form


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_emergency_number_is_right(country: str, client: AuditingClient) -> None:
    numbers = emergency_numbers(country)
    assert numbers == EMERGENCY[country]
    page = client.get(f"/en/studies/hem-ismart-d/hospitals?country={country}").page
    line = page.tree.one("footer").all("p")[0].text
    assert line.endswith(f"call your hospital or {' or '.join(numbers)}.")


def test_every_number_of_the_table_is_known_to_the_library() -> None:
    for country, numbers in _OWN.items():
        assert emergency_numbers(country) == numbers


@pytest.mark.parametrize("country", ["JP", "BR", "XX"])
def test_where_none_is_known_nothing_is_guessed(country: str, client: AuditingClient) -> None:
    known = emergency_numbers(country)
    page = client.get(f"/en/studies/hem-ismart-d/hospitals?country={country}").page
    line = page.tree.one("footer").all("p")[0].text
    if country == "JP":
        assert known == ()
        assert line.endswith("or your local emergency number.")
    if country == "XX":
        assert line.endswith("or 112 (in Europe).")
