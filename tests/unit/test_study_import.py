"""`flask study import`: what a registry record may change, and what it may never touch."""

from __future__ import annotations

import csv
import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.cli.study import study
from portal.clock import Clock
from portal.content.load import check, load_config
from portal.content.registry.lands import country_code, languages_of, timezone_of
from portal.content.registry.names import site_id
from portal.content.registry.record import read_record
from portal.content.registry.words import ages
from portal.content.yaml_edit import YamlEditor, values
from portal.places.distance import distance_km
from tests.unit.config_copy import TODAY, ConfigCopy

RECORDS = Path(__file__).parent / "records"
B_RECORD = "NCT05751044"
B = "studies/hem-ismart-b/"
D = "studies/hem-ismart-d/"
Run = Callable[..., Result]
Json = dict[str, Any]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def config(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> ConfigCopy:
    made = ConfigCopy.make(tmp_path)
    monkeypatch.setenv("PORTAL_CONFIG", str(made.root))
    monkeypatch.setenv("PORTAL_DATA", str(data))
    return made


@pytest.fixture
def run(config: ConfigCopy) -> Run:
    return lambda *words: CliRunner().invoke(study, ["import", *map(str, words)])


@pytest.fixture
def said(run: Run) -> Callable[..., Json]:
    def answer(*words: object) -> Json:
        result = run(*words, "--json")
        assert result.exit_code == 0, result.output
        found: Json = json.loads(result.stdout)
        return found

    return answer


def record(number: str) -> Path:
    return RECORDS / f"{number}.json"


def load(number: str = B_RECORD) -> Json:
    loaded: Json = json.loads(record(number).read_text(encoding="utf-8"))
    return loaded


def protocol(value: Json) -> Json:
    found: Json = value["protocolSection"]
    return found


def locations(value: Json) -> list[Json]:
    found: list[Json] = protocol(value)["contactsLocationsModule"]["locations"]
    return found


def put(folder: Path, value: Any, name: str = "record.json") -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def newer(value: Json, day: str = "2026-11-01") -> Json:
    value["derivedSection"]["miscInfoModule"]["versionHolder"] = day
    return value


def rows(config: ConfigCopy, slug: str) -> dict[str, dict[str, str]]:
    text = config.text(f"studies/{slug}/sites.csv")
    return {row["site_id"]: row for row in csv.DictReader(io.StringIO(text))}


def tree(config: ConfigCopy) -> dict[str, bytes]:
    """Every file, also hidden ones."""
    return {str(p): p.read_bytes() for p in sorted(config.root.rglob("*")) if p.is_file()}


# --- the four records -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "hospitals", "countries", "status", "statuses"),
    [
        ("NCT05751044", 33, 14, "open", {"open", "opening"}),
        ("NCT05946772", 24, 1, "open", {"open"}),
        ("NCT05593094", 36, 7, "closed", {"unconfirmed"}),
        ("NCT01616381", 6, 4, "unknown", {"unconfirmed"}),
    ],
)
def test_each_record_is_read_and_nothing_is_written(
    config: ConfigCopy,
    said: Callable[..., Json],
    number: str,
    hospitals: int,
    countries: int,
    status: str,
    statuses: set[str],
) -> None:
    before = tree(config)
    answer = said(record(number))
    assert set(answer) == {"study", "sites", "warnings"}
    assert answer["study"]["nct"] == number
    assert answer["study"]["status"] == status
    assert answer["study"]["checked_on"] == "2026-05-08"
    sites = answer["sites"]
    assert len(sites) == len({site["id"] for site in sites}) == hospitals
    assert len({site["country"] for site in sites}) == countries
    assert {site["status"] for site in sites} == statuses
    keys = {"id", "institution", "city", "country", "lat", "lon", "status"}
    assert all(set(site) == keys for site in sites)
    assert tree(config) == before


@pytest.mark.parametrize("number", ["NCT05946772", "NCT05593094", "NCT01616381"])
def test_a_new_short_entry_is_right_and_a_second_import_changes_nothing(
    config: ConfigCopy, run: Run, number: str
) -> None:
    result = run(record(number), "--into", "new-one")
    assert result.exit_code == 0, result.output
    assert "+++ config/studies/new-one/study.yaml" in result.stdout
    assert f"+nct: {number}" in result.stdout
    assert check(config.root, today=Clock().now().date()) == ()
    made = load_config(config.root).study(number)
    assert made is not None
    assert not made.complete
    assert made.central is None
    assert all(site.timezone.count("/") and site.languages for site in made.sites)
    before = tree(config)
    again = run(record(number), "--into", "new-one")
    assert "says all this already" in again.stdout
    assert tree(config) == before


def test_facts_of_a_record(said: Callable[..., Json]) -> None:
    found = said(record("NCT05593094"))["study"]
    assert found["phase"] == "Phase 1 and 2"
    assert found["ages"] == "18 years and older"
    assert found["sex"] == "All"
    assert found["sponsor"] == "Hoffmann-La Roche"
    assert found["last_update"] == "2026-02-25"
    assert found["start"] == "2020-09-03"
    assert found["completion"] == "2027-07-31"
    assert found["conditions"] == ["Advanced Solid Tumors", "HER2-positive Breast Cancer"]
    assert "EU CT 2023-508459-37-00" in found["identifiers"]
    assert len(found["interventions"]) == 7


