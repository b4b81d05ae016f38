// Between the text of a section and the nodes that hold it. Our own pieces are no part of it.

const OWN = "[data-note-own]";
const BLOCKS = "p, h1, h2, h3, h4, dt";

/** The text of a section, and the nodes that it comes from. */
export function textOf(section) {
  const pieces = [];
  let text = "";
  const walker = section.ownerDocument.createTreeWalker(section, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!node.parentElement.closest(OWN)) {
      pieces.push({ node, start: text.length });
      text += node.data;
    }
  }
  return { text, pieces };
}

/** {start, end} of a selection within a section’s text; null if it touches none of it. */
export function spanOf(range, { text, pieces }) {
  let start = -1;
  let end = -1;
  for (const piece of pieces.filter(({ node }) => range.intersectsNode(node))) {
    const { node } = piece;
    if (start < 0) start = piece.start + (node === range.startContainer ? range.startOffset : 0);
    end = piece.start + (node === range.endContainer ? range.endOffset : node.length);
  }
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  return end > start ? { start, end } : null;
}

/** Mark a span; the last mark, beside which its note belongs. */
export function markSpan({ start, end }, { pieces }) {
  let last = null;
  for (const piece of pieces) {
    const from = Math.max(0, start - piece.start);
    const to = Math.min(piece.node.length, end - piece.start);
    if (from < to && piece.node.data.slice(from, to).trim()) {
      const range = document.createRange();
      range.setStart(piece.node, from);
      range.setEnd(piece.node, to);
      last = document.createElement("mark");
      range.surroundContents(last);
    }
  }
  return last;
}

export function unmarkAll(root) {
  for (const mark of root.querySelectorAll("mark")) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  }
}

/** Put a piece where it belongs: after the paragraph of a mark, or at the end of a section. */
export function putBeside(piece, place) {
  const inside = place.closest("li, dd");
  const block = place.closest(BLOCKS);
  if (inside) inside.append(piece);
  else if (block && block.tagName !== "DT") block.after(piece);
  else putAtEnd(piece, place.closest("[id]"));
}

export function putAtEnd(piece, section) {
  // In a list of words a section is a pair of `dt` and `dd`, which may hold nothing else.
  const home = section.parentElement.tagName === "DL" ? section.querySelector("dd") : section;
  const link = [...home.children].find((child) => child.matches(".note-here"));
  if (link) link.before(piece);
  else home.append(piece);
}
