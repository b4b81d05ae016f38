"""`flask nearest` as a script would call it: exit codes, JSON, and an empty environment."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portal.cli.nearest import nearest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def _run(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(nearest, arguments, env={"PORTAL_DATA": str(data)})


def _json(data: Path, *arguments: str) -> dict[str, Any]:
    result = _run(data, "hem-ismart-d", *arguments, "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


def test_the_answer_has_the_promised_shape(data: Path) -> None:
    answer = _json(data, "--country", "NL", "--place", "Utrecht", "--language", "nl")
    assert set(answer) == {"place", "sites", "not_accepting"}
    assert set(answer["place"]) == {"name", "lat", "lon", "precision"}
    for site in (*answer["sites"], *answer["not_accepting"]):
        assert set(site) == {"id", "km", "effective_km", "status", "languages"}
    assert answer["sites"][0]["id"] == "nl-utrecht-maxima"
    assert answer["sites"][0]["km"] < 5
    assert len(answer["sites"]) == 3
    order = [(site["effective_km"], site["id"]) for site in answer["sites"]]
    assert order == sorted(order)
    assert {site["status"] for site in answer["sites"]} <= {"open", "unconfirmed"}


def test_folder_name_and_registry_number_are_the_same_study(data: Path) -> None:
    arguments = ("--country", "IT", "--place", "Padova", "--json")
    by_name, by_number = (
        _run(data, study, *arguments) for study in ("hem-ismart-d", "NCT05658640")
    )
    assert by_name.stdout == by_number.stdout


def test_penalties_come_from_the_configuration(data: Path) -> None:
    answer = _json(
        data, "--country", "NL", "--place", "Utrecht", "--language", "nl", "--limit", "50"
    )
    added = {site["id"]: round(site["effective_km"] - site["km"]) for site in answer["sites"]}
    assert added["nl-utrecht-maxima"] == 0
    assert added["be-ghent-uz-gent"] == 150
    assert added["de-essen-uk"] == 250


@pytest.mark.parametrize(
    ("arguments", "precision"),
    [
        (("--country", "NL"), "country"),
        (("--country", "jp", "--place", "Osaka"), "country"),
        (("--country", "NL", "--place", "1012 AB"), "postcode_prefix"),
        (("--country", "DE", "--place", "80331 München"), "postcode"),
        (("--country", "DE", "--place", "كولونيا"), "city"),
    ],
)
def test_precision(data: Path, arguments: tuple[str, ...], precision: str) -> None:
    assert _json(data, *arguments)["place"]["precision"] == precision


def test_an_unknown_place_is_json_too(data: Path) -> None:
    result = _run(data, "hem-ismart-d", "--country", "DE", "--place", "Mnchn", "--json")
    assert result.exit_code == 2
    answer = json.loads(result.stdout)
    assert set(answer) == {"error", "suggestions"}
    assert "Munich, Bayern" in answer["suggestions"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hem-ismart-d", "--country", "XX"), "XX"),
        (("hem-ismart-d", "--country", "Nederland"), "Nederland"),
        (("no-such-study", "--country", "NL"), "no-such-study"),
        (("hem-ismart-d", "--country", "NL", "--limit", "0"), "--limit"),
        (("hem-ismart-d", "--country", "NL", "--limit", "1001"), "--limit"),
        (("hem-ismart-d", "--country", "NL", "--limit", "many"), "--limit"),
        (("hem-ismart-d",), "--country"),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_mistakes_exit_2_with_a_sentence(
    data: Path, arguments: tuple[str, ...], said: str, as_json: bool
) -> None:
    result = _run(data, *arguments, *(["--json"] if as_json else []))
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""


def test_it_works_with_an_empty_environment_and_a_closed_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    flask = Path(sys.executable).with_name("flask")
    for environment in ({}, {"PORTAL_DATA": str(tmp_path / "file" / "data")}):
        finished = subprocess.run(
            [flask, "nearest", "NCT05658640", "--country", "IT", "--place", "Roma", "--json"],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        assert json.loads(finished.stdout)["sites"][0]["id"].startswith("it-")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
