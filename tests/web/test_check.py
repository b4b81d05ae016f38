"""The pre-screener’s pages: the path, what is refused, the cookie, the results, what is sent."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.languages import format_date, in_language
from tests.support.in_process import NOON, PortalApp
from tests.support.offered import LONG_WORDS, TRANSLATED, at_the_gate
from tests.support.page_audit import Page
from tests.support.paths import ROOT
from tests.support.samples import SetClock
from tests.support.screening import ALL_GOOD, Walk, asked, judged, question_form, sample_answers
from tests.support.visitor import InProcessVisitor

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "unit" / "worked_cases.yaml").read_text(encoding="utf-8")
)
TODAY = date(2026, 11, 23)
SMALL = {**ALL_GOOD, "age_now": "1_5", "weight": "10plus"}
CHEMO = {"recent": ["chemo"], "chemo_kind": "any_other", "chemo_last": "2026-11-20"}


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="module")
def app(
    tmp_path_factory: pytest.TempPathFactory, roomy_config: Path, clock: SetClock
) -> Iterator[PortalApp]:
    portal = PortalApp.make(tmp_path_factory.mktemp("check"), config=roomy_config, clock=clock)
    yield portal
    portal.close()


@pytest.fixture
def walk(app: PortalApp, clock: SetClock) -> Walk:
    """A family with a browser of its own, at noon on 23 November 2026."""
    set_to(clock, NOON)
    return new_walk(app)


def new_walk(app: PortalApp, language: str = "en") -> Walk:
    return Walk(InProcessVisitor(app.settings.base_url, app=app.app.wsgi_app), language)


def set_to(clock: SetClock, moment: datetime) -> None:
    object.__setattr__(clock, "time", moment)


def post(walk: Walk, number: int, *fields: tuple[str, str]) -> Page:
    return walk.visitor.post(walk.address(number), fields)


def leads_to(page: Page) -> str:
    assert page.status == 303, f"{page.status}: {page.text[:400]}"
    return page.location.rpartition("/studies/hem-ismart-d/")[2]


def chosen(page: Page) -> list[str]:
    return [node["value"] for node in page.main.all("input", name="answer", checked=True)]


# --- the worked cases -----------------------------------------------------------------------------


@pytest.mark.parametrize("language", at_the_gate({"en", "nl", "ar", LONG_WORDS}))
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_worked_case(case: dict[str, Any], language: str, app: PortalApp, clock: SetClock) -> None:
    """The same outcome, statuses and dates in each language, with dates typed its own way.

    These pages are audited in tests/web/test_every_language.py; here that would cost a minute.
    """
    expect = case["expect"]
    set_to(clock, datetime.fromisoformat(f"{case['today']}T12:00:00+00:00"))
    walk = new_walk(app, language)
    walk.by_name, walk.visitor.audits = True, False
    page = walk.through(case["answers"])
    early = expect.get("early_end", False)
    assert page.name == ("check-result" if early else "check-answers")
    page = walk.open("result")
    assert page.main["data-outcome"] == expect["outcome"]
    assert page.main["data-clear-from"] == (expect["clear_from"] or "")
    open_ones = {code: one for code, one in judged(page).items() if one["status"] != "met"}
    assert open_ones == {
        code: one
        if isinstance(one, dict)
        else {"status": one, "clear_from": "unknown" if one == "not_now" else None}
        for code, one in expect["not_met_or_open"].items()
    }
    carry_on = [f for f in page.main.all("form") if f["action"].endswith("/check/result")]
    assert bool(carry_on) is early
    for day in {one["clear_from"] for one in open_ones.values()} - {None, "unknown"}:
        with in_language(language):
            assert format_date(date.fromisoformat(str(day))) in page.main.text.replace("\u2068", "")


def test_questions_asked_are_as_many_as_the_start_page_says(walk: Walk) -> None:
    walk.to_result(ALL_GOOD)
    assert len(walk.numbers) == 12
    small = Walk(walk.visitor)
    walk.visitor.jar.clear()
    small.to_result({**SMALL, **CHEMO})
    assert len(small.numbers) == 15


# --- the path -------------------------------------------------------------------------------------


def test_the_start_leads_to_the_first_question_and_remembers(walk: Walk) -> None:
    start = walk.open()
    assert start.main.all("a", href=walk.address(1))
    assert not start.main.all("form")
    walk.through({"who": "parent", "illness": "all"})
    again = walk.open()
    assert again.main.all("a", href=walk.address(3))
    assert again.main.all("form", action=walk.address("delete"))
    assert again.header("Cache-Control") == "no-store"


@pytest.mark.parametrize("number", [3, 4, 9, 99, 999])
def test_an_address_ahead_leads_to_the_open_question(walk: Walk, number: int) -> None:
    walk.through({"who": "parent"})
    assert leads_to(walk.open(number)) == "check/2"
    assert leads_to(post(walk, number, ("answer", "all"))) == "check/2"


def test_position_nought_leads_to_the_open_question(walk: Walk) -> None:
    walk.through({"who": "parent"})
    assert leads_to(walk.open(0)) == "check/2"


def test_beyond_the_end_are_the_answers(walk: Walk) -> None:
    walk.to_result(ALL_GOOD)
    assert leads_to(walk.open(13)) == "check/answers"
    assert leads_to(walk.open(99)) == "check/answers"


def test_beyond_an_early_end_is_the_result(walk: Walk) -> None:
    walk.through({"who": "parent", "illness": "other"})
    assert leads_to(walk.open(3)) == "check/result"


@pytest.mark.parametrize("number", ["1000", "x", "1x", "-1", "1.0", "%D9%A3", "9" * 5000])
def test_what_is_no_position_is_no_page(walk: Walk, number: str) -> None:
    assert walk.open(number).status == 404


def test_a_study_without_a_pre_screener_has_none_of_its_pages(walk: Walk) -> None:
    for rest in ("", "/1", "/answers", "/result"):
        assert walk.visitor.get(f"/en/studies/hem-ismart-b/check{rest}").status == 404


def test_an_answer_to_another_question_is_not_taken_for_this_one(walk: Walk) -> None:
    """Two tabs: the first still shows ‘weight’ where ‘RAS’ stands now. ‘unknown’ fits both."""
    walk.through({**SMALL, "weight": "unknown"})
    number = walk.numbers["weight"]
    old = question_form(walk.open(number)).fields
    post(walk, walk.numbers["age_now"], ("answer", "7_12"))
    before = walk.open("answers").main.text
    leads_to(post(walk, number, *[*(f for f in old if f[0] == "question"), ("answer", "unknown")]))
    assert walk.open("answers").main.text == before


def test_changing_an_answer_drops_what_it_makes_unreachable(walk: Walk) -> None:
    walk.to_result({**SMALL, **CHEMO})
    assert judged(walk.open("result"))["C21.1"]["status"] == "not_now"
    sent = post(walk, walk.numbers["recent"], ("answer", "none"))
    assert leads_to(sent) == "check/answers"
    result = walk.open("result")
    assert judged(result)["C21.1"]["status"] == "met"
    # It is gone, not hidden: back again, the question stands empty.
    post(walk, walk.numbers["recent"], ("answer", "chemo"))
    assert not chosen(walk.open(walk.numbers["chemo_kind"]))


def test_a_change_returns_to_the_answers_after_new_questions(walk: Walk) -> None:
    walk.to_result(ALL_GOOD)
    answers = walk.open("answers")
    change = [node for node in answers.main.all("a") if node["href"] == walk.address(10)]
    assert len(change) == 1
    sent = post(walk, 10, ("answer", "surgery"))
    assert leads_to(sent) == "check/11"
    assert asked(walk.visitor.follow(sent)) == "surgery_last"
    assert leads_to(post(walk, 11, ("answer", "ongoing"))) == "check/answers"


def test_back_and_the_browsers_back_keep_answers(walk: Walk) -> None:
    walk.through({"who": "parent", "illness": "lbl", "status": "relapse"})
    page = walk.open(4)
    assert page.main.all("a", href=walk.address(3))
    assert chosen(walk.open(2)) == ["lbl"]
    assert chosen(walk.open(3)) == ["relapse"]


def test_stopping_shows_what_there_is_and_the_way_on(walk: Walk) -> None:
    page = walk.through({"who": "parent", "illness": "all", "status": "relapse"})
    assert page.main.all("a", href=walk.address("result"))
    result = walk.open("result")
    assert result.main["data-outcome"] == "ask_team"
    assert result.main.all("a", href=walk.address(4))


def test_carry_on_opens_the_other_questions(walk: Walk) -> None:
    walk.through({"who": "parent", "illness": "other"})
    sent = walk.visitor.post(walk.address("result"), [("action", "carry_on")])
    assert leads_to(sent) == "check/3"
    page = walk.to_result({**ALL_GOOD, "illness": "other"})
    assert page.main["data-outcome"] == "probably_not"
    assert len(judged(page)) > 10
    assert not [f for f in page.main.all("form") if f["action"].endswith("/check/result")]


def test_nobody_carries_on_where_nothing_ended(walk: Walk) -> None:
    walk.through({"who": "parent"})
    sent = walk.visitor.post(walk.address("result"), [("action", "carry_on")])
    assert leads_to(sent) == "check/2"
    assert walk.visitor.post(walk.address("result"), []).status == 400


def test_a_language_switch_keeps_the_answers_and_the_place(walk: Walk) -> None:
    page = walk.through({"who": "parent", "illness": "lbl"})
    for language in (*TRANSLATED, "en"):
        (link,) = page.tree.all("a", hreflang=language)
        page = walk.visitor.get(link["href"])
        assert page.status == 200
        assert asked(page) == "status"
        assert chosen(walk.visitor.get(link["href"].replace("/3", "/2"))) == ["lbl"]


def test_words_follow_who_answers(walk: Walk) -> None:
    page = walk.through({"who": "self"})
    assert page.main.one("h1").text == "Which illness do you have?"
    walk.visitor.jar.clear()
    assert walk.through({"who": "other"}).main.one("h1").text.startswith("Which illness does the")


# --- what is refused ------------------------------------------------------------------------------


def refused(page: Page, words: str) -> None:
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert words in page.main.one(role="alert").text
    assert words in page.main.one("form", data_question=True).text


def test_nothing_chosen(walk: Walk) -> None:
    refused(post(walk, 1), "Choose an answer")
    walk.through({"who": "parent"})
    refused(post(walk, 2), "Choose an answer, or choose “I don’t know”")
    refused(post(walk, 2, ("answer", "klingon")), "Choose an answer, or choose “I don’t know”")
    refused(post(walk, 2, ("answer", "all"), ("answer", "lbl")), "Choose an answer")


@pytest.mark.parametrize("ticked", [(), ("none", "chemo"), ("none", "unknown"), ("x",)])
def test_boxes_that_cannot_stand_together(walk: Walk, ticked: tuple[str, ...]) -> None:
    walk.through({name: value for name, value in ALL_GOOD.items() if name != "recent"})
    page = post(walk, 10, *[("answer", code) for code in ticked])
    refused(page, "Choose what applies, or choose “None of these”")
    assert chosen(page) == [code for code in ("chemo", "none", "unknown") if code in ticked]


@pytest.mark.parametrize(
    ("typed", "words", "field"),
    [
        (("", "", ""), "Enter the day, month and year", "answer_day"),
        (("20", "", "2026"), "Enter the day, month and year", "answer_month"),
        (("20", "11", ""), "Enter the day, month and year", "answer_year"),
        (("24", "11", "2026"), "The date must be today or in the past", "answer_day"),
        (("31", "11", "2026"), "The date must be a real date, for example 27 3 2026", "answer_day"),
        (("20", "Brumaire", "2026"), "The date must be a real date", "answer_day"),
        (("20", "11", "1026"), "It must be 2000 or later", "answer_day"),
    ],
)
def test_a_date_that_cannot_be(
    walk: Walk, typed: tuple[str, str, str], words: str, field: str
) -> None:
    walk.through({**SMALL, **CHEMO, "chemo_last": "unknown"})
    fields = list(zip(("answer_day", "answer_month", "answer_year"), typed, strict=True))
    page = post(walk, walk.numbers["chemo_last"], ("answer", "date"), *fields)
    refused(page, words)
    assert page.main.one("input", id=field)["aria-invalid"] == "true"
    assert page.main.one(role="alert").one("a")["href"] == f"#{field}"
    for name, value in fields:
        assert page.main.one("input", name=name)["value"] == value
    assert chosen(page) == ["date"]
    # The answer given before is still there.
    assert chosen(walk.open(walk.numbers["chemo_last"])) == ["unknown"]


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("en", ("20", "nov", "2026"), "20 November 2026"),
        ("nl", ("20", "mrt", "2026"), "20 maart 2026"),
        ("nl", ("", "januari", "2026"), "januari 2026"),
        ("ar", ("٢٠", "تشرين الأول", "٢٠٢٦"), "20 أكتوبر 2026"),
        ("ar", ("20", "جويلية", "2026"), "20 يوليو 2026"),
    ],
)
def test_dates_as_families_write_them(
    app: PortalApp, language: str, typed: tuple[str, str, str], shown: str
) -> None:
    walk = new_walk(app, language)
    walk.through({**SMALL, **CHEMO, "chemo_last": "unknown"})
    fields = zip(("answer_day", "answer_month", "answer_year"), typed, strict=True)
    sent = post(walk, walk.numbers["chemo_last"], ("answer", "date"), *fields)
    assert leads_to(sent) == "check/answers"
    assert shown in walk.open("answers").main.text


def test_a_date_without_a_tap_on_its_circle_counts(walk: Walk) -> None:
    walk.through({**SMALL, **CHEMO, "chemo_last": "unknown"})
    number = walk.numbers["chemo_last"]
    fields = [("answer_day", "20"), ("answer_month", "11"), ("answer_year", "2026")]
    assert leads_to(post(walk, number, *fields)) == "check/answers"
    assert judged(walk.open("result"))["C21.1"]["clear_from"] == "2026-11-27"
    # With another circle chosen, what stands in the fields is not read.
    leads_to(post(walk, number, ("answer", "ongoing"), ("answer_day", "99"), *fields[1:]))
    assert judged(walk.open("result"))["C21.1"]["clear_from"] == "unknown"


def test_today_is_the_day_in_the_zone_of_the_study(walk: Walk, clock: SetClock) -> None:
    set_to(clock, datetime(2026, 11, 23, 23, 30, tzinfo=UTC))  # 24 November in Amsterdam
    page = walk.to_result({**SMALL, **CHEMO, "chemo_last": "2026-11-24"})
    assert judged(page)["C21.1"]["clear_from"] == "2026-12-01"


# --- the cookie -----------------------------------------------------------------------------------


def test_the_cookie_is_one_and_closed(walk: Walk) -> None:
    walk.to_result({**SMALL, **CHEMO})
    assert set(walk.visitor.jar) == {"answers"}
    for cookie in walk.visitor.cookies:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite=lax", "path=/", "max-age=3600"} <= parts
        assert not [part for part in parts if part.startswith("domain")]
        assert len(cookie) <= 4096
        for words in ("chemo", "relapse", "2026", "hem-ismart"):
            assert words not in cookie.partition(";")[0]


def test_with_https_the_cookie_is_bound_to_the_host(
    tmp_path: Path, roomy_config: Path, clock: SetClock
) -> None:
    secure = PortalApp.make(
        tmp_path / "s", config=roomy_config, clock=clock, base_url="https://127.0.0.1:8000"
    )
    walk = new_walk(secure)
    walk.through({"who": "parent"})
    (cookie,) = walk.visitor.cookies
    assert cookie.startswith("__Host-answers=")
    assert "; Secure" in cookie
    assert asked(walk.open(2)) == "illness"
    secure.close()


def test_the_longest_answers_fit_into_a_cookie(walk: Walk) -> None:
    every = ["chemo", "radio", "cell", "antibody", "trial", "surgery", "other_med"]
    days = {f"{name}_last": "2026-11-10" for name in ("cell", "antibody", "trial", "surgery")}
    walk.to_result(
        {
            **SMALL,
            **CHEMO,
            **days,
            "recent": every,
            "radio_why": "treat",
            "radio_last": "2026-11-10",
            "transplant": "donor",
            "transplant_last": "2026-10-30",
            "gvhd": "yes",
            "gvhd_meds": "stopped",
            "gvhd_meds_last": "2026-11-01",
            "health": ["infection", "gut", "allergy", "eye"],
        }
    )
    assert len(walk.numbers) == 24
    assert max(map(len, walk.visitor.cookies)) < 4096


def test_it_ends_sixty_minutes_after_the_last_change(walk: Walk, clock: SetClock) -> None:
    walk.through({"who": "parent", "illness": "all"})
    clock.move(minutes=59)
    assert asked(walk.open(3)) == "status"
    count = len(walk.visitor.cookies)
    clock.move(seconds=59)
    walk.open("answers")
    assert len(walk.visitor.cookies) == count, "reading is no change"
    clock.move(seconds=1)
    assert leads_to(walk.open(3)) == "check/ended"
    assert leads_to(post(walk, 3, ("answer", "relapse"))) == "check/ended"
    ended = walk.open("ended")
    assert "For your privacy your answers were deleted after 60 minutes." in ended.main.text
    assert ended.main.all("a", href=walk.address())
    assert "You have not answered any questions yet." in walk.open("result").main.text
    assert "You have not answered any questions yet." in walk.open("answers").main.text


def test_a_change_gives_sixty_more_minutes(walk: Walk, clock: SetClock) -> None:
    walk.through({"who": "parent", "illness": "all"})
    clock.move(minutes=50)
    post(walk, 3, ("answer", "relapse"))
    clock.move(minutes=50)
    assert asked(walk.open(4)) == "age_now"


@pytest.mark.parametrize("change", ["", "x", "ä", "{}", "cut", "flip", "other purpose"])
def test_a_cookie_that_is_not_ours_counts_as_none(walk: Walk, app: PortalApp, change: str) -> None:
    walk.through({"who": "parent", "illness": "all"})
    sealed = walk.visitor.jar["answers"]
    keys = app.app.extensions["portal"].keys
    other = keys.seal('{"study":"hem-ismart-d","plain":{"who":"parent"}}', "draft/hem-ismart-d")
    flipped = sealed[:-5] + ("A" if sealed[-5] != "A" else "B") + sealed[-4:]
    made = {"cut": sealed[:-8], "flip": flipped, "other purpose": other}
    walk.visitor.jar["answers"] = made.get(change, change)
    assert leads_to(walk.open(3)) == "check/ended"
    assert walk.open(1).status == 200
    assert walk.open().status == 200


def test_answers_to_another_study_are_not_answers_to_this_one(walk: Walk, app: PortalApp) -> None:
    walk.through({"who": "parent"})
    keys, now = app.app.extensions["portal"].keys, NOON.isoformat().replace("12:00", "13:00")
    content = f'{{"study":"x","plain":{{"who":"parent"}},"carry_on":false,"until":"{now}"}}'
    walk.visitor.jar["answers"] = keys.seal(content, "answers-cookie")
    assert leads_to(walk.open(2)) == "check/ended"


def test_delete_takes_the_cookie_away(walk: Walk) -> None:
    page = walk.through({"who": "parent"})
    assert page.main.all("form", action=walk.address("delete"))
    assert leads_to(walk.visitor.post(walk.address("delete"), [])) == "check/deleted"
    assert "Max-Age=0" in walk.visitor.cookies[-1]
    assert not walk.visitor.jar
    assert walk.open("deleted").name == "check-deleted"
    assert leads_to(walk.open(2)) == "check/ended"


def test_delete_stands_on_every_page_with_answers(walk: Walk) -> None:
    walk.to_result({**SMALL, **CHEMO})
    for rest in ("", "1", "answers", "result", str(walk.numbers["chemo_last"])):
        page = walk.open(rest)
        assert len(page.main.all("form", action=walk.address("delete"))) == 1, rest


def test_nothing_with_answers_is_kept_by_browsers(walk: Walk) -> None:
    walk.to_result(ALL_GOOD)
    for rest in ("check", "check/1", "check/answers", "check/result", "contact", "questions", ""):
        page = walk.visitor.get(f"/en/studies/hem-ismart-d/{rest}")
        assert page.header("Cache-Control") == "no-store", rest
    (style,) = page.tree.all("link", rel="stylesheet")
    assert "immutable" in walk.visitor.get(style["href"]).header("Cache-Control")


def test_a_page_without_answers_is_never_that_of_another_family(walk: Walk, app: PortalApp) -> None:
    walk.to_result(ALL_GOOD)
    for rest in ("contact", "check"):
        walk.visitor.get(f"/en/studies/hem-ismart-d/{rest}")
        stranger = new_walk(app).visitor.get(f"/en/studies/hem-ismart-d/{rest}")
        assert not stranger.main.all("input", name="share_answers")
        assert not stranger.main.all("a", href=walk.address("answers"))


def test_titles_and_addresses_tell_nothing(walk: Walk) -> None:
    walk.to_result({**SMALL, **CHEMO})
    pages = [walk.open(number) for number in walk.numbers.values()]
    assert {page.title for page in pages} == {"Question – HEM-iSMART-D"}
    assert walk.open("result").title == "Your result – HEM-iSMART-D"
    assert walk.open("answers").title == "Your answers – HEM-iSMART-D"
    for address in walk.visitor.visited:
        assert re.fullmatch(r"[^?#]*/check(/(\d+|answers|result))?|", address), address


# --- the result -----------------------------------------------------------------------------------


def test_a_result_holds_its_parts_in_order(walk: Walk) -> None:
    answers = sample_answers(TODAY)
    page = walk.to_result({**answers["ask_team"], "health": ["gut", "infection", "eye"]})
    said = page.main.text
    order = [
        "Probably not",
        "Do not stop, change or delay any treatment",
        "Things to ask about",
        "Things that need time",
        "What does not fit",
        "Other parts of HEM-iSMART",
        "What fits (",
        "What the study team will check",
        "You can still ask the study team",
        "Change an answer",
        "Delete my answers",
    ]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_every_outcome_leads_to_the_form_without_a_hospital(app: PortalApp) -> None:
    for name, answers in sample_answers(TODAY).items():
        walk = new_walk(app)
        page = walk.to_result(answers)
        links = page.main.all("a", href="/en/studies/hem-ismart-d/contact")
        assert len(links) == 1, name
        is_button = "btn" in links[0].get("class")
        assert is_button is ("probably_not" not in name), "on ‘probably not’ nothing pushes"
        assert "Do not stop, change or delay any treatment" in page.main.text


def test_waits_are_worded_as_never_a_promise(walk: Walk) -> None:
    page = walk.to_result(sample_answers(TODAY)["long-needs_time"])
    said = page.main.text
    for words in (
        "From your answers, not before 25 December 2026. At least one thing has no date yet.",
        "Not before 27 November 2026",
        "Until 4 December 2026 at the latest",
        "No date yet",
    ):
        assert words in said, words
    waits = [n["data-clear-from"] for n in page.main.all(data_status="not_now")]
    assert waits == ["2026-12-25", "2026-12-05", "2026-12-04", "2026-11-27", "unknown"]


def test_other_parts_stand_with_their_status_and_its_date(walk: Walk) -> None:
    page = walk.to_result({**ALL_GOOD, "trametinib": "yes"})
    assert page.main.all("a", href="/en/studies/hem-ismart-b/")
    assert "Looking for people (checked 8 May 2026)" in page.main.text


def test_where_the_change_is_the_reason_the_page_asks_which_it_is(walk: Walk) -> None:
    page = walk.to_result({**ALL_GOOD, "ras": "no"})
    form = page.main.one("form", id="signpost")
    assert (form["method"], form["action"]) == ("post", "/en/other-studies#answer")
    assert "KRAS" in form.text
    answer = walk.visitor.post("/en/other-studies", [("change", "abl1-pdgfrb")])
    assert "HEM-iSMART-B" in answer.main.one(data_signpost="found").text


@pytest.mark.parametrize(
    "answers", [{**ALL_GOOD, "trametinib": "yes"}, {**ALL_GOOD, "ras": "unknown"}], ids=str
)
def test_with_another_reason_it_does_not_ask(walk: Walk, answers: Any) -> None:
    assert not walk.to_result(answers).main.all("form", id="signpost")


@pytest.mark.parametrize(
    "answers", [{"who": "parent", "illness": "other"}, {**ALL_GOOD, "age_now": "u1"}], ids=str
)
def test_where_the_same_limits_hold_no_other_part_is_named(walk: Walk, answers: Any) -> None:
    page = walk.to_result({name: answers[name] for name in list(answers)[:4]})
    assert not page.main.all("a", href="/en/studies/hem-ismart-b/")
    assert "You can ask your doctor about other studies." in page.main.text


def test_the_note_for_twenty_stands_on_top(walk: Walk) -> None:
    page = walk.to_result({**ALL_GOOD, "who": "self", "age_now": "20"})
    said = page.main.text
    assert said.index("must join before turning 21") < said.index("What fits")


@pytest.mark.parametrize("language", TRANSLATED)
def test_below_a_draft_stands_the_whole_result_in_english(app: PortalApp, language: str) -> None:
    english = new_walk(app).to_result(sample_answers(TODAY)["long-needs_time"])
    walk = new_walk(app, language)
    page = walk.to_result(sample_answers(TODAY)["long-needs_time"])
    again = page.main.one(id="in-english")
    assert (again["lang"], again["dir"]) == ("en", "ltr")
    for node in (
        *english.main.all(data_criterion=True),
        *english.main.all("dd"),
        *english.main.all("h1"),
    ):
        assert node.text in again.text, node.text
    assert page.main.all("a", href="#in-english")
    assert not again.all(data_criterion=True), "hooks stand once"


def test_approved_words_stand_alone(app: PortalApp, monkeypatch: pytest.MonkeyPatch) -> None:
    from portal import languages

    approved = languages.Review("approved", "clinician", "2026-11-22")
    monkeypatch.setattr(languages, "review", lambda _code: approved)
    page = new_walk(app, "nl").to_result(ALL_GOOD)
    assert not page.main.all(id="in-english")
    assert not new_walk(app).to_result(ALL_GOOD).main.all(id="in-english")


def test_numbers_of_rules_and_answers_are_for_print_only(walk: Walk) -> None:
    page = walk.to_result({**SMALL, **CHEMO})
    numbers = [n for n in page.main.all("span") if n.get("class") == "num"]
    assert {"[21.1]", "[6.5]", "[1c]"} <= {n.text.strip() for n in numbers}
    paper = " ".join(n.text for n in page.main.all("div") if "paper" in n.get("class").split())
    for words in (
        "Answers given by a family on 23 November 2026",
        "Not a medical record. Not a decision.",
        "Name (if you wish):",
        "When was the last dose of the other chemo?",
        "20 November 2026",
        "Questions we want to ask",
    ):
        assert words in paper
    assert len([n for n in page.main.all("div") if n.get("class") == "line"]) == 6


def test_advice_for_the_young_stands_next_and_on_the_contact_form(walk: Walk) -> None:
    page = walk.through({"who": "self_u16"})
    assert "It is best to do this with a parent or carer." in page.main.text
    assert (
        "with a parent or carer"
        not in walk.through({"who": "self_u16", "illness": "all"}).main.text
    )
    contact = walk.visitor.get("/en/studies/hem-ismart-d/contact")
    assert "The contact form asks for the parent or carer." in contact.main.text
    assert "Please ask your parent or carer to fill in this page." in contact.main.text


# --- a study that takes no messages ---------------------------------------------------------------


def test_while_paused_nobody_starts(tmp_path: Path, clock: SetClock) -> None:
    set_to(clock, NOON)
    shutil.copytree(ROOT / "config", tmp_path / "config")
    file = tmp_path / "config" / "studies" / "hem-ismart-d" / "study.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(?m)^  code: open$", "  code: paused", text), encoding="utf-8")
    paused = PortalApp.make(tmp_path / "data", config=tmp_path / "config", clock=clock)
    walk = new_walk(paused)
    start = walk.open()
    assert "paused" in start.tree.text
    assert not start.main.all("a", href=walk.address(1))
    assert start.main.all("a", href="/en/other-studies")
    assert leads_to(walk.open(1)) == "check"
    assert leads_to(post(walk, 1, ("answer", "parent"))) == "check"
    for rest in ("/en/", "/en/studies/hem-ismart-d/"):
        page = walk.visitor.get(rest)
        assert not page.tree.all("a", href=walk.address())
        assert page.main.all("a", href="/en/other-studies")
    paused.close()


def test_home_and_overview_lead_to_the_questions(walk: Walk) -> None:
    for rest in ("/en/", "/en/studies/hem-ismart-d/"):
        page = walk.visitor.get(rest)
        (main, *_) = [a for a in page.main.all("a") if "btn" in a.get("class")]
        assert main["href"] == walk.address()
    short = walk.visitor.get("/en/studies/hem-ismart-b/")
    assert not [a for a in short.main.all("a") if "check" in a["href"]]
