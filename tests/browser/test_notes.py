"""Two people in two browsers: one writes notes and shares them, the other has link and passcode."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browser_fixtures import Watch
from tests.support.canaries import Canaries, codings
from tests.support.live import LivePortal
from tests.support.note_taking import (
    CARDS,
    EDITOR,
    choose,
    fill,
    memory_of,
    note_on_section,
    note_on_words,
    read_shared,
    share,
    stored,
    study,
    try_passcode,
)

pytestmark = pytest.mark.browser
EYES = "Less often it can affect the eyes"
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
# A browser that keeps nothing for any site throws at the first touch.
NO_STORAGE = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('denied', 'SecurityError'); },
});"""


def _change_row(portal: LivePortal, link: str, column: str, value: object) -> None:
    """What time, or someone inside the server, does to a row."""
    with closing(sqlite3.connect(portal.data / "portal.db", timeout=20)) as db, db:
        done = db.execute(
            f"UPDATE shared_notes SET {column} = ? WHERE id = ?", (value, link.rpartition("/")[2])
        )
        assert done.rowcount == 1


def _row(portal: LivePortal, link: str) -> tuple[bytes, int]:
    with closing(sqlite3.connect(portal.data / "portal.db", timeout=20)) as db:
        wanted = "SELECT ciphertext, tries FROM shared_notes WHERE id = ?"
        ciphertext, tries = db.execute(wanted, (link.rpartition("/")[2],)).fetchone()
        return ciphertext, tries


def _problem(page: Page) -> str:
    told = page.locator("#passcode-error")
    expect(told).to_be_visible()
    return told.inner_text()


def test_two_people_share_notes_and_nobody_else_can_read_them(
    live_portal: LivePortal, open_page: Callable[..., Page], canaries: Canaries
) -> None:
    texts = [
        canaries.watch(f"نسأل عن العينين {canaries.mark[name]}")
        for name in ("first", "last", "place")
    ]
    mother = open_page(study("ar"))
    choose(mother, "risks", mother.locator("#risks p").nth(3).inner_text()[:30])
    mother.locator("[data-part=bar] button").click()
    fill(mother, texts[0])
    mother.goto(study("ar", "rules"))
    note_on_section(mother, "not-join", texts[2])
    mother.goto(study("ar", "questions"))
    note_on_section(
        mother, mother.locator("[data-note]").nth(3).get_attribute("id") or "", texts[1]
    )
    link, passcode = share(mother, "ar")
    _never_seen(canaries, passcode)
    father = open_page(link.replace("/ar/", "/en/"))
    try_passcode(father, "1" * 20)
    assert "does not fit" in _problem(father)
    try_passcode(father, passcode[:-1])
    assert "20 digits" in _problem(father)
    assert _row(live_portal, link)[1] == 1, "what cannot be a passcode is no try"
    read_shared(
        father, link.replace("/ar/", "/en/"), passcode.translate(ARABIC_DIGITS).replace(" ", " - ")
    )
    _reads_in_english(father, texts)
    father.locator("[data-do=copy]").click()
    assert {note["text"] for note in stored(father)} == set(texts)
    father.goto(study("en"))
    expect(
        father.locator(f"#risks {CARDS.removeprefix('main ')} [data-part=elsewhere]")
    ).to_be_visible()
    assert not father.locator("main mark").count(), "Arabic words stand nowhere on an English page"
    marks = [canaries.mark[name] for name in ("first", "last", "place")]
    _nothing_in_memory(live_portal, [*marks, passcode, passcode.replace(" ", "")])


def _never_seen(canaries: Canaries, passcode: str) -> None:
    for form in (passcode, passcode.replace(" ", ""), passcode.translate(ARABIC_DIGITS)):
        canaries.watch(form)


def _reads_in_english(page: Page, texts: list[str]) -> None:
    items = page.locator("[data-part=opened] [data-part=item]")
    assert items.locator("[data-fill=text]").all_inner_texts() == texts, "in reading order"
    assert items.locator("h3").first.inner_text() == "What are the risks?"
    assert page.locator("[data-part=group] h2").nth(1).inner_text() == "Questions families ask"
    assert items.first.locator("blockquote").get_attribute("lang") == "ar"
    assert items.first.locator("[data-part=elsewhere]").is_visible()
    assert page.locator("[data-part=opened]").locator("textarea, [data-do=change]").count() == 0
    assert texts[0] not in page.url
    assert not page.locator("#passcode").count()


def _nothing_in_memory(portal: LivePortal, secrets: list[str]) -> None:
    """The database and the logs are searched after every test that uses `canaries`."""
    needles = {
        coded
        for secret in secrets
        for coding, coded in codings(secret)
        if coding == "UTF-8" or coding.startswith(("utf-16-le", "base64 "))
    }
    control, found, size = False, set[bytes](), 0
    for region in memory_of(portal.pids()["web"]):
        size += len(region)
        control = control or b"What are the risks?" in region
        found |= {needle for needle in needles if needle in region}
    assert control, "the search does not see what must be there"
    assert size > 20_000_000
    assert not found


