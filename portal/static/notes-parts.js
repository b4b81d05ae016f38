// Pieces of page, worded by the server. Scripts copy them and fill in plain text, never markup.

const stock = document.getElementById("note-parts").content;
export const language = document.documentElement.lang;
const status = document.createElement("p");
status.setAttribute("role", "status");
status.className = "sr";
document.querySelector("main").append(status);

/** A copy of a piece, its `data-fill` places filled. */
export function part(name, texts = {}) {
  const made = stock.querySelector(`[data-part="${name}"]`).cloneNode(true);
  for (const [key, text] of Object.entries(texts)) {
    const place = `[data-fill="${key}"]`;
    (made.matches(place) ? made : made.querySelector(place)).textContent = text;
  }
  return made;
}

export const words = (name) => part(name).textContent.trim();

/** Tell it to screen readers. */
export function say(text) {
  status.textContent = text;
}

/** Call `action` when the button of that name is pressed. */
export function on(piece, name, action) {
  piece.querySelector(`[data-do="${name}"]`).addEventListener("click", action);
}

export function focusOn(piece) {
  piece.tabIndex = -1;
  piece.focus();
}

/** A moment in the reader’s words and zone; figures as in the rest of the page. */
export function moment(iso) {
  const how = { dateStyle: "long", timeStyle: "short", hourCycle: "h23", numberingSystem: "latn" };
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, how).format(new Date(iso));
}

/**
 * An editor after `place`. `keep(text)` says if there was room; `back` gets whether it was kept.
 * What was typed stays until it is kept or the writer gives up.
 */
export function write(place, text, keep, back) {
  const editor = part("editor");
  const area = editor.querySelector("textarea");
  area.value = text;
  const end = (kept) => { editor.remove(); back(kept); };
  on(editor, "save", () => {
    if (!area.value.trim()) area.focus();
    else if (keep(area.value.trim())) end(true);
    else {
      editor.querySelector(".err").hidden = false;
      area.focus();
    }
  });
  on(editor, "cancel", () => end(false));
  editor.addEventListener("keydown", (event) => { if (event.key === "Escape") end(false); });
  place.after(editor);
  area.focus();
}

/** ‘The note is deleted. Undo’ in place of what was deleted. */
export function deleted(place, undo) {
  const piece = part("deleted");
  on(piece, "undo", undo);
  place.replaceWith(piece);
  say(piece.firstElementChild.textContent);
  piece.querySelector("button").focus();
}

/** Post to this site; {status, …answer}. Status 0: the line is broken. */
export async function post(address, fields) {
  try {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields) });
    const read = await answer.json().catch(() => ({}));
    return { ...read, status: answer.status };
  } catch {
    return { status: 0 };
  }
}