def test_a_summary_for_people(run: Run) -> None:
    result = run(record(B_RECORD))
    assert result.exit_code == 0
    assert "33 hospitals (AT 1, BE 1, DE 5" in result.stdout
    assert "Nothing was written. Add --into SLUG to write." in result.stdout


# --- points and postcodes -------------------------------------------------------------------------

WRONG_POINTS = {
    "de-frankfurt-uk": ("Frankfurt ", "141 km", 50.11, 8.68),
    "it-genova-gaslini": ("Genova ", "248 km", 44.40, 8.94),
    "it-padova-ao": ("Padova ", "128 km", 45.41, 11.89),
    "it-roma-bambino-gesu": ("Roma ", "363 km", 41.89, 12.51),
    "gb-newcastle-gnch": ("Newcastle ", "288 km", 54.97, -1.61),
}


def test_the_five_wrong_points_are_caught_and_no_other(said: Callable[..., Json]) -> None:
    _five_caught(said(record(B_RECORD)), WRONG_POINTS)


def test_they_are_caught_in_a_new_folder_too(
    config: ConfigCopy, said: Callable[..., Json], tmp_path: Path
) -> None:
    value = load()
    protocol(value)["identificationModule"]["nctId"] = "NCT09999999"
    answer = said(put(tmp_path, value), "--into", "new-one")
    by_city = {site["city"]: site["id"] for site in answer["sites"]}
    _five_caught(answer, {by_city[v[0].strip()]: v for v in WRONG_POINTS.values()})


def _five_caught(answer: Json, wrong: dict[str, tuple[str, str, float, float]]) -> None:
    said_km = [warning for warning in answer["warnings"] if "the registry’s point" in warning]
    assert len(said_km) == 5
    sites = {site["id"]: site for site in answer["sites"]}
    for number, (city, km, lat, lon) in wrong.items():
        assert any(w.startswith(city) and km in w for w in said_km), city
        assert distance_km(sites[number]["lat"], sites[number]["lon"], lat, lon) < 10


def test_a_wrong_point_in_a_row_is_replaced(config: ConfigCopy, run: Run) -> None:
    config.edit(B + "sites.csv", "45.40797,11.88586", "44.38225,11.14261")
    result = run(record(B_RECORD), "--into", "hem-ismart-b")
    assert "your row is 128 km from Padua" in result.stdout
    assert rows(config, "hem-ismart-b")["it-padova-ao"]["lat"].startswith("45.4")


def test_a_point_that_an_operator_made_more_exact_stays(config: ConfigCopy, run: Run) -> None:
    config.edit(B + "sites.csv", "41.38879,2.15899", "41.38350,2.10120")
    run(record(B_RECORD), "--into", "hem-ismart-b")
    assert rows(config, "hem-ismart-b")["es-barcelona-sjd"]["lat"] == "41.38350"


def test_odd_postcodes_are_cleaned_or_said(config: ConfigCopy, run: Run) -> None:
    result = run(record(B_RECORD), "--into", "hem-ismart-b")
    found = {id_: row["postal_code"] for id_, row in rows(config, "hem-ismart-b").items()}
    assert found["dk-copenhagen-rigshospitalet"] == "2100"
    assert found["fr-lyon-leon-berard"] == "69373"
    assert found["fi-helsinki-new-childrens"] == "00029"
    assert found["se-stockholm-karolinska"] == "171 76"
    assert found["nl-utrecht-maxima"] == "3584CS"
    assert found["gb-bristol-brhc"] == "B52 8BJ"
    assert "“0165” is no postcode of this country. Perhaps 00165 Rome?" in result.stdout
    assert "B52 8BJ belongs to Birmingham, 124 km away" in result.stdout


def test_a_postcode_that_an_operator_corrected_stays(config: ConfigCopy, run: Run) -> None:
    config.edit(B + "sites.csv", "B52 8BJ", "BS2 8BJ")
    config.edit(B + "sites.csv", ",0165,", ",00165,")
    run(record(B_RECORD), "--into", "hem-ismart-b")
    found = rows(config, "hem-ismart-b")
    assert found["gb-bristol-brhc"]["postal_code"] == "BS2 8BJ"
    assert found["it-roma-bambino-gesu"]["postal_code"] == "00165"


def test_namesakes_follow_their_state_or_postcode(
    said: Callable[..., Json], tmp_path: Path
) -> None:
    value = load("NCT05593094")
    place = {"facility": "Maine Medical Center", "country": "United States"}
    locations(value)[:] = [
        {**place, "city": "Portland", "state": "Maine", "geoPoint": {"lat": 45.52, "lon": -122.67}},
        {**place, "city": "Springfield", "zip": "01199"},
    ]
    sites = said(put(tmp_path, value))["sites"]
    assert [(round(site["lat"]), round(site["lon"])) for site in sites] == [(44, -70), (42, -73)]


# --- records with gaps ----------------------------------------------------------------------------


