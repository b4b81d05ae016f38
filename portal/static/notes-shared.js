// The page behind a shared link: type the passcode, read; nothing here can change the notes.

import { show, wellFormed } from "./notes-list.js";
import { tidyPasscode, unlock } from "./notes-lock.js";
import { focusOn, moment, on, part, post, say, words } from "./notes-parts.js";
import * as store from "./notes-store.js";

const home = document.getElementById("shared");
const form = part("ask");
const field = form.querySelector("input");
const problem = form.querySelector(".err");

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
  field.setAttribute("aria-invalid", String(Boolean(text)));
  if (text) field.focus();
}

function copyAll(notes, button) {
  const own = new Set(store.notes().map((note) => note.id));
  const kept = notes.every((note) => own.has(note.id) || store.keepNote(note));
  button.closest("div").append(part("told", { words: words(kept ? "copied-all" : "no-room") }));
  button.remove();
  say(words(kept ? "copied-all" : "no-room"));
}

async function opened(value) {
  const notes = wellFormed(value.notes);
  const piece = part("opened", { ends: moment(home.dataset.endsAt) });
  await show(piece.querySelector('[data-role="list"]'), notes);
  on(piece, "copy", ({ currentTarget }) => copyAll(notes, currentTarget));
  home.replaceChildren(piece);
  focusOn(piece);
}

async function tried() {
  const digits = tidyPasscode(field.value);
  if (!digits) { complain(words("digits")); return; }
  complain("");
  say(words("moment"));
  const { proof, open } = await unlock(digits, home.dataset.salt);
  const answer = await post(location.pathname, { proof });
  if (answer.status === 404 || answer.status === 410) { location.reload(); return; }
  if (answer.status !== 200) { complain(answer.said || words("failed")); return; }
  let value;
  try {
    value = await open(answer.notes);
  } catch {
    complain(words("damaged"));
    return;
  }
  await opened(value);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await tried();
  } catch {
    complain(words("failed"));
  } finally {
    button.disabled = false;
  }
});
home.append(form);
