"""Which hospital comes first, and why."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.places.choose import choose, rank_sites
from portal.places.distance import distance_km
from portal.places.gazetteer import Gazetteer
from portal.places.place import Place


@dataclass(frozen=True)
class Hospital:
    id: str
    country: str
    lat: float
    lon: float
    languages: tuple[str, ...] = ("en",)
    status: str = "open"


# Points of the gazetteer; the registry has the five of `REGISTRY` 128 to 363 km away.
HOSPITALS = (
    Hospital("at-vienna", "AT", 48.208, 16.372, ("de",)),
    Hospital("be-ghent", "BE", 51.050, 3.717, ("nl",)),
    Hospital("ch-zurich", "CH", 47.367, 8.550, ("de",)),
    Hospital("de-augsburg", "DE", 48.372, 10.899, ("de",)),
    Hospital("de-berlin", "DE", 52.524, 13.411, ("de",)),
    Hospital("de-essen", "DE", 51.457, 7.012, ("de",)),
    Hospital("de-frankfurt", "DE", 50.116, 8.684, ("de",)),
    Hospital("de-muenster", "DE", 51.962, 7.626, ("de",)),
    Hospital("dk-copenhagen", "DK", 55.676, 12.566, ("da",)),
    Hospital("fr-lyon", "FR", 45.749, 4.848, ("fr",)),
    Hospital("fr-marseille", "FR", 43.297, 5.381, ("fr",)),
    Hospital("gb-bristol", "GB", 51.455, -2.597),
    Hospital("gb-london", "GB", 51.509, -0.126),
    Hospital("gb-newcastle", "GB", 54.973, -1.614),
    Hospital("ie-dublin", "IE", 53.333, -6.249, ("en", "ga")),
    Hospital("it-genova", "IT", 44.405, 8.944, ("it",)),
    Hospital("it-monza", "IT", 45.580, 9.272, ("it",)),
    Hospital("it-padova", "IT", 45.408, 11.886, ("it",)),
    Hospital("it-roma", "IT", 41.892, 12.511, ("it",)),
    Hospital("it-turin", "IT", 45.070, 7.687, ("it",)),
    Hospital("nl-utrecht", "NL", 52.091, 5.122, ("nl", "en")),
    Hospital("no-oslo", "NO", 59.913, 10.746, ("no",)),
    Hospital("se-stockholm", "SE", 59.329, 18.069, ("sv",)),
)
REGISTRY = {
    "de-frankfurt": (49.68333, 10.53333),
    "it-genova": (45.21604, 11.87211),
    "it-padova": (44.38225, 11.14261),
    "it-roma": (44.99364, 11.10642),
    "gb-newcastle": (54.21804, -5.88979),
}


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    return Gazetteer.open(tmp_path_factory.mktemp("places"))


@pytest.mark.parametrize(
    ("country", "text", "language", "first"),
    [
        ("IT", "Roma", "it", "it-roma"),
        ("IT", "Padova", "it", "it-padova"),
        ("IT", "Rovigo", "it", "it-padova"),
        ("IT", "Genova", "it", "it-genova"),
        ("IT", "Napoli", "it", "it-roma"),
        ("DE", "Frankfurt", "de", "de-frankfurt"),
        ("DE", "Nürnberg", "de", "de-augsburg"),
        ("DE", "63450", "de", "de-frankfurt"),
        ("GB", "Newcastle", "en", "gb-newcastle"),
        ("GB", "NE1 4LP", "en", "gb-newcastle"),
        ("GB", "Belfast", "en", "ie-dublin"),
        ("NL", "1012 AB", "nl", "nl-utrecht"),
        ("NO", "Tromsø", "nb", "no-oslo"),
        ("FR", "Nice", "fr", "fr-marseille"),
    ],
)
def test_the_nearest_hospital_is_first(
    gazetteer: Gazetteer, country: str, text: str, language: str, first: str
) -> None:
    # With a border of 80 km Belfast goes to Dublin; the shipped 150 would send it over the sea.
    place = gazetteer.find(country, text)
    choice = choose(HOSPITALS, place, language, border_km=80, language_km=100)
    assert choice.accepting[0].site.id == first


@pytest.mark.parametrize("site_id", sorted(REGISTRY))
def test_registry_points_would_send_families_elsewhere(gazetteer: Gazetteer, site_id: str) -> None:
    """The five wrong points of the sister study: with them, the town's own hospital is far."""
    site = next(site for site in HOSPITALS if site.id == site_id)
    assert distance_km(site.lat, site.lon, *REGISTRY[site_id]) > 100
    town = {"de-frankfurt": "Frankfurt", "gb-newcastle": "Newcastle"}.get(site_id, site_id[3:])
    place = gazetteer.find(site.country, town)
    (ranked, *_) = rank_sites(HOSPITALS, place, "", border_km=150, language_km=100)
    assert ranked.site.id == site_id
    assert ranked.km < 10


PLACE = Place("Aachen", 50.776, 6.084, "city", "DE")


