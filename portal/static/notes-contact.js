// On the contact form: put questions from one’s notes into the message, where they can be seen.

import { boxes, tickedIn } from "./notes-list.js";
import { part, say } from "./notes-parts.js";
import * as store from "./notes-store.js";

const message = document.getElementById("message");
const MOST = 1000;

function offer() {
  const piece = part("along");
  const choice = piece.querySelector('[data-role="choice"]');
  const told = piece.querySelector('[data-role="told"]');
  boxes(choice, store.notes(), false);
  piece.querySelector("button").addEventListener("click", () => {
    const lines = tickedIn(choice, store.notes()).map((note) => `– ${note.text}`);
    if (!lines.length) return;
    message.value = [message.value.trimEnd(), ...lines].filter(Boolean).join("\n");
    for (const box of choice.querySelectorAll("input")) box.checked = false;
    told.textContent = part(message.value.length > MOST ? "too-long" : "put").textContent.trim();
    told.hidden = false;
    say(told.textContent);
    message.focus();
  });
  message.closest(".field").before(piece);
}

if (message && store.works() && store.notes().length) offer();
