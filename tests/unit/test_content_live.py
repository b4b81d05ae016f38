"""No family's message goes to a hospital that nobody confirmed, or to a mailbox nobody reads."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from portal.content.live import goes_to_central, is_reserved, live_problems
from portal.content.load import load_config
from portal.content.model import Config, LanguagesOffered, Problem, Study
from tests.support.paths import ROOT

PUBLIC = "https://portal.hospital.org"


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(ROOT / "config")


def with_study(config: Config, **changes: object) -> Config:
    """The shipped config with a changed complete study, and every language allowed."""
    study = dataclasses.replace(config.complete_studies[0], **changes)  # type: ignore[arg-type]
    offered = config.portal.languages.offered
    portal = dataclasses.replace(config.portal, languages=LanguagesOffered(offered, offered))
    return dataclasses.replace(config, portal=portal, studies=(study,))


def real_office(study: Study) -> object:
    assert study.central is not None
    return dataclasses.replace(study.central, email="office@hospital.org")


def said(problems: tuple[Problem, ...]) -> str:
    return "\n".join(str(problem) for problem in problems)


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]"])
def test_on_this_machine_everything_may_be_an_example(config: Config, address: str) -> None:
    assert live_problems(config, address) == ()


def test_the_shipped_config_cannot_go_public(config: Config) -> None:
    found = said(live_problems(config, PUBLIC))
    assert "config/studies/hem-ismart-d/study.yaml:" in found
    assert "34 of 34 hospitals are not confirmed" in found
    assert "“ar” is offered, but nobody has reviewed" in found


def test_with_a_real_office_unconfirmed_hospitals_are_no_obstacle(config: Config) -> None:
    study = config.complete_studies[0]
    assert live_problems(with_study(config, central=real_office(study)), PUBLIC) == ()


def test_without_an_office_there_is_no_going_public(config: Config) -> None:
    assert "no central office" in said(live_problems(with_study(config, central=None), PUBLIC))


def test_a_confirmed_hospital_needs_a_real_mailbox(config: Config) -> None:
    study = config.complete_studies[0]
    first, *others = study.sites
    confirmed = dataclasses.replace(first, confirmed_on=date(2026, 11, 1), confirmed_by="lead")
    changed = with_study(config, sites=(confirmed, *others), central=real_office(study))
    found = live_problems(changed, PUBLIC)
    assert [problem.line for problem in found] == [2, 2]
    assert "mailboxes.csv" in found[0].file
    assert "nl-utrecht-maxima is confirmed" in found[0].message


def test_where_a_message_goes(config: Config) -> None:
    site = config.complete_studies[0].sites[0]
    confirmed = dataclasses.replace(site, confirmed_on=date(2026, 11, 1), confirmed_by="lead")
    half = dataclasses.replace(site, confirmed_on=date(2026, 11, 1))
    assert not goes_to_central(site, public=False)
    assert goes_to_central(site, public=True)
    assert goes_to_central(half, public=True)
    assert not goes_to_central(confirmed, public=True)


@pytest.mark.parametrize(
    "address",
    ["a@sites.example", "a@x.y.test", "a@b.invalid", "a@example.com", "a@mail.example.org",
     "A@SITES.EXAMPLE.", "a@localhost"],
)  # fmt: skip
def test_reserved_domains(address: str) -> None:
    assert is_reserved(address)


@pytest.mark.parametrize("address", ["a@hospital.org", "a@notexample.com", "a@example.nl"])
def test_real_domains(address: str) -> None:
    assert not is_reserved(address)
