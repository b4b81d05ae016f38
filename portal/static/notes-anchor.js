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

/** 1 = the same, 0 = nothing in common. */
function alike(a, b) {
  if (!a.length || !b.length) return 0;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min(row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return 1 - row[b.length] / Math.max(a.length, b.length);
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

function judged(place, whole, word, before, after) {
  const sides = [];
  if (before) sides.push(alike(before, whole.slice(Math.max(0, place.start - before.length), place.start)));
  if (after) sides.push(alike(after, whole.slice(place.end, place.end + after.length)));
  const mean = sides.length ? sides.reduce((a, b) => a + b) / sides.length : 0;
  const body = 1 - place.changes / word.length;
  return { ...place, body, vouched: Math.max(0, ...sides) >= SOUND, score: body + mean / 2 };
}

function believed(place, quote, word, alone) {
  if (place.body === 1) {
    return place.vouched || alone || (quote.once && word.length >= LONG);
  }
  return (place.vouched && word.length >= 12) || (place.body >= 0.85 && word.length >= 2 * LONG);
}

/** {start, end} of the quoted passage in this text, or null: gone, or not sure which. */
export function find(text, quote) {
  const whole = fold(text);
  const word = fold(quote.exact).letters;
  if (!word) return null;
  const before = fold(quote.prefix).letters;
  const after = fold(quote.suffix).letters;
  const places = near(whole.letters, word, Math.floor(word.length * 0.3))
    .map((place) => judged(place, whole.letters, word, before, after))
    .sort((a, b) => b.score - a.score || b.end - a.end);
  const best = places[0];
  if (!best || !believed(best, quote, word, !before && !after)) return null;
  const others = places.filter((one) => one.end <= best.start || one.start >= best.end);
  if (others.length && best.score - others[0].score < CLEAR) return null;
  const last = whole.at[best.end - 1];
  return {
    start: whole.at[best.start],
    end: last + String.fromCodePoint(text.codePointAt(last)).length,
  };
}
