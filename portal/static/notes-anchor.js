// Finds a passage again after a page was edited: a text-quote selector of the W3C Web Annotation
// model (exact, prefix, suffix). Pure functions over text. Rather lost than in a wrong place.

const CONTEXT = 32;
const LONG = 24; // letters; so many in a row stand somewhere by chance only if they are a repeat
const SOUND = 0.7; // how much of a neighbour must still be there to vouch for a place
const CLEAR = 0.15; // how far ahead of all others the best place must be
const LETTER = /[\p{L}\p{N}\p{S}]/u;

/** Letters and figures alone, small, and where each of them stands in the text. */
function fold(text) {
  let letters = "";
  const at = [];
  for (let i = 0; i < text.length; i += 1) {
    const sign = String.fromCodePoint(text.codePointAt(i));
    if (LETTER.test(sign)) {
      const small = sign.toLowerCase();
      letters += small;
      for (let n = 0; n < small.length; n += 1) at.push(i);
    }
    i += sign.length - 1;
  }
  return { letters, at };
}

/**
 * Where `word` stands in `text` with at most `most` letters changed: {start, end, changes}, one
 * for each end that is no worse than its neighbours (Sellers’ algorithm).
 */
function near(text, word, most) {
  const found = [];
  let cost = Array.from({ length: word.length + 1 }, (_, i) => i);
  let from = new Array(word.length + 1).fill(0);
  for (let j = 1; j <= text.length; j += 1) {
    const next = [0];
    const start = [j];
    for (let i = 1; i <= word.length; i += 1) {
      const swap = cost[i - 1] + (word[i - 1] === text[j - 1] ? 0 : 1);
      const least = Math.min(swap, cost[i] + 1, next[i - 1] + 1);
      next.push(least);
      start.push(least === swap ? from[i - 1] : least === cost[i] + 1 ? from[i] : start[i - 1]);
    }
    [cost, from] = [next, start];
    if (cost[word.length] <= most) {
      found.push({ start: from[word.length], end: j, changes: cost[word.length] });
    }
  }
  return found;
}

/** How much of `word` is in `text`: 1 = all of it, 0 = nothing. */
function share(word, text) {
  return 1 - Math.min(word.length, ...near(text, word, word.length).map((one) => one.changes)) / word.length;
}

/** The quote of a passage, with what stands before and after it in its section. */
export function quoteOf(text, start, end) {
  const tidy = (part) => part.replace(/\s+/g, " ");
  const exact = text.slice(start, end);
  const word = fold(exact).letters;
  if (!word) return null;
  const whole = fold(text).letters;
  return {
    exact: tidy(exact).trim(),
    prefix: tidy(text.slice(0, start)).slice(-CONTEXT),
    suffix: tidy(text.slice(end)).slice(0, CONTEXT),
    once: whole.indexOf(word) === whole.lastIndexOf(word),
  };
}

/** How a place compares: what of the passage is there, and who vouches for it. */
function judged(place, whole, word, quote) {
  const before = fold(quote.prefix).letters;
  const after = fold(quote.suffix).letters;
  const here = whole.slice(place.start, place.end);
  const sides = [];
  if (before) sides.push(share(before, whole.slice(Math.max(0, place.start - before.length), place.start)));
  if (after) sides.push(share(after, whole.slice(place.end, place.end + after.length)));
  // Words that stood twice need both neighbours; words that stood once and alone need none.
  const vouched = (quote.once ? Math.max(...sides) : Math.min(...sides)) >= SOUND || !sides.length;
  // Where a passage was taken out, what stood beside it moves in: that is not the passage.
  const beside = (after && share(after, here.slice(0, after.length)) >= SOUND)
    || (before && share(before, here.slice(-before.length)) >= SOUND);
  // Nor is a sentence with another figure in it: seven days are not ten.
  const figures = (text) => text.replace(/\P{N}/gu, "");
  const other = beside || figures(here) !== figures(word);
  const body = 1 - place.changes / word.length;
  const mean = sides.reduce((a, b) => a + b, 0) / (sides.length || 1);
  return { ...place, body, vouched, other, score: body + mean / 2 };
}

function believed({ body, vouched, other }, { once }, length) {
  if (body === 1) return vouched || (once && length >= LONG);
  return !other && ((vouched && length >= LONG / 2) || (body >= 0.9 && length >= 2 * LONG));
}

/** {start, end, same} of the quoted passage in this text, or null: gone, or not sure which. */
export function find(text, quote) {
  const whole = fold(text);
  const word = fold(quote.exact).letters;
  if (!word) return null;
  const places = near(whole.letters, word, Math.floor(word.length * 0.3))
    .map((place) => judged(place, whole.letters, word, quote))
    .sort((a, b) => b.score - a.score || b.end - a.end);
  const best = places[0];
  if (!best || !believed(best, quote, word.length)) return null;
  const others = places.filter((one) => one.end <= best.start || one.start >= best.end);
  if (others.length && best.score - others[0].score < CLEAR) return null;
  let start = whole.at[best.start];
  let end = whole.at[best.end - 1];
  end += String.fromCodePoint(text.codePointAt(end)).length;
  // An edited passage may seem to begin or end within a word; a reader sees whole words.
  const letter = (place) => best.changes > 0 && LETTER.test(text[place] || "");
  while (letter(start - 1)) start -= 1;
  while (letter(end)) end += 1;
  return { start, end, same: !best.changes };
}