def test_hospitals_without_status_point_postcode_or_people(
    config: ConfigCopy, run: Run, tmp_path: Path
) -> None:
    value = load("NCT01616381")
    for place in locations(value):
        for name in ("status", "geoPoint", "zip", "contacts"):
            place.pop(name, None)
    result = run(put(tmp_path, value), "--into", "silhf")
    assert result.exit_code == 0, result.output
    found = rows(config, "silhf")
    assert len(found) == 6
    assert all(row["lat"] and row["timezone"] and not row["status"] for row in found.values())
    assert check(config.root, today=Clock().now().date()) == ()


def test_what_cannot_be_placed_is_left_out_and_said(
    said: Callable[..., Json], tmp_path: Path
) -> None:
    value = load("NCT01616381")
    first, second, third, fourth, fifth, _ = locations(value)
    first["country"] = "Atlantis"
    second.pop("city"), second.pop("facility")
    third.update(city="Nowhere at All", zip="")
    third.pop("geoPoint")
    fourth.pop("facility")
    fifth["geoPoint"] = {"lat": 95, "lon": 0}
    answer = said(put(tmp_path, value))
    assert len(answer["sites"]) == 3
    text = "\n".join(answer["warnings"])
    assert "no such country: “Atlantis”" in text
    assert "no city and no name" in text
    assert "Nowhere at All (San Donato Hospital): no point, and its city is not known" in text
    assert "gives no name. Write one." in text
    assert "Hull: the point 95.0, 0.0 of the record is no place." in text
    assert answer["sites"][0]["institution"] == "Study place in Stavanger"


def test_a_record_without_hospitals_interventions_or_version(
    config: ConfigCopy, run: Run, tmp_path: Path
) -> None:
    value = load("NCT05946772")
    del value["derivedSection"]
    for name in ("contactsLocationsModule", "armsInterventionsModule"):
        del protocol(value)[name]
    result = run(put(tmp_path, value), "--into", "cit")
    assert result.exit_code == 0, result.output
    assert "The record names no hospitals." in result.stdout
    made = load_config(config.root).study("cit")
    assert made is not None
    assert made.status.checked_on == made.details.last_update
    assert str(made.status.checked_on) == "2026-05-01"
    assert not config.path("studies/cit/sites.csv").exists()


@pytest.mark.parametrize(
    ("low", "high", "words", "rule"),
    [
        ("1 Year", "21 Years", "1 to 21 years", "The person is 1 to 21 years old when they join."),
        ("6 Months", "18 Months", "6 to 18 months", "6 to 18 months old"),
        ("6 Months", "21 Years", "6 months to 21 years", "6 months to 21 years old"),
        ("1 Month", "6 Years", "1 month to 6 years", "1 month to 6 years old"),
        ("18 Years", None, "18 years and older", "at least 18 years old"),
        (None, "30 Years", "Up to 30 years", "at most 30 years old"),
        ("0 Days", "30 Years", "Up to 30 years", "at most 30 years old"),
        (None, None, "All ages", "There is no age limit."),
        ("N/A", "N/A", "All ages", "There is no age limit."),
        ("many", "30 Years", "", ""),
    ],
)
def test_ages_in_lay_words(low: str | None, high: str | None, words: str, rule: str) -> None:
    value = load()
    protocol(value)["eligibilityModule"].update(minimumAge=low, maximumAge=high)
    found, _ = read_record(json.dumps(value).encode(), TODAY)
    odd: list[str] = []
    said, sentence = ages(found, odd)
    assert said == words
    assert rule in sentence
    assert bool(odd) == (not words)


@pytest.mark.parametrize(
    ("registered", "code", "shown"),
    [
        ("NOT_YET_RECRUITING", "opening", "opening"),
        ("SUSPENDED", "paused", "paused"),
        ("ACTIVE_NOT_RECRUITING", "closed", "full"),
        ("ENROLLING_BY_INVITATION", "closed", "full"),
        ("COMPLETED", "closed", "closed"),
        ("TERMINATED", "closed", "closed"),
        ("WITHDRAWN", "closed", "closed"),
        ("SOMETHING_NEW", "unknown", "unconfirmed"),
    ],
)
def test_statuses(
    said: Callable[..., Json], tmp_path: Path, registered: str, code: str, shown: str
) -> None:
    value = load("NCT05946772")
    protocol(value)["statusModule"]["overallStatus"] = registered
    locations(value)[0]["status"] = registered
    answer = said(put(tmp_path, value))
    assert (answer["study"]["status"], answer["sites"][0]["status"]) == (code, shown)
    assert any("SOMETHING" in w for w in answer["warnings"]) == (registered == "SOMETHING_NEW")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(("United States", "US"), ("Korea, Republic of", "KR"), ("South Korea", "KR")),
        *(("Türkiye", "TR"), ("Turkey", "TR"), ("Turkey (Türkiye)", "TR"), ("Czechia", "CZ")),
        *(("Czech Republic", "CZ"), ("Russian Federation", "RU"), ("Reunion", "RE")),
        *(("Iran, Islamic Republic of", "IR"), ("Iran", "IR"), ("USA", "US"), ("UK", "GB")),
        *(("Moldova, Republic of", "MD"), ("The Netherlands", "NL"), ("Hong Kong", "HK")),
        *(("Bosnia and Herzegovina", "BA"), ("Côte D'Ivoire", "CI"), ("Viet Nam", "VN")),
        *(("Macedonia, The Former Yugoslav Republic of", "MK"), ("North Macedonia", "MK")),
        *(("Palestinian Territories, Occupied", "PS"), ("Syrian Arab Republic", "SY")),
        *(("Lao People's Democratic Republic", "LA"), ("nl", "NL")),
        *(("Europe", ""), ("", ""), ("Former Serbia and Montenegro", "")),
    ],
)  # fmt: skip
def test_countries(name: str, code: str) -> None:
    assert country_code(name) == code