def test_each_penalty_is_added_once() -> None:
    abroad = Hospital("x", "BE", PLACE.lat, PLACE.lon, ("nl",))
    (ranked,) = rank_sites([abroad], PLACE, "de", border_km=150, language_km=100)
    assert (ranked.km, ranked.effective_km) == (0.0, 250.0)
    (plain,) = rank_sites([abroad], PLACE, "de", border_km=0, language_km=0)
    assert plain.effective_km == 0.0


@pytest.mark.parametrize("language", ["no", "nb", "nn", "NB", "nb-NO"])
@pytest.mark.parametrize("spoken", ["no", "nb", "nn"])
def test_norwegian_is_one_language(language: str, spoken: str) -> None:
    site = Hospital("x", "DE", 0.0, 0.0, (spoken,))
    (ranked,) = rank_sites([site], PLACE, language, border_km=150, language_km=100)
    assert ranked.language_km == 0


def test_without_a_language_none_is_held_against_a_hospital() -> None:
    (ranked,) = rank_sites([Hospital("x", "DE", 0.0, 0.0)], PLACE, "", border_km=1, language_km=1)
    assert ranked.effective_km == ranked.km


def _km_east(km: float) -> float:
    return PLACE.lon + km / (111.19 * 0.6324)  # cos(50.776°)


@pytest.mark.parametrize(
    ("sites", "reason"),
    [
        ([("DE", 10, "de"), ("BE", 20, "de")], "nearest"),
        ([("DE", 100, "de"), ("BE", 20, "de")], "nearest_in_country"),
        ([("DE", 100, "de"), ("BE", 20, "nl")], "nearest_in_country"),
        ([("DE", 100, "de"), ("DE", 20, "nl")], "speaks_language"),
        ([("BE", 100, "de"), ("BE", 20, "nl")], "speaks_language"),
        # At home and speaking, but another at home is closer: it is not the nearest in the country.
        ([("DE", 90, "de"), ("DE", 40, "nl"), ("BE", 20, "nl")], "speaks_language"),
        ([("DE", 90, "de"), ("BE", 90, "de")], "nearest"),
        ([], None),
    ],
)
def test_the_reason_is_true(sites: list[tuple[str, float, str]], reason: str | None) -> None:
    hospitals = [
        Hospital(f"{number}", country, PLACE.lat, _km_east(km), (language,))
        for number, (country, km, language) in enumerate(sites)
    ]
    choice = choose(hospitals, PLACE, "de", border_km=150, language_km=100)
    assert choice.reason == reason
    assert not choice.accepting or choice.accepting[0].site.id == "0"


def test_without_a_border_penalty_the_country_is_no_reason() -> None:
    hospitals = [
        Hospital("a", "DE", PLACE.lat, _km_east(60), ("de",)),
        Hospital("b", "BE", PLACE.lat, _km_east(20), ("nl",)),
    ]
    choice = choose(hospitals, PLACE, "de", border_km=0, language_km=100)
    assert (choice.accepting[0].site.id, choice.reason) == ("a", "speaks_language")


@pytest.mark.parametrize("status", ["opening", "paused", "full", "closed"])
def test_hospitals_that_do_not_accept_stand_apart(status: str) -> None:
    hospitals = [
        Hospital("near", "DE", PLACE.lat, PLACE.lon, status=status),
        Hospital("far", "DE", PLACE.lat, _km_east(90), status="unconfirmed"),
    ]
    choice = choose(hospitals, PLACE, "en", border_km=150, language_km=100)
    assert [item.site.id for item in choice.accepting] == ["far"]
    assert [item.site.id for item in choice.not_accepting] == ["near"]
    assert choice.reason == "nearest"
    nobody = choose(
        hospitals, PLACE, "en", border_km=150, language_km=100, accepts=lambda site: False
    )
    assert (nobody.accepting, nobody.reason) == ((), None)


HOSPITAL = st.builds(
    Hospital,
    id=st.text("abc", min_size=1, max_size=3),
    country=st.sampled_from(["DE", "BE"]),
    lat=st.sampled_from([50.0, 51.0, 52.0]),
    lon=st.sampled_from([6.0, 7.0]),
    languages=st.sampled_from([("de",), ("nl",), ()]),
    status=st.sampled_from(["open", "unconfirmed", "paused", "closed"]),
)


@given(st.lists(HOSPITAL, max_size=12), st.sampled_from(["de", "nl", ""]))
def test_the_ranking_is_complete_and_sorted_with_ties_by_id(
    hospitals: list[Hospital], language: str
) -> None:
    ranked = rank_sites(hospitals, PLACE, language, border_km=150, language_km=100)
    assert sorted(item.site.id for item in ranked) == sorted(site.id for site in hospitals)
    order = [(item.effective_km, item.site.id) for item in ranked]
    assert order == sorted(order)
    choice = choose(hospitals, PLACE, language, border_km=150, language_km=100)
    assert len(choice.accepting) + len(choice.not_accepting) == len(hospitals)


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((52.0908, 5.1222), (52.0908, 5.1222), 0),
        ((51.5074, -0.1278), (48.8566, 2.3522), 343.6),
        ((0, 0), (0, 180), 20015),
        ((0, 179.9), (0, -179.9), 22.2),
    ],
)
def test_distances(one: tuple[float, float], other: tuple[float, float], km: float) -> None:
    assert distance_km(*one, *other) == pytest.approx(km, rel=0.002)
