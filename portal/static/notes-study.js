// On the pages of a study: marked passages with their notes, and ways to add one.

import { find, quoteOf } from "./notes-anchor.js";
import { deleted, focusOn, language, on, part, say, words, write } from "./notes-parts.js";
import { markSpan, putAtEnd, putBeside, spanOf, textOf, unmarkAll } from "./notes-place.js";
import * as store from "./notes-store.js";

const main = document.querySelector("main");
const page = location.pathname.slice(language.length + 2);
const LONGEST = 2000; // letters of a passage; a longer choice is a note on the section
let chosen = null; // the passage that is selected now

const headingOf = (section) => (section.querySelector("h1,h2,h3,h4,dt") || section).textContent.trim();

/** A new note: on a passage, or on its section as a whole. */
function begin(section, quote, button, place) {
  const region = section.closest("[data-note]");
  const note = {
    id: store.newId(), page, section: section.id, heading: headingOf(region), quote, language,
    at: new Date().toISOString(),
  };
  const keep = (text) => store.keepNote({ ...note, text });
  write(place, "", keep, (kept) => {
    draw();
    if (!kept) { button.focus(); return; }
    say(words("kept"));
    focusOn(main.querySelector(`[data-note-id="${note.id}"]`));
  });
}

function change(card, note) {
  card.hidden = true;
  write(card, note.text, (text) => store.keepNote({ ...note, text }), () => {
    draw();
    focusOn(main.querySelector(`[data-note-id="${note.id}"]`));
  });
}

function remove(note) {
  store.dropNote(note.id);
  draw();
  const card = cardOf(note);
  putCard(card, note);
  deleted(card, () => {
    store.keepNote(note);
    draw();
    focusOn(main.querySelector(`[data-note-id="${note.id}"]`));
  });
}

function cardOf(note) {
  const card = part("card", { text: note.text });
  card.dataset.noteId = note.id;
  on(card, "change", () => change(card, note));
  on(card, "delete", () => remove(note));
  return card;
}

/** Say beside a note why its passage is not marked as it was. */
function tell(card, name, quote, spoken) {
  const piece = part(name);
  const cited = part("quote", { words: quote.exact });
  cited.lang = spoken;
  card.prepend(piece, cited);
}

function putCard(card, note) {
  const section = note.section ? document.getElementById(note.section) : null;
  if (!section || !main.contains(section)) {
    // A search shows a few hospitals, not all.
    if (document.getElementById("results")) return;
    if (note.quote) tell(card, "section-gone", note.quote, note.language);
    main.append(card);
    return;
  }
  const here = textOf(section);
  const foreign = note.language !== language;
  const span = note.quote && !foreign && find(here.text, note.quote);
  if (!span) {
    if (note.quote) tell(card, foreign ? "elsewhere" : "gone", note.quote, note.language);
    putAtEnd(card, section);
    return;
  }
  if (!span.same) tell(card, "changed", note.quote, note.language);
  putBeside(card, markSpan(span, here));
}

function draw() {
  for (const piece of main.querySelectorAll(".note")) piece.remove();
  unmarkAll(main);
  for (const note of store.notes()) if (note.page === page) putCard(cardOf(note), note);
}

/** What is selected, if it lies in a part that can have notes. */
function selected() {
  const choice = getSelection();
  if (!choice.rangeCount || choice.isCollapsed) return null;
  const range = choice.getRangeAt(0);
  const node = range.startContainer;
  const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  if (!main.contains(element) || !element.closest("[data-note]")) return null;
  if (element.closest("[data-note-own]")) return null;
  const section = element.closest("[id]");
  const here = textOf(section);
  const span = spanOf(range, here);
  if (!span) return null;
  const quote = span.end - span.start > LONGEST ? null : quoteOf(here.text, span.start, span.end);
  return { section, quote, element };
}

function addBar() {
  const bar = part("bar");
  bar.hidden = true;
  const button = bar.querySelector("button");
  // A press would end the selection before it is read.
  button.addEventListener("pointerdown", (event) => event.preventDefault());
  button.addEventListener("click", () => {
    const { section, quote, element } = chosen;
    bar.hidden = true;
    const holder = document.createElement("span");
    holder.className = "note";
    putBeside(holder, element);
    begin(section, quote, section.closest("[data-note]").querySelector(".note-here button"), holder);
  });
  document.addEventListener("selectionchange", () => {
    chosen = selected();
    bar.hidden = !chosen;
  });
  main.append(bar);
}

function addLinks() {
  for (const section of main.querySelectorAll("[data-note]")) {
    const link = part("here", { heading: headingOf(section) });
    const button = link.querySelector("button");
    button.addEventListener("click", () => begin(section, null, button, link));
    putAtEnd(link, section);
  }
}

if (store.works()) {
  addLinks();
  addBar();
  draw();
  // A link from the list of notes leads to a place that has moved since the page was laid out.
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  store.onChange(() => { if (!main.querySelector("textarea")) draw(); });
}