def test_languages_and_time_zones_are_those_of_the_place() -> None:
    assert languages_of("IL") == ("he", "ar")
    assert languages_of("NO") == ("no",)
    assert languages_of("CH") == ("de", "fr", "it")
    assert languages_of("US") == ("en",)
    assert timezone_of("NL") == ("Europe/Amsterdam", True)
    assert timezone_of("US", "Texas") == ("America/Chicago", True)
    assert timezone_of("US", "") == ("America/New_York", False)
    assert timezone_of("AU", "", "Queensland") == ("Australia/Brisbane", True)


@pytest.mark.parametrize(
    ("country", "city", "name", "made"),
    [
        ("AT", "Vienna", "St. Anna Kinderspital", "at-vienna-st-anna"),
        ("FR", "Lyon", "Centre Léon Bérard", "fr-lyon-leon-berard"),
        ("FR", "Paris", "Hôpital Robert Debré", "fr-paris-robert-debre"),
        ("ES", "Valencia", "La Fe", "es-valencia-fe"),
        ("DE", "Münster", "Universitätsklinikum Münster", "de-muenster-universitaetsklinikum"),
        ("KR", "서울", "서울대학교병원", "kr-hospital"),
    ],
)
def test_ids_can_be_read(country: str, city: str, name: str, made: str) -> None:
    assert site_id(country, city, name) == made


def test_namesakes_in_one_city_keep_their_ids_when_the_record_is_sorted_anew(
    config: ConfigCopy, said: Callable[..., Json], tmp_path: Path
) -> None:
    value = load("NCT05593094")
    place = {"facility": "Research Site", "city": "Houston", "country": "United States"}
    places = [
        {**place, "zip": "77030", "status": "RECRUITING"},
        {**place, "zip": "77004", "status": "WITHDRAWN"},
        {**place, "zip": "77004", "status": "RECRUITING"},
    ]
    locations(value)[:] = places
    first = said(put(tmp_path, value), "--into", "zn")["sites"]
    assert [site["id"] for site in first] == [
        "us-houston-site",
        "us-houston-site-77004",
        "us-houston-site-2",
    ]
    locations(value)[:] = [places[1], places[2], places[0], places[0]]
    again = said(put(tmp_path, newer(value)), "--into", "zn")
    assert [site["id"] for site in again["sites"]] == [first[i]["id"] for i in (1, 2, 0)]
    assert any("stands in the record twice" in warning for warning in again["warnings"])


# --- an existing study --------------------------------------------------------------------------


def test_only_what_the_registry_says_anew_is_in_the_diff(config: ConfigCopy, run: Run) -> None:
    result = run(record(B_RECORD), "--into", "hem-ismart-b")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    changed = [x for x in lines if x[:1] in "+-" and x[:3] not in {"+++", "---"} and x[1:2] != " "]
    assert "--- config/studies/hem-ismart-b/study.yaml" in lines
    assert "+++ config/studies/hem-ismart-b/sites.csv" in lines
    assert "-  sex: ''" in lines
    assert "+  sex: All" in lines
    assert len([x for x in changed if x.startswith("-NCT05751044,")]) == 3  # three postcodes
    assert "Ages: the registry says “1 to 21 years”. Your “1 to 20 years” stays." in result.stdout
    assert "ch-zurich-kispi: not in the record." in result.stdout
    assert check(config.root, today=Clock().now().date()) == ()
    assert "Princess Máxima" in config.text(B + "study.yaml")  # the record has no accent


def test_comments_and_order_stay(config: ConfigCopy, run: Run, tmp_path: Path) -> None:
    config.edit(B + "study.yaml", "  code: open", "  code: open   # asked by telephone")
    before = config.text(B + "study.yaml").splitlines()
    value = newer(load())
    protocol(value)["statusModule"]["overallStatus"] = "SUSPENDED"
    protocol(value)["conditionsModule"]["conditions"].append("Another: one # more")
    run(put(tmp_path, value), "--into", "hem-ismart-b")
    after = config.text(B + "study.yaml").splitlines()
    assert "  code: paused   # asked by telephone" in after
    assert "    - 'Another: one # more'" in after
    gone = [line for line in before if line not in after]
    assert gone == [
        "  code: open   # asked by telephone",
        "  checked_on: 2026-05-08",
        "  source: Registry record, version of 8 May 2026",
        "  sex: ''",
        "  - name: Registry record, version of 8 May 2026",
        "    on: 2026-05-08",
    ]
    kept = [line for line in after if line in before]
    assert kept == [line for line in before if line in after]


