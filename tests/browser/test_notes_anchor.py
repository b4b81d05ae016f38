"""A note finds its passage again on 20 edited versions of a page, and never a wrong one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route

from tests.browser.page_edits import EDITS, EYES, GONE, LATER, TIRED, Edit
from tests.support.note_taking import CARDS, study

pytestmark = pytest.mark.browser
AT_LEAST = 18
# The note on one passage, as the script makes it on the page as it is.
MAKE = """async ([page, section, passages]) => {
  const base = document.querySelector("script[type=module]").src.replace(/[^/]+$/, "");
  const { quoteOf } = await import(base + "notes-anchor.js");
  const { textOf } = await import(base + "notes-place.js");
  const { text } = textOf(document.getElementById(section));
  return passages.map((exact) => {
    const start = text.indexOf(exact);
    const quote = quoteOf(text, start, start + exact.length);
    return { id: "one", page, section, heading: "", quote, language: "en", at: "", text: "?" };
  });
}"""
KEEP = "(note) => localStorage.setItem('notes', JSON.stringify([note]))"
MARKED = (
    """() => [...document.querySelectorAll("main mark")].map((mark) => mark.textContent).join("")"""
)
AROUND = """() => {
  const block = (mark) => mark.closest("p, li, h2, dd").textContent;
  return [...document.querySelectorAll("main mark")].map(block).join(" | ");
}"""


# Each sentence of a page: found where it stands; taken out of its section, found nowhere.
EACH = """async () => {
  const base = document.querySelector("script[type=module]").src.replace(/[^/]+$/, "");
  const { find, quoteOf } = await import(base + "notes-anchor.js");
  const { textOf } = await import(base + "notes-place.js");
  const told = { asked: 0, wrong: [] };
  for (const section of document.querySelectorAll("main [data-note], main [data-note] [id]")) {
    const { text, pieces } = textOf(section);
    for (const { node, start } of pieces) {
      if (node.parentElement.closest("[id]") !== section) continue;
      for (const { 0: words, index } of node.data.matchAll(/\\p{L}[^.?!]{7,}[.?!]?/gu)) {
        const from = start + index, to = from + words.length, quote = quoteOf(text, from, to);
        if (!quote) continue;
        told.asked += 1;
        const place = find(text, quote);
        if (place && place.start !== from) told.wrong.push(`another ${words}`);
        const left = text.slice(0, from) + text.slice(to), lost = find(left, quote);
        if (lost) told.wrong.push(`${words} -> ${left.slice(lost.start, lost.end)}`);
      }
    }
  }
  return told;
}"""


@pytest.fixture
def show(open_page: Callable[..., Page]) -> Callable[[Edit], Page]:
    """Opens an edited version in a browser that has a note on the passage as it was."""
    page = open_page(study("en"))
    answer = page.request.get(study("en"))
    original = answer.text()
    passages = [EYES, LATER, TIRED]
    made = page.evaluate(MAKE, [study("en").removeprefix("/en/"), "risks", passages])
    notes = dict(zip(passages, made, strict=True))

    def open_it(edit: Edit) -> Page:
        edited = original
        for before, after in edit.changes:
            assert before in edited, f"{edit.name}: ‘{before}’ is not on the page"
            edited = edited.replace(before, after)
        page.evaluate(KEEP, notes[edit.passage])

        def give(route: Route) -> None:
            headers = {"Content-Type": "text/html; charset=utf-8"}
            headers["Content-Security-Policy"] = (
                "require-trusted-types-for 'script'; trusted-types 'none'"
            )
            route.fulfill(body=edited, headers=headers)

        page.route(f"**{study('en')}", give, times=1)
        page.reload()
        page.locator(CARDS).wait_for()
        return page

    return open_it


def _tidy(text: str) -> str:
    return " ".join(text.split()).strip(" .!")


def _same(marked: str, meant: str) -> bool:
    """The same passage, but for a few letters at one of its ends."""
    shorter, longer = sorted((marked, meant), key=len)
    return shorter in longer and len(shorter) >= 0.8 * len(longer)


def test_it_is_found_on_edited_pages_and_never_in_a_wrong_place(
    show: Callable[[Edit], Page], record_property: Callable[[str, object], None]
) -> None:
    assert len(EDITS) == 20
    found, wrong = [], []
    for edit in EDITS:
        page = show(edit)
        marked = _tidy(page.evaluate(MARKED))
        if marked and not _same(marked, _tidy(edit.now)):
            wrong.append(f"{edit.name}: ‘{marked}’")
        elif marked and edit.beside not in page.evaluate(AROUND):
            wrong.append(f"{edit.name}: beside ‘{page.evaluate(AROUND)}’")
        elif marked:
            found.append(edit.name)
    record_property("notes found on 20 edited pages", len(found))
    assert not wrong, "\n".join(wrong)
    assert len(found) >= AT_LEAST, {edit.name for edit in EDITS} - set(found)


def test_a_passage_that_is_gone_is_not_looked_for_elsewhere(show: Callable[[Edit], Page]) -> None:
    for edit in GONE:
        page = show(edit)
        assert page.evaluate(MARKED) == "", edit.name
        card = page.locator(CARDS)
        assert edit.passage.rstrip(".") in card.inner_text(), (
            f"{edit.name}: the old words are shown"
        )
        state = "section-gone" if "dangers" in str(edit.changes) else "gone"
        assert card.locator(f"[data-part={state}]").is_visible(), edit.name


@pytest.mark.parametrize("rest", ["", "rules"])
def test_no_sentence_of_a_page_is_taken_for_another(
    rest: str, open_page: Callable[..., Page]
) -> None:
    told = open_page(study("en", rest)).evaluate(EACH)
    assert told["asked"] > 80
    assert not told["wrong"]
