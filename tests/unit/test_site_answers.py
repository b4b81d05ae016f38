"""What hospitals say, on top of what the files say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from portal.content.load import load_config
from portal.content.model import Config, Site
from portal.content.site_answers import SiteAnswer, with_answers
from portal.services.routing import confirmation_is_old, route
from tests.support.paths import ROOT

CONFIG = load_config(ROOT / "config")
STUDY, SITE = "hem-ismart-d", "nl-utrecht-maxima"
DAY = date(2026, 11, 20)
ANSWER = SiteAnswer(
    study=STUDY, site=SITE, on=DAY, status="open", languages=("en", "ar"),
    mailbox=f"{SITE}@sites.example", mailbox_right=True, confirmed_by="nurse",
)  # fmt: skip


def site_of(config: Config) -> Site:
    study = config.study(STUDY)
    site = study.site(SITE) if study else None
    assert site is not None
    return site


def in_file(**values: object) -> Config:
    """The shipped configuration with other values in the hospital’s row."""
    studies = tuple(
        replace(
            study,
            sites=tuple(
                replace(site, **values) if site.id == SITE else site for site in study.sites
            ),
        )
        if study.slug == STUDY
        else study
        for study in CONFIG.studies
    )
    return replace(CONFIG, studies=studies)


def test_an_answer_sets_status_day_role_and_languages_of_that_hospital_alone() -> None:
    told = with_answers(CONFIG, [ANSWER])
    site = site_of(told)
    assert (site.status, site.status_on, site.confirmed_on) == ("open", DAY, DAY)
    assert (site.confirmed_by, site.languages) == ("nurse", ("en", "ar"))
    assert site.confirmed
    study = told.study(STUDY)
    before = CONFIG.study(STUDY)
    assert study is not None
    assert before is not None
    assert [s for s in study.sites if s.id != SITE] == [s for s in before.sites if s.id != SITE]
    assert [s for s in told.studies if s.slug != STUDY] == [
        s for s in CONFIG.studies if s.slug != STUDY
    ]
    assert not site_of(CONFIG).confirmed


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"status": "open", "status_on": DAY - timedelta(1)}, "paused"),
        ({"status": "open", "status_on": DAY}, "paused"),  # on the same day the hospital’s word
        ({"status": "open", "status_on": DAY + timedelta(1)}, "open"),
        ({"status": "full", "confirmed_on": DAY + timedelta(1), "confirmed_by": "x"}, "full"),
    ],
    ids=["older", "same day", "newer status", "newer confirmation"],
)
def test_the_later_day_wins(values: dict[str, object], status: str) -> None:
    told = with_answers(in_file(**values), [replace(ANSWER, status="paused")])
    assert site_of(told).status == status


def test_an_answer_about_a_hospital_that_is_gone_changes_nothing() -> None:
    assert with_answers(CONFIG, [replace(ANSWER, site="nl-nowhere")]) == CONFIG
    assert with_answers(CONFIG, []) is CONFIG


def test_a_mailbox_called_wrong_gets_no_message_until_the_operator_writes_another() -> None:
    wrong = replace(ANSWER, mailbox_right=False)
    for files, right in ((CONFIG, False), (in_file(mailbox="new@sites.example"), True)):
        told = with_answers(files, [wrong])
        study = told.study(STUDY)
        assert study is not None
        assert site_of(told).mailbox_right is right
        for contact in ("first", "second"):
            there = route(told, study, SITE, public=False, contact=contact)
            assert (there.reason == "no_mailbox") is not right
            assert (there.site is None) is not right


@pytest.mark.parametrize("status", ["paused", "full", "closed", "opening"])
def test_a_hospital_that_takes_no_messages_is_passed_over(status: str) -> None:
    told = with_answers(CONFIG, [replace(ANSWER, status=status)])
    study = told.study(STUDY)
    assert study is not None
    there = route(told, study, SITE, public=False)
    assert (there.site, there.reason) == (None, "not_accepting")


def test_an_answer_opens_the_way_on_a_public_address() -> None:
    told = with_answers(CONFIG, [ANSWER])
    study = told.study(STUDY)
    assert study is not None
    assert route(told, study, SITE, public=True).to == SITE
    assert route(CONFIG, study, "be-ghent-uz-gent", public=True).to == "central"


def test_a_confirmation_is_old_after_thirty_five_days() -> None:
    site = site_of(with_answers(CONFIG, [ANSWER]))
    assert not confirmation_is_old(CONFIG, site, DAY + timedelta(35))
    assert confirmation_is_old(CONFIG, site, DAY + timedelta(36))
    assert not confirmation_is_old(CONFIG, site_of(CONFIG), DAY)
