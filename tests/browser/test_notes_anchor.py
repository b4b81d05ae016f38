"""A note finds its passage again on 20 edited versions of a page, and never a wrong one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Route

from tests.support.note_taking import CARDS, study

pytestmark = pytest.mark.browser
EYES = "Less often it can affect the eyes, heart or lungs."
LATER = "The medicines may make it harder to have children later."
TIRED = "fever or tiredness"
AT_LEAST = 18
START = "<p>All of these medicines"
CHEMO = (
    "<p>Chemo can lower the blood counts. That can lead to infection, bleeding and tiredness. "
    "It can also cause sickness, hair loss and a sore mouth.</p>"
)
HEADING = "<h2>What are the risks?</h2>"
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


@dataclass(frozen=True)
class Edit:
    """An edited version: what is changed, which passage is meant, and what it reads now."""

    name: str
    changes: tuple[tuple[str, str], ...]
    passage: str = EYES
    now: str = EYES  # empty: it is gone, and no other may be marked
    beside: str = ""  # words of the block where it must stand


EDITS = [
    Edit("a comma and another verb", ((EYES, EYES.replace("often it can", "often, it may")),),
         now="Less often, it may affect the eyes, heart or lungs."),
    Edit("words put in", ((EYES, EYES.replace("eyes, heart or", "eyes, the heart or the")),),
         now="Less often it can affect the eyes, the heart or the lungs."),
    Edit("words taken out", ((EYES, "Less often it affects eyes, heart or lungs."),),
         now="Less often it affects eyes, heart or lungs."),
    Edit("a sentence before", ((EYES, f"Most of these get better. {EYES}"),)),
    Edit("a sentence behind", ((EYES, f"{EYES} The team looks for that at each visit."),)),
    Edit("a paragraph gone", ((CHEMO, ""),)),
    Edit("the sentence before is another", (
        ("Trametinib can cause a rash, runny poo, fever or tiredness.", "Skin trouble is usual."),)),
    Edit("moved to the top", ((f" {EYES}</p>", "</p>"), (START, f"<p>{EYES}</p>{START}"))),
    Edit("a paragraph of its own", ((f" {EYES}", f"</p>\n<p>{EYES}"),)),
    Edit("a link to a word", ((EYES, EYES.replace("eyes", '<a class="word" href="#x">eyes</a>')),)),
    Edit("bold", ((EYES, EYES.replace("Less often", "<b>Less often</b>")),)),
    Edit("said twice", ((START, f"<p>Please know this first. {EYES} Ask us.</p>{START}"),),
         beside="Trametinib can cause"),
    Edit("more precise", ((LATER, "These medicines can make it harder to have children later in life."),),
         LATER, "These medicines can make it harder to have children later in life"),
    Edit("laid out anew", ((LATER, LATER.replace(" ", "\n   ").replace(".", "!")),), LATER,
         "The medicines may make it harder to have children later"),
    Edit("a short one with another start", (("runny poo, fever", "diarrhoea, fever"),), TIRED, TIRED),
    Edit("a short one, slightly other", ((TIRED, "fevers or tiredness"),), TIRED, "fevers or tiredness"),
    Edit("another heading", ((HEADING, "<h2>What can go wrong, and how often?</h2>"),)),
    Edit("one more organ", ((EYES, EYES.replace("heart or lungs", "heart, lungs or liver")),),
         now="Less often it can affect the eyes, heart, lungs or liver."),
    Edit("a list", ((f"<p>Steroids", "<ul><li>Steroids"), (f"{EYES}</p>", f"{EYES}</li></ul>"))),
    Edit("all else short", (
        (CHEMO, ""), (LATER, ""),
        ("Steroids can change mood, sleep, hunger and blood sugar.", "Steroids can change sleep."))),
]  # fmt: skip
GONE = [
    Edit("taken out", ((EYES, ""),), now=""),
    Edit("another one like it", (
        (EYES, ""), (LATER, "Less often it can change the skin, hair or nails.")), now=""),
    Edit("its words elsewhere by chance", (
        (TIRED, "a cough"), ("sickness, hair loss", f"sickness, {TIRED}, hair loss")), TIRED, ""),
    Edit("moved to another section", ((EYES, ""), ('<section id="why"', f"<p>{EYES}</p><section id=\"why\"")),
         now=""),
    Edit("twice, and neither neighbour left", (
        (f" {EYES}</p>", f" Yes. {EYES} Yes.</p><p>Yes. {EYES} Yes.</p>"),
        (LATER, ""), ("fever or tiredness.", "a cough.")), now=""),
    Edit("the whole section", (('id="risks"', 'id="dangers"'),), now=""),
]  # fmt: skip


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