def edited(config: ConfigCopy, site: str, **cells: str) -> None:
    """As an operator does in a spreadsheet."""
    path = config.path(B + "sites.csv")
    with path.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    next(row for row in table if row["site_id"] == site).update(cells)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table[0].keys())
        writer.writeheader()
        writer.writerows(table)


def test_what_an_operator_wrote_survives(config: ConfigCopy, run: Run, tmp_path: Path) -> None:
    config.edit(B + "study.yaml", "title: A part", "title: My own title of a part")
    config.edit(B + "study.yaml", "We do not know yet if they help.", "Nobody knows yet.")
    mine = {
        "confirmed_on": "2026-11-10", "confirmed_by": "Study nurse", "phone": "+43 1 40170",
        "contact_name": "Team Wien", "languages": "de;en", "department": "Ward 2",
        "timezone": "Europe/Berlin", "institution": "St Anna Children’s Hospital",
        "status": "paused", "status_on": "2026-11-10", "response_days": "2",
    }  # fmt: skip
    edited(config, "at-vienna-st-anna", **mine)
    edited(config, "dk-copenhagen-rigshospitalet", status="full", status_on="2026-11-15")
    value = newer(load(), "2026-11-01")
    for place in locations(value):
        place["status"] = "RECRUITING"
    result = run(put(tmp_path, value), "--into", "hem-ismart-b", "--with-contacts")
    assert result.exit_code == 0, result.output
    found = rows(config, "hem-ismart-b")
    assert {name: found["at-vienna-st-anna"][name] for name in mine} == mine
    assert found["dk-copenhagen-rigshospitalet"]["status"] == "full"
    assert "registry says open on 2026-11-01. Your “full” of 2026-11-15" in result.stdout
    text = config.text(B + "study.yaml")
    assert "title: My own title of a part" in text
    assert "Nobody knows yet." in text
    # All others follow the registry, with its day.
    assert found["be-ghent-uz-gent"]["status"] == "open"
    assert found["be-ghent-uz-gent"]["status_on"] == "2026-11-01"
    assert "version 2026-11-01" in found["be-ghent-uz-gent"]["source"]
    assert found["ch-zurich-kispi"]["status"] == "opening"
    assert check(config.root, today=Clock().now().date()) == ()


def test_a_status_that_somebody_read_later_stays(
    config: ConfigCopy, run: Run, tmp_path: Path
) -> None:
    config.edit(B + "study.yaml", "  checked_on: 2026-05-08", "  checked_on: 2026-11-20")
    value = newer(load())
    protocol(value)["statusModule"]["overallStatus"] = "TERMINATED"
    result = run(put(tmp_path, value), "--into", "hem-ismart-b")
    assert "registry says closed on 2026-11-01. Your “open” of 2026-11-20" in result.stdout
    assert "  code: open\n  checked_on: 2026-11-20\n" in config.text(B + "study.yaml")


def test_an_older_record_fills_gaps_only(config: ConfigCopy, run: Run, tmp_path: Path) -> None:
    config.edit(B + "study.yaml", "last_update: 2025-09-16", "last_update: 2026-10-01")
    value = load()
    protocol(value)["sponsorCollaboratorsModule"]["leadSponsor"]["name"] = "Somebody else"
    result = run(put(tmp_path, value), "--into", "hem-ismart-b")
    assert "The record is older than the file" in result.stdout
    text = config.text(B + "study.yaml")
    assert "sponsor: Princess Máxima" in text
    assert "last_update: 2026-10-01" in text


def as_d(value: Json) -> Json:
    protocol(value)["identificationModule"]["nctId"] = "NCT05658640"
    return newer(value)


def test_a_complete_study_with_unconfirmed_hospitals(
    config: ConfigCopy, run: Run, tmp_path: Path
) -> None:
    value = as_d(load())
    place = {"facility": "Hospital Infantil", "city": "Sevilla", "country": "Spain"}
    locations(value).append({**place, "status": "RECRUITING", "zip": "41013"})
    mailboxes = config.text(D + "mailboxes.csv")
    questions = config.text(D + "questions.yaml")
    result = run(put(tmp_path, value), "--into", "hem-ismart-d")
    assert result.exit_code == 0, result.output
    found = rows(config, "hem-ismart-d")
    assert len(found) == 35
    assert found["at-vienna-st-anna"]["confidence"] == "1 source"  # it was inferred before
    assert found["at-vienna-st-anna"]["status"] == "opening"
    assert not found["at-vienna-st-anna"]["confirmed_on"]
    new = "es-sevilla-hospital-infantil"
    assert found[new]["status"] == "open"
    assert config.text(D + "mailboxes.csv") == f"{mailboxes}{new},{new}@sites.example,\n"
    assert f"{new}: write the real mailbox in mailboxes.csv" in result.stdout
    assert config.text(D + "questions.yaml") == questions
    assert check(config.root, today=Clock().now().date()) == ()


def test_a_hospital_under_another_name_is_found_by_city_and_postcode(
    config: ConfigCopy, run: Run
) -> None:
    edited(config, "be-ghent-uz-gent", institution="Ghent University Hospital")
    result = run(record(B_RECORD), "--into", "hem-ismart-b")
    assert "taken for your be-ghent-uz-gent: the same city and postcode" in result.stdout
    assert len(rows(config, "hem-ismart-b")) == 34


