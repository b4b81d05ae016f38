"""The catalogue and its signpost: what a gap in our knowledge may and may not do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.content import catalogue
from portal.content.catalogue import AGE_GROUPS, ANOTHER, NOT_KNOWN, Entry, Wanted, entries, find
from portal.content.catalogue_model import Reach, StudyStatus
from portal.content.load import load_config
from portal.content.model import Config, Text
from portal.content.walk import texts
from tests.support.paths import ROOT

AN_ENTRY = Entry(
    nct="NCT00000001",
    name="Example",
    title=Text("A study"),
    looks_for=Text("Something"),
    ages=Text(""),
    status=StudyStatus("open", date(2026, 1, 1), "a test"),
    registry_url="https://registry.example/NCT00000001",
    reach=Reach(),
    countries=(),
    sure_countries=frozenset(),
)


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(ROOT / "config")


@pytest.fixture(scope="module")
def every(config: Config) -> tuple[Entry, ...]:
    return entries(config)


def names(found: tuple[Entry, ...]) -> list[str]:
    return [entry.name or entry.nct for entry in found]


# --- one entry ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("youngest", "oldest", "group", "fits"),
    [
        (1, 20, "0_5", "yes"),
        (1, 20, "18_20", "yes"),
        (1, 20, "adult", "no"),
        (6, None, "0_5", "no"),
        (5, 20, "0_5", "yes"),  # only the five-year-olds
        (None, 5, "6_12", "no"),
        (None, 30, "6_12", "unknown"),
        (18, None, "adult", "unknown"),
        (None, None, "13_17", "unknown"),
        (0, 5, "0_5", "yes"),
        (1, 35, "adult", "yes"),
        (1, 21, "adult", "yes"),
    ],
)
def test_ages(youngest: int | None, oldest: int | None, group: str, fits: str) -> None:
    entry = replace(AN_ENTRY, reach=Reach(youngest, oldest))
    assert catalogue.fit(entry, Wanted(age_group=group)) == {"age_group": fits}


@pytest.mark.parametrize(
    ("countries", "sure", "complete", "fits"),
    [
        (("NL", "DE"), {"NL"}, False, "yes"),
        (("NL", "DE"), {"DE"}, False, "unknown"),  # named, but by a hospital nobody has confirmed
        (("NL", "DE"), {"DE"}, True, "unknown"),
        (("DE",), {"DE"}, False, "unknown"),  # the list may have a gap
        (("DE",), {"DE"}, True, "no"),
        ((), set(), False, "unknown"),
    ],
)
def test_countries(countries: tuple[str, ...], sure: set[str], complete: bool, fits: str) -> None:
    entry = replace(
        AN_ENTRY,
        countries=countries,
        sure_countries=frozenset(sure),
        reach=Reach(all_countries_known=complete),
    )
    assert catalogue.fit(entry, Wanted(country="NL")) == {"country": fits}


@pytest.mark.parametrize(
    ("changes", "wanted", "fits"),
    [
        (("a", "b"), "b", {"change": "yes"}),
        (("a", "b"), "c", {"change": "no"}),
        (("a", "b"), ANOTHER, {"change": "no"}),
        ((), "a", {"change": "unknown"}),
        ((), ANOTHER, {"change": "unknown"}),
        (("a",), NOT_KNOWN, {}),  # without a report nothing is left out
    ],
)
def test_changes(changes: tuple[str, ...], wanted: str, fits: dict[str, str]) -> None:
    entry = replace(AN_ENTRY, reach=Reach(changes=changes))
    assert catalogue.fit(entry, Wanted(change=wanted)) == fits


@given(
    youngest=st.none() | st.integers(0, 30),
    oldest=st.none() | st.integers(0, 120),
    countries=st.sets(st.sampled_from(["NL", "DE", "FR"])),
    changes=st.sets(st.sampled_from(["a", "b"])),
    complete=st.booleans(),
    wanted=st.builds(
        Wanted,
        country=st.sampled_from(["", "NL", "DE"]),
        age_group=st.sampled_from(["", *AGE_GROUPS]),
        change=st.sampled_from(["", "a", "b", ANOTHER, NOT_KNOWN]),
    ),
)
def test_each_entry_is_in_one_list_and_only_a_known_fact_leaves_it_out(
    youngest: int | None,
    oldest: int | None,
    countries: set[str],
    changes: set[str],
    complete: bool,
    wanted: Wanted,
) -> None:
    reach = Reach(youngest, oldest, changes=tuple(sorted(changes)), all_countries_known=complete)
    entry = replace(
        AN_ENTRY, reach=reach, countries=tuple(countries), sure_countries=frozenset(countries)
    )
    found = find([entry], wanted)
    assert len(found.fitting) + len(found.maybe) + found.left_out == 1
    nothing_known = not changes and youngest is None and oldest is None and not complete
    if nothing_known or not wanted.anything:
        assert not found.left_out


def test_entries_keep_their_order_whatever_was_chosen(every: tuple[Entry, ...]) -> None:
    order = {entry.nct: place for place, entry in enumerate(every)}
    for group in AGE_GROUPS:
        found = find(every, Wanted("ES", group))
        for listed in (found.fitting, tuple(one.entry for one in found.maybe)):
            places = [order[entry.nct] for entry in listed]
            assert places == sorted(places)


# --- the shipped catalogue ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "studies"),
    [
        ("ras-pathway", ["HEM-iSMART-D"]),
        ("abl1-pdgfrb", ["HEM-iSMART-B"]),
        ("dasatinib-result", ["HEM-iSMART-B"]),
        ("jak-stat", ["HEM-iSMART-C"]),
        ("pam-pathway", ["HEM-iSMART-E"]),
        ("none-found", ["HEM-iSMART-A", "HEM-iSMART-E"]),
        ("kmt2a", ["NCT06376162", "NCT05761171"]),
        ("nup98-npm1", ["NCT06376162"]),
        (ANOTHER, []),
        (NOT_KNOWN, []),
    ],
)
def test_who_looks_for_which_change(
    every: tuple[Entry, ...], change: str, studies: list[str]
) -> None:
    assert names(catalogue.look_for(every, change)) == studies


def test_every_group_is_asked_for_by_a_study(config: Config, every: tuple[Entry, ...]) -> None:
    for change in config.catalogue.changes:
        assert catalogue.look_for(every, change.id), change.id
        assert catalogue.change_of(config.catalogue, change.id) is change


def test_a_status_without_a_day_or_that_is_not_known_stays_so(config: Config) -> None:
    listed = {study.nct: study.status for study in config.catalogue.studies}
    assert listed["NCT06376162"] == StudyStatus("unknown", None, "No status was found")
    assert (listed["NCT05761171"].code, listed["NCT05761171"].checked_on) == ("opening", None)
    assert listed["NCT04726241"].checked_on == date(2025, 6, 26)


def test_every_study_says_where_its_facts_were_read(config: Config) -> None:
    for study in config.catalogue.studies:
        assert study.sources, study.nct
        assert all(source.url.startswith("https://") for source in study.sources)
        assert study.registry_url.endswith(study.nct)


def test_unconfirmed_hospitals_do_not_make_a_country_sure(every: tuple[Entry, ...]) -> None:
    d = next(entry for entry in every if entry.name == "HEM-iSMART-D")
    assert {"NL", "BE", "CH"} <= set(d.countries)
    assert d.sure_countries == {"CH"}
    assert d.unsure
    b = next(entry for entry in every if entry.name == "HEM-iSMART-B")
    assert b.sure_countries == set(b.countries)
    assert catalogue.fit(b, Wanted("PT")) == {"country": "no"}


def test_nothing_is_promised(config: Config) -> None:
    for text in texts(config.catalogue):
        for word in ("eligib", "new treatment", "hope", "cure", "works", "best"):
            assert word not in text.lower(), text