def test_five_wrong_passcodes_make_wait_and_ending_is_at_once(
    live_portal: LivePortal, open_page: Callable[..., Page]
) -> None:
    owner = open_page(study("en"))
    note_on_section(owner, "risks", "Ask about eyes")
    link, passcode = share(owner)
    reader = open_page(link)
    for _ in range(4):
        try_passcode(reader, "0" * 20)
        assert "does not fit" in _problem(reader)
        reader.fill("#passcode", "")
        reader.evaluate("document.getElementById('passcode-error').hidden = true")
    try_passcode(reader, "0" * 20)
    assert "15 minutes" in _problem(reader)
    reader.evaluate("document.getElementById('passcode-error').hidden = true")
    try_passcode(reader, passcode)
    assert "Wait" in _problem(reader)
    assert _row(live_portal, link)[1] == 5
    owner.locator("[data-part=link] [data-do=end]").click()
    expect(owner.locator("[data-part=ended]")).to_be_visible()
    assert _row(live_portal, link)[0] is None
    assert not stored(owner, "note-links")
    try_passcode(reader, passcode)
    expect(reader.locator("main")).to_have_attribute("data-page", "error")
    answer = reader.goto(link.replace("/en/", "/ar/"))
    assert answer
    assert answer.status == 410
    assert reader.locator("html").get_attribute("lang") == "ar"


def test_expired_and_tampered_notes_do_not_open(
    live_portal: LivePortal, open_page: Callable[..., Page]
) -> None:
    owner = open_page(study("en"))
    note_on_section(owner, "risks", "Ask about eyes")
    link, passcode = share(owner)
    ciphertext, _ = _row(live_portal, link)
    changed = ciphertext[:20] + bytes([ciphertext[20] ^ 1]) + ciphertext[21:]
    _change_row(live_portal, link, "ciphertext", changed)
    reader = open_page(link)
    try_passcode(reader, passcode)
    assert "changed or damaged" in _problem(reader)
    assert "Ask about eyes" not in reader.locator("main").inner_text()
    _change_row(live_portal, link, "ciphertext", ciphertext)
    read_shared(reader, link, passcode)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    _change_row(live_portal, link, "ends_at", yesterday.strftime("%Y-%m-%d %H:%M:%S.%f"))
    answer = reader.goto(link)
    assert answer
    assert answer.status == 410


def test_a_page_edited_since_shows_the_note_where_it_belongs(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(study("en"))
    note_on_words(page, "risks", EYES, "How often?")
    page.reload()
    assert page.locator("#risks mark").inner_text() == EYES, "marked passages show again"
    edited = (
        page.request.get(study("en")).text().replace(EYES, "Less often, it may affect the eyes")
    )

    def give(route: Route) -> None:
        route.fulfill(body=edited, content_type="text/html; charset=utf-8")

    page.route(f"**{study('en')}", give)
    page.reload()
    assert page.locator("#risks mark").inner_text() == "Less often, it may affect the eyes"
    assert page.locator(f"{CARDS} blockquote").inner_text() == EYES
    link, passcode = share(page)
    item = page.locator("[data-part=item]")
    assert item.locator("blockquote").all_inner_texts() == [
        EYES,
        "Less often, it may affect the eyes",
    ]
    item.locator("h3 a").click()
    expect(page.locator("#risks mark")).to_be_in_viewport()
    reader = open_page()
    reader.route(f"**{study('en')}", give)
    read_shared(reader, link, passcode)
    assert reader.locator("[data-part=item] [data-part=changed]").is_visible()


def test_a_full_device_keeps_the_typed_words_and_all_older_notes(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(study("en"))
    note_on_section(page, "risks", "The first one")
    page.evaluate("""() => {
      for (let size = 1 << 20; size >= 1; size >>= 1) {
        try {
          for (let n = 0; ; n += 1) localStorage.setItem(`${size}-${n}`, "x".repeat(size));
        } catch { /* full for this size */ }
      }
    }""")
    page.locator("#why .note-here button").click()
    page.locator(f"{EDITOR} textarea").fill("A second one that has no room")
    page.locator(f"{EDITOR} [data-do=save]").click()
    expect(page.locator(f"{EDITOR} .err")).to_be_visible()
    assert page.input_value(f"{EDITOR} textarea") == "A second one that has no room"
    assert [note["text"] for note in stored(page)] == ["The first one"]


def test_a_private_window_keeps_notes_until_it_is_closed(
    open_page: Callable[..., Page], watch: Watch
) -> None:
    """Each of these browser contexts is a private window of its own."""
    first = open_page(study("en"))
    note_on_section(first, "risks", "Only here")
    first.goto("/en/notes")
    expect(first.locator("[data-part=item]")).to_have_count(1)
    assert "private window" in first.locator("main").inner_text()
    assert not watch.problems()
    watch.contexts.remove(first.context)
    first.context.close()
    second = open_page("/en/notes")
    expect(second.locator("[data-role=none]")).to_be_visible()
    assert not stored(second)


def test_a_browser_that_keeps_nothing_says_so(open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.add_init_script(NO_STORAGE)
    page.goto("/en/notes")
    expect(page.locator("[data-part=blocked]")).to_be_visible()
    assert page.locator("#sheet .line").first.is_visible(), "the sheet to write on stays"
    page.goto(study("en"))
    assert not page.locator(".note-here, [data-part=bar]").count(), "no button that cannot work"


def test_deleting_all_ends_the_links_too(
    live_portal: LivePortal, open_page: Callable[..., Page]
) -> None:
    page = open_page(study("en"))
    note_on_section(page, "risks", "Ask about eyes")
    link, _ = share(page)
    page.locator("[data-do=delete-all]").click()
    page.locator("[data-do=no]").click()
    assert stored(page)
    page.locator("[data-do=delete-all]").click()
    page.locator("[data-do=yes]").click()
    expect(page.locator("[data-part=told]")).to_be_focused()
    assert page.evaluate("localStorage.length") == 0
    assert _row(live_portal, link)[0] is None