def test_ids_are_those_of_the_rows_also_without_into(said: Callable[..., Json]) -> None:
    ids = {site["id"] for site in said(record(B_RECORD))["sites"]}
    assert {"be-ghent-uz-gent", "no-oslo-ouh", "gb-london-gosh", "de-essen-uk"} <= ids


def test_windows_files_stay_windows_files(config: ConfigCopy, run: Run, tmp_path: Path) -> None:
    for name in ("study.yaml", "sites.csv"):
        path = config.path(B + name)
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    result = run(put(tmp_path, newer(load())), "--into", "hem-ismart-b")
    assert result.exit_code == 0, result.output
    for name in ("study.yaml", "sites.csv"):
        raw = config.path(B + name).read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\n") == raw.count(b"\r\n")
        assert b"2026-11-01" in raw
    assert check(config.root, today=Clock().now().date()) == ()


def test_a_linked_file_is_changed_where_it_is(config: ConfigCopy, run: Run, tmp_path: Path) -> None:
    secret = tmp_path / "elsewhere.csv"
    config.path(B + "sites.csv").rename(secret)
    config.path(B + "sites.csv").symlink_to(secret)
    secret.chmod(0o640)
    assert run(record(B_RECORD), "--into", "hem-ismart-b").exit_code == 0
    assert config.path(B + "sites.csv").is_symlink()
    assert ",2100,DK," in secret.read_text(encoding="utf-8")
    assert secret.stat().st_mode & 0o777 == 0o640


# --- contacts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [B_RECORD, "NCT05946772"])
def test_people_are_left_out_unless_asked_for(config: ConfigCopy, run: Run, number: str) -> None:
    into = "hem-ismart-b" if number == B_RECORD else "cit"
    for words in ((), ("--json",), ("--into", into), ("--into", into, "--json")):
        result = run(record(number), *words)
        assert "Contact 0" not in result.output
        assert "example.invalid" not in result.output
        assert "202-555" not in result.output
    assert not any(b"Contact 0" in content for content in tree(config).values())


def test_people_fill_empty_cells_when_asked_for(
    config: ConfigCopy, said: Callable[..., Json], tmp_path: Path
) -> None:
    value = load()
    first, second = locations(value)[:2]
    first["contacts"][0].update(phone="+43 1 40170", phoneExt="12", email="trial@stanna.at")
    second["contacts"].insert(0, {"name": "=A professor", "role": "PRINCIPAL_INVESTIGATOR"})
    edited(config, "dk-copenhagen-rigshospitalet", contact_name="Team", contact_role="")
    answer = said(put(tmp_path, value), "--into", "hem-ismart-b", "--with-contacts")
    assert answer["sites"][0]["contact"] == {
        "name": "Contact 004", "phone": "+43 1 40170 ext. 12", "email": "trial@stanna.at",
    }  # fmt: skip
    found = rows(config, "hem-ismart-b")
    assert found["at-vienna-st-anna"]["phone"] == "+43 1 40170 ext. 12"
    assert found["at-vienna-st-anna"]["contact_name"] == "Contact 004"
    assert found["be-ghent-uz-gent"]["contact_name"] == "Contact 005"  # not the professor
    assert found["dk-copenhagen-rigshospitalet"]["contact_name"] == "Team"
    mailboxes = config.text(B + "mailboxes.csv")
    assert "at-vienna-st-anna,trial@stanna.at,\n" in mailboxes
    assert "be-ghent-uz-gent,be-ghent-uz-gent@sites.example,\n" in mailboxes
    assert any("Ask each hospital" in warning for warning in answer["warnings"])
    assert any("never arrives" in warning for warning in answer["warnings"])
    assert check(config.root, today=Clock().now().date()) == ()


# --- what is refused ------------------------------------------------------------------------------


def _without(*path: str) -> str:
    value = load()
    here: Any = value
    for step in path[:-1]:
        here = here[step]
    del here[path[-1]]
    return json.dumps(value)


def _with(new: Any, *path: Any) -> str:
    value = load()
    here: Any = value
    for step in path[:-1]:
        here = here[step]
    here[path[-1]] = new
    return json.dumps(value)


