"""The shipped configuration: complete, right, and worded for families."""

from __future__ import annotations

import csv
import re
import statistics
import time
from datetime import date

import pytest

from portal.content.live import is_reserved
from portal.content.load import check, load_config
from portal.content.model import Config, Study, Text
from portal.content.walk import texts
from portal.content.word_links import plain, term_ids
from tests.support.paths import ROOT
from tests.unit.config_copy import TODAY
from tests.unit.readability import grade

CONFIG = ROOT / "config"
NUMBERS = (
    *("1a", "1b", "1c", "2", "3", "4", "5", "6.1", "6.2", "6.3", "6.4", "6.5"),
    *(str(number) for number in range(7, 21)),
    *(f"21.{part}" for part in range(1, 7)),
)


@pytest.fixture(scope="module")
def config() -> Config:
    return load_config(CONFIG)


@pytest.fixture(scope="module")
def study(config: Config) -> Study:
    found = config.study("NCT05658640")
    assert found is not None
    return found


def test_nothing_is_wrong() -> None:
    assert check(CONFIG, today=TODAY) == ()


@pytest.mark.alone
def test_it_loads_fast_enough_for_a_start_in_two_seconds() -> None:
    took = []
    for _ in range(3):
        start = time.perf_counter()
        load_config(CONFIG)
        took.append(time.perf_counter() - start)
    assert statistics.median(took) < 0.5


def test_study_is_found_by_slug_and_by_registry_number(config: Config, study: Study) -> None:
    assert config.study("hem-ismart-d") is study
    assert config.study("hem-ismart-z") is None
    assert [one.slug for one in config.complete_studies] == ["hem-ismart-d"]
    assert [one.part for one in config.studies] == ["A", "B", "C", "D", "E"]


def test_everything_the_briefs_count_is_there(config: Config, study: Study) -> None:
    assert len(study.overview) == 11
    assert [len(group.questions) for group in study.questions] == [5, 7, 4, 4]
    assert len(config.glossary) == 39
    assert tuple(criterion.number for criterion in study.criteria) == NUMBERS
    assert len({re.match(r"\d+", number).group() for number in NUMBERS}) == 21  # type: ignore[union-attr]
    assert len(study.sites) == 34
    assert len(study.steps) == 3


def test_inclusion_and_exclusion_meet_where_the_listing_has_it(study: Study) -> None:
    kinds = {criterion.number: criterion.kind for criterion in study.criteria}
    assert kinds["6.5"] == "include"
    assert kinds["7"] == "exclude"


def test_dates_are_those_of_the_real_checks(study: Study) -> None:
    assert study.status.code == "open"
    assert study.status.checked_on == date(2025, 10, 16)
    assert date(2025, 9, 16) in {source.on for source in study.sources}
    assert study.approval is None


def test_no_hospital_is_shown_as_more_than_is_known(study: Study) -> None:
    assert not any(site.confirmed for site in study.sites)
    known = {site.id: (site.status, site.status_on) for site in study.sites if site.status_on}
    assert known == {"ch-zurich-kispi": ("opening", date(2025, 7, 15))}
    assert {site.status for site in study.sites} == {"opening", "unconfirmed"}
    assert all(site.response_days is None and not site.contact_name for site in study.sites)


def test_mailboxes_are_the_agreed_stand_ins(study: Study) -> None:
    for site in study.sites:
        assert site.mailbox == f"{site.id}@sites.example"
        assert site.second_mailbox == f"{site.id}.second@sites.example"


def test_short_studies_take_no_messages_and_have_no_mailboxes(config: Config) -> None:
    short = [one for one in config.studies if not one.complete]
    assert {one.part for one in short} == {"A", "B", "C", "E"}
    assert all(one.central is None and not one.questions for one in short)
    assert not any(site.mailbox for one in short for site in one.sites)
    assert {one.part: len(one.sites) for one in short} == {"A": 1, "B": 34, "C": 2, "E": 0}


def test_no_phone_and_only_reserved_mail_domains(config: Config) -> None:
    for path in CONFIG.rglob("*"):
        if path.is_file():
            for address in re.findall(r"[\w.+-]+@[\w.-]+", path.read_text(encoding="utf-8")):
                assert is_reserved(address), f"{path.name}: {address}"
    for study in config.studies:
        assert study.central is None or not study.central.phone
        assert not any(site.phone for site in study.sites)
    for path in CONFIG.rglob("sites.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert not any(row["phone"] for row in csv.DictReader(file))


def test_only_limits_stand_under_limits(config: Config) -> None:
    limits = vars(config.portal.limits)
    assert all(isinstance(number, int) for number in limits.values())
    assert limits["copies_per_address_per_day"] == 1
    assert config.portal.answering.tell_family_after == 3


# --- wording ---------------------------------------------------------------------------------


def test_no_text_but_the_glossary_says_eligible(config: Config) -> None:
    for study in config.studies:
        for text in texts(study):
            assert "eligib" not in text.lower(), text
    explained = [term.id for term in config.glossary if "eligib" in term.term.lower()]
    assert explained == ["eligibility-criteria"]


# Brief C1: words that promise, press or blame.
AVOID = re.compile(
    r"\b(new treatment|new drug|breakthrough|access to|free treatment|enrol|subject|terminal|"
    r"salvage|battle|journey|burden|simply|hurry|miracle)",
    re.IGNORECASE,
)


def test_texts_promise_and_press_nothing(config: Config) -> None:
    for study in config.studies:
        lay = [text for text in texts(study) if text not in {c.clinical for c in study.criteria}]
        for text in lay:
            assert not AVOID.search(text), text


def test_will_it_help_begins_with_we_do_not_know(study: Study) -> None:
    section = next(part for part in study.overview if part.id == "will-it-help")
    assert section.paragraphs[0].startswith("We do not know.")


def lay_texts(config: Config, study: Study) -> dict[str, list[str]]:
    overview: list[Text] = [*study.lead, *(p for s in study.overview for p in s.paragraphs)]
    answers = [p for g in study.questions for q in g.questions for p in q.paragraphs]
    return {
        "overview": [plain(text) for text in overview],
        "answers": [plain(text).replace("{days}", "3") for text in answers],
        "questions": [q.heading for g in study.questions for q in g.questions],
        "criteria": [criterion.lay for criterion in study.criteria],
        "steps": [step.text.replace("{days}", "3") for step in study.steps],
        "glossary": [term.meaning for term in config.glossary],
    }


def test_family_texts_stay_at_grade_eight_or_below(config: Config, study: Study) -> None:
    for name, words in lay_texts(config, study).items():
        assert grade(words) <= 8, name


def test_sections_and_answers_stay_at_grade_eight_or_below(study: Study) -> None:
    parts = [*study.overview, *(q for g in study.questions for q in g.questions)]
    hard = {part.id: grade([plain(text) for text in part.paragraphs]) for part in parts}
    assert {name: g for name, g in hard.items() if g > 8} == {}


def test_paragraphs_have_three_sentences_at_most(study: Study) -> None:
    for section in (*study.overview, *(q for g in study.questions for q in g.questions)):
        for paragraph in section.paragraphs:
            assert len(re.findall(r"[.?!](?:\s|$)", plain(paragraph))) <= 3, paragraph


def test_each_word_is_linked_once_on_a_page(study: Study) -> None:
    overview = [*study.lead, *study.who_for, *(p for s in study.overview for p in s.paragraphs)]
    questions = [p for g in study.questions for q in g.questions for p in q.paragraphs]
    for page in (overview, questions):
        linked = [term for text in page for term in term_ids(text)]
        assert len(linked) == len(set(linked))
        assert len(linked) >= 10
