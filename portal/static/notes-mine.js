// The page ‘My notes’: read, change, delete, print and share what this device keeps.

import { boxes, show, tickedIn } from "./notes-list.js";
import { grouped, lock, toBytes } from "./notes-lock.js";
import { deleted, focusOn, language, moment, on, part, post, say, words, write } from "./notes-parts.js";
import * as store from "./notes-store.js";

const home = document.getElementById("notes");
const sheet = document.getElementById("sheet");
const desk = part("desk");
const list = desk.querySelector('[data-role="list"]');
const choice = desk.querySelector('[data-role="choice"]');
const result = desk.querySelector('[data-role="result"]');
const problem = desk.querySelector('[data-role="problem"]');
const made = desk.querySelector('[data-role="links"]');
const find = (id) => list.querySelector(`[data-note-id="${id}"]`);

function dress(item, note) {
  const acts = part("acts");
  on(acts, "change", () => {
    acts.hidden = true;
    const keep = (text) => store.keepNote({ ...note, text });
    write(item, note.text, keep, async () => { await draw(); focusOn(find(note.id)); });
  });
  on(acts, "delete", () => {
    store.dropNote(note.id);
    deleted(item, async () => { store.keepNote(note); await draw(); focusOn(find(note.id)); });
    dependents();
  });
  item.append(acts);
}

/** What hangs on there being notes, or links. */
function dependents() {
  const notes = store.notes();
  for (const piece of desk.querySelectorAll("[data-if-notes]")) piece.hidden = !notes.length;
  desk.querySelector('[data-role="none"]').hidden = notes.length > 0;
  boxes(choice, notes, true);
  drawLinks();
}

async function draw() {
  await show(list, store.notes(), dress);
  dependents();
}

function drawLinks() {
  for (const link of store.links()) if (new Date(link.ends_at) < new Date()) store.dropLink(link.id);
  const rows = store.links().map((link) => {
    const row = part("link", { made: moment(link.made), ends: moment(link.ends_at) });
    on(row, "end", async () => {
      if (await endLink(link)) {
        row.replaceWith(part("ended"));
        say(words("ended"));
      } else row.querySelector(".err").hidden = false;
    });
    return row;
  });
  made.replaceChildren(...rows);
  made.parentElement.hidden = !rows.length;
}

/** True once nobody can open it any more: ended now, before, or by itself. */
async function endLink({ id, token }) {
  const { status } = await post(`/${language}/n/${id}/end`, { token });
  const over = [200, 404, 410].includes(status);
  if (over) store.dropLink(id);
  return over;
}

function showLink(id, passcode, endsAt) {
  const address = `${location.origin}/${language}/n/${id}`;
  const piece = part("made", { link: address, passcode: grouped(passcode), ends: moment(endsAt) });
  for (const [name, text] of [["copy-link", address], ["copy-code", grouped(passcode)]]) {
    on(piece, name, async () => {
      await navigator.clipboard.writeText(text).then(() => say(words("copied")), () => {});
    });
  }
  result.replaceChildren(piece);
  focusOn(piece);
}

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

async function share(button) {
  complain("");
  result.replaceChildren();
  const chosen = tickedIn(choice, store.notes());
  if (!chosen.length) { complain(words("choose")); return; }
  button.disabled = true;
  say(words("moment"));
  try {
    const { passcode, fields } = await lock({ notes: chosen });
    if (toBytes(fields.notes).length > Number(desk.dataset.most)) { complain(words("too-long")); return; }
    const { value: days } = desk.querySelector('input[type="radio"]:checked');
    const answer = await post(location.pathname, { ...fields, days });
    if (answer.status !== 201) { complain(answer.said || words("failed")); return; }
    const { id, token, ends_at } = answer;
    store.keepLink({ id, token, ends_at, made: new Date().toISOString() });
    showLink(id, passcode, ends_at);
    drawLinks();
  } catch {
    complain(words("failed"));
  } finally {
    button.disabled = false;
  }
}

/** Links first: a note that is gone here should not stay readable elsewhere. */
async function deleteAll() {
  const ended = await Promise.all(store.links().map(endLink));
  store.dropAllNotes();
  result.replaceChildren();
  await draw();
  const text = words(ended.every(Boolean) ? "all-deleted" : "not-all-ended");
  const piece = part("told", { words: text });
  list.append(piece);
  focusOn(piece);
}

function print(kind) {
  document.body.dataset.print = kind;
  window.print();
}

function start() {
  home.append(desk);
  sheet.open = false;
  on(desk, "print", () => print("notes"));
  on(desk, "print-questions", () => print("questions"));
  on(desk, "add", ({ currentTarget: button }) => {
    const note = { id: store.newId(), page: "", section: "", quote: null, language, at: new Date().toISOString() };
    const keep = (text) => store.keepNote({ ...note, text });
    write(button.parentElement, "", keep, async (kept) => {
      if (!kept) { button.focus(); return; }
      await draw();
      say(words("kept"));
      focusOn(find(note.id));
    });
  });
  on(desk, "share", ({ currentTarget }) => share(currentTarget));
  const sure = desk.querySelector('[data-role="sure"]');
  on(desk, "delete-all", () => { sure.hidden = false; focusOn(sure); });
  on(desk, "no", () => { sure.hidden = true; desk.querySelector('[data-do="delete-all"]').focus(); });
  on(desk, "yes", () => { sure.hidden = true; deleteAll(); });
  addEventListener("afterprint", () => { delete document.body.dataset.print; });
  store.onChange(() => { if (!list.querySelector("textarea")) draw(); });
  draw();
}

if (store.works()) start();
else home.append(part("blocked"));