P, L = "protocolSection", ("protocolSection", "contactsLocationsModule", "locations")
BROKEN: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "not JSON"),
    "half of it": (json.dumps(load())[:9_000], "not JSON (line 1"),
    "a web page": ("<!doctype html><title>Study</title>", "not JSON"),
    "other JSON": ('{"name": "x"}', "no ClinicalTrials.gov record of API v2"),
    "a list": ("[]", "not the record of one study"),
    "a search": ('{"studies": [], "totalCount": 0}', "an answer to a search"),
    "NUL": (json.dumps(load()).encode() + b"\0", "NUL characters"),
    "UTF-16": (json.dumps(load()).encode("utf-16-be").replace(b"\0", b"\xff"), "not UTF-8"),
    "not a number": ('{"protocolSection": NaN}', "of a kind that no record has"),
    "very deep": ("[" * 200_000, "of a kind that no record has"),
    "very large": (b" " * 20_000_001, "larger than 20 MB"),
    "no identification": (_without(P, "identificationModule"), "no “protocolSection.identif"),
    "no status": (_without(P, "statusModule"), "no “protocolSection.statusModule”"),
    "no status word": (_without(P, "statusModule", "overallStatus"), "statusModule.overallStatus"),
    "no ages": (_without(P, "eligibilityModule"), "no “protocolSection.eligibilityModule”"),
    "no conditions": (_without(P, "conditionsModule"), "“protocolSection.conditionsModule”"),
    "number wrong": (_with("NCT1", P, "identificationModule", "nctId"), "NCT and eight digits"),
    "title a number": (_with(7, P, "identificationModule", "briefTitle"), "is a number, where"),
    "protocol a list": (_with([], P), "“protocolSection” is a list, where"),
    "places not a list": (_with({}, *L), "locations” is a group of fields, where"),
    "a place a text": (_with("Utrecht", *L, 3), "locations[3]” is a text, where"),
    "postcode a number": (_with(1090, *L, 0, "zip"), "locations[0].zip” is a number, where"),
    "point a text": (_with("48.2", *L, 0, "geoPoint", "lat"), "geoPoint.lat” is a text, where"),
    "point a truth": (_with(True, *L, 0, "geoPoint", "lat"), "is true or false, where"),
    "point beyond all": (_with(10**400, *L, 0, "geoPoint", "lat"), "no number that can be meant"),
    "phases a text": (_with("PHASE1", P, "designModule", "phases"), "phases” is a text, where"),
    "name very long": (_with("x" * 9_000, *L, 0, "facility"), "has 9,000 characters"),
    "too many": (_with([{}] * 5_001, *L), "5,001 hospitals"),
}  # fmt: skip


@pytest.mark.parametrize("into", [(), ("--into", "hem-ismart-b"), ("--into", "new-one")], ids=str)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_is_refused_in_a_sentence(
    config: ConfigCopy, run: Run, tmp_path: Path, name: str, into: tuple[str, ...]
) -> None:
    content, sentence = BROKEN[name]
    path = tmp_path / "record.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    before = tree(config)
    result = run(path, *into, "--json")
    assert result.exit_code == 2, result.output
    assert sentence in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert tree(config) == before


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("hem-ismart-c", "holds NCT05745714, but the record is NCT05751044"),
        ("another", "NCT05751044 is already in the folder hem-ismart-b"),
        ("../outside", "cannot be a folder"),
        ("Big Letters", "cannot be a folder"),
        ("", "cannot be a folder"),
    ],
)
def test_a_wrong_folder_is_refused(config: ConfigCopy, run: Run, slug: str, sentence: str) -> None:
    before = tree(config)
    result = run(record(B_RECORD), "--into", slug)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert tree(config) == before


def test_a_missing_file_is_refused(run: Run, tmp_path: Path) -> None:
    for name in (tmp_path / "none.json", tmp_path):
        result = run(name)
        assert result.exit_code == 2
        assert "cannot be read" in result.stderr


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (B + "study.yaml", "title: A part", "title: [A part", "not valid YAML"),
        (B + "study.yaml", "title: A part", "titel: A part", "“titel” is not known here"),
        (B + "sites.csv", "trial_nct,", "nct,", "The first row is not right"),
        (B + "sites.csv", "Vienna,1090,", "Vienna,1090,,", "22 columns; the first row has 21"),
        (B + "sites.csv", "Europe/Vienna", "Europe/Wien", "“Europe/Wien” is unknown"),
        (B + "study.yaml", "  sex: ''", "  phase: Phase 1", "“phase” stands here twice"),
    ],
)
def test_a_folder_with_mistakes_is_refused(
    config: ConfigCopy, run: Run, file: str, old: str, new: str, sentence: str
) -> None:
    config.edit(file, old, new)
    before = tree(config)
    result = run(record(B_RECORD), "--into", "hem-ismart-b")
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert tree(config) == before


def test_mistakes_of_another_study_do_not_stop(config: ConfigCopy, run: Run) -> None:
    config.edit("studies/hem-ismart-c/study.yaml", "code: open", "code: recruiting")
    assert run(record(B_RECORD), "--into", "hem-ismart-b").exit_code == 0


def test_words_that_a_family_must_not_read_do_not_get_in(
    config: ConfigCopy, run: Run, tmp_path: Path
) -> None:
    value = load("NCT05946772")
    title = "Eligible people [18F]FDG"
    protocol(value)["identificationModule"]["briefTitle"] = title
    protocol(value)["armsInterventionsModule"]["interventions"][0]["name"] = (
        "[18F]FDG {dose} </p> %(x)s"
    )
    protocol(value)["conditionsModule"]["conditions"] = [
        "Eligibility",
        "[A](word:all)\u202eB\ud800\nC",
    ]
    locations(value)[0]["facility"] = '=HYPERLINK("x")'
    result = run(put(tmp_path, value), "--into", "cit")
    assert result.exit_code == 0, result.output
    made = load_config(config.root).study("cit")
    assert made is not None
    assert made.title == "Study NCT05946772"
    assert made.medicines[0] == "(18F)FDG (dose) (/p) % (x)s"
    assert made.details.conditions == ("(A)(word all)B C",)
    assert made.sites[0].institution == 'HYPERLINK("x")'


