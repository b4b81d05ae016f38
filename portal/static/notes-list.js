// Notes as a list in reading order, each beside its passage as the page says it now.

import { find } from "./notes-anchor.js";
import { language, part } from "./notes-parts.js";
import { textOf } from "./notes-place.js";

const PAGE = /^studies\/[a-z0-9-]+\/[a-z-]*$/;
const SECTION = /^[A-Za-z0-9._-]+$/;
const pages = new Map();

/** A page of this site in the reader’s language, as a document; null if it cannot be had. */
function read(address) {
  if (!pages.has(address)) {
    pages.set(address, new Promise((done) => {
      const ask = new XMLHttpRequest();
      ask.open("GET", address);
      ask.responseType = "document"; // read by the browser itself, no markup passes through here
      ask.onload = () => done(ask.status === 200 ? ask.response : null);
      ask.onerror = () => done(null);
      ask.send();
    }));
  }
  return pages.get(address);
}

/** Someone else may have written these: only what has the shape of a note, and only its fields. */
export function wellFormed(value) {
  const text = (one, shape = /^/) => (typeof one === "string" && shape.test(one) ? one : "");
  return (Array.isArray(value) ? value : [])
    .filter((one) => one && typeof one.text === "string" && typeof one.id === "string")
    .map((one) => ({
      id: one.id,
      text: one.text,
      page: text(one.page, PAGE),
      section: text(one.section, SECTION),
      heading: text(one.heading),
      language: text(one.language, SECTION),
      at: text(one.at),
      quote: one.quote && typeof one.quote.exact === "string"
        ? {
          exact: one.quote.exact, prefix: text(one.quote.prefix), suffix: text(one.quote.suffix),
          once: one.quote.once === true,
        }
        : null,
    }));
}

function lookedUp(note, doc) {
  const section = doc && note.section ? doc.getElementById(note.section) : null;
  const near = section && section.closest("[data-note]");
  const heading = near && near.querySelector("h1,h2,h3,h4,dt");
  const found = { note, heading: heading ? heading.textContent.trim() : note.heading, state: "here" };
  found.place = section ? [...doc.querySelectorAll("[id]")].indexOf(section) : Infinity;
  found.start = 0;
  if (doc && note.section && !section) found.state = "section-gone";
  if (!note.quote) return found;
  if (note.language !== language) return { ...found, state: "elsewhere" };
  if (!section) return found;
  const { text } = textOf(section);
  const span = find(text, note.quote);
  if (!span) return { ...found, state: "gone", start: Infinity };
  const now = text.slice(span.start, span.end);
  return { ...found, start: span.start, state: span.same ? "here" : "changed", now };
}

/** [{page, title, items}] in reading order: pages as the server lists them, then by place. */
async function arranged(notes) {
  const order = [...document.querySelectorAll("[data-page-path]")].map((one) => one.dataset.pagePath);
  const rank = (path) => (path ? (order.indexOf(path) + 1 || order.length + 1) : order.length + 2);
  const paths = [...new Set(notes.map((note) => note.page))];
  paths.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  return Promise.all(paths.map(async (page) => {
    const doc = page ? await read(`/${language}/${page}`) : null;
    const title = doc && doc.querySelector("h1");
    const items = notes.filter((note) => note.page === page).map((note) => lookedUp(note, doc));
    items.sort((a, b) => a.place - b.place || a.start - b.start || (a.note.at < b.note.at ? -1 : 1));
    return { page, title: title ? title.textContent.trim() : "", items };
  }));
}

function itemOf({ note, heading, state, now }) {
  const item = part("item", { text: note.text });
  const link = item.querySelector("a");
  if (note.page && note.section) {
    link.textContent = heading || note.section;
    link.href = `/${language}/${note.page}#${note.section}`;
  } else {
    link.parentElement.remove();
  }
  const body = item.querySelector('[data-fill="text"]');
  if (state !== "here" && note.quote) body.before(part(state));
  if (note.quote) {
    const cited = part("quote", { words: note.quote.exact });
    cited.lang = note.language;
    body.before(cited);
  }
  if (state === "changed") body.before(part("now"), part("quote", { words: now }));
  item.dataset.noteId = note.id;
  return item;
}

/** Fill `home` with all notes; `dress(item, note)` adds what can be done with each. */
export async function show(home, notes, dress = () => {}) {
  const groups = await arranged(wellFormed(notes));
  home.replaceChildren();
  for (const { page, title, items } of groups) {
    const group = part(page ? "group" : "loose");
    if (page) {
      const link = group.querySelector("a");
      link.textContent = title || page;
      link.href = `/${language}/${page}`;
    }
    for (const one of items) {
      const item = itemOf(one);
      dress(item, one.note);
      group.append(item);
    }
    home.append(group);
  }
}

/** Boxes to tick, one for each note, all by hand: nothing goes anywhere unseen. */
export function boxes(home, notes, ticked) {
  home.replaceChildren(...notes.map((note) => {
    const row = part("box", { text: note.text });
    const box = row.querySelector("input");
    box.checked = ticked;
    box.value = note.id;
    return row;
  }));
}

export function tickedIn(home, notes) {
  const ids = new Set([...home.querySelectorAll("input:checked")].map((box) => box.value));
  return notes.filter((note) => ids.has(note.id));
}