def test_nothing_is_half_written(
    config: ConfigCopy, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, replace, calls = tree(config), Path.replace, []

    def fails_the_second_time(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fails_the_second_time)
    result = run(record(B_RECORD), "--into", "hem-ismart-b")
    assert len(calls) == 2
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert tree(config) == before


def test_a_new_folder_appears_whole_or_not_at_all(
    config: ConfigCopy, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(config.root.rglob("*"))

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run(record("NCT01616381"), "--into", "silhf")
    assert result.exit_code == 2
    assert "No space left on device" in result.stderr
    assert sorted(config.root.rglob("*")) == before


def test_a_file_that_changes_meanwhile_is_not_overwritten(
    config: ConfigCopy, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.services import import_write

    def meanwhile(*_: object) -> None:
        config.edit(B + "study.yaml", "title: A part", "title: One part")

    monkeypatch.setattr(import_write, "_refuse_mistakes", meanwhile)
    result = run(record(B_RECORD), "--into", "hem-ismart-b")
    assert result.exit_code == 2
    assert "changed while the import ran" in result.stderr
    assert "title: One part" in config.text(B + "study.yaml")
    assert "sex: ''" in config.text(B + "study.yaml")


# --- how long it takes ----------------------------------------------------------------------------


@pytest.mark.alone
def test_five_hundred_hospitals_in_less_than_two_seconds(
    config: ConfigCopy, run: Run, tmp_path: Path
) -> None:
    """Half in cities that are known, half misspelt or unknown."""
    value, places = load("NCT05593094"), []
    for number in range(500):
        place = dict(locations(load("NCT05593094"))[number % 36]) if number < 36 else {}
        city = ("Houston", "Lyon", "Valencia")[number % 3] if number % 2 else f"Testvill {number}"
        country = ("United States", "France", "Spain")[number % 3]
        places.append(place or {
            "facility": f"Hospital {number}", "city": city, "country": country,
            "status": "RECRUITING", "zip": f"{10_000 + number}",
            "geoPoint": {"lat": 40.0 + number / 1_000, "lon": -3.0},
        })  # fmt: skip
    locations(value)[:] = places
    path = put(tmp_path, value)
    run(record(B_RECORD))  # unpacks the gazetteer
    reading = min(_seconds(lambda: run(path, "--json")) for _ in range(3))
    writing = _seconds(lambda: run(path, "--into", "zn"))
    assert len(rows(config, "zn")) == 500
    value["derivedSection"]["miscInfoModule"]["versionHolder"] = "2026-11-01"
    put(tmp_path, value)
    writing = min(writing, _seconds(lambda: run(path, "--into", "zn")))
    assert {row["status_on"] for row in rows(config, "zn").values()} >= {"2026-11-01"}
    assert reading < 2
    assert writing < 2


def _seconds(work: Callable[[], Result]) -> float:
    start = time.perf_counter()
    assert work().exit_code == 0
    return time.perf_counter() - start


# --- single values of YAML ----------------------------------------------------------------------

YAML = """\
# head
a: 1  # one
s: {code: 'x', on: 2025-01-01}
d:
  x: ''   # why
  y: >-
    long text
    here

  # tail of d
l:
  - a   # c
  - b
# after l
src:
- name: x
  on: 2025-01-01
e:
"""


def test_comments_of_a_changed_value_stay() -> None:
    editor = YamlEditor(YAML)
    editor.set(("d", "x"), "long " * 40 + "end")
    editor.set(("l",), ["new", "a", "long " * 40 + "end"])
    text = editor.result()
    assert "  x: >-   # why\n    long" in text
    assert "l:\n  - new\n  - a   # c\n  - >-\n    long" in text
    assert "  # tail of d\nl:" in text
    assert "\n# after l\nsrc:" in text


def test_only_the_named_values_change() -> None:
    editor = YamlEditor(YAML)
    editor.set(("a",), "no")
    editor.set(("s", "code"), "a, b: c")
    editor.set(("d", "y"), "short")
    editor.set(("d", "z"), ["q", "w: e"])
    editor.append(("src",), {"name": "y", "on": None})
    editor.set(("e",), "x")
    editor.set(("f",), "y")
    assert (
        editor.result()
        == """\
# head
a: 'no'  # one
s: {code: 'a, b: c', on: 2025-01-01}
d:
  x: ''   # why
  y: short
  z:
    - q
    - 'w: e'

  # tail of d
l:
  - a   # c
  - b
# after l
src:
- name: x
  on: 2025-01-01
- name: y
  on:
e: x
f: y
"""
    )


_texts = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), min_size=1)


@settings(max_examples=150, deadline=None)
@given(_texts, st.lists(_texts, min_size=1, max_size=4))
def test_any_text_is_read_as_it_was_written(text: str, items: list[str]) -> None:
    import yaml

    text, items = " ".join(text.split()) or "x", [" ".join(i.split()) or "x" for i in items]
    editor = YamlEditor(YAML)
    editor.set(("d", "x"), f"{text} " * 30 + text)
    editor.set(("l",), items)
    found = values(yaml.compose(editor.result(), Loader=yaml.SafeLoader))
    assert found["l"] == items
    assert found["d"]["x"] == f"{text} " * 30 + text
