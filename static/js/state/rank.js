// How well a name fits what was typed: its letters in order, best at the starts of words and side by side.

/** Without case and accents. @param {string} text */
export const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The words of a name: without case and accents, and a space for what joins them. @param {string} text */
export const wordsOf = (text) => folded(text).replace(/[_:-]+/g, " ").trim();

/**
 * 0 where `name` does not have the letters of `typed` in that order; higher is better.
 * @param {string} name
 * @param {string} typed
 */
export function fit(name, typed) {
  const letters = [...folded(typed).replace(/\s+/g, "")];
  const text = [...folded(name)];
  let score = 1;
  let place = -1;
  for (const letter of letters) {
    const next = best(text, letter, place + 1);
    if (next < 0) return 0;
    if (next === place + 1) score += 5;
    if (startsWord(text, next)) score += 4;
    place = next;
  }
  return score + letters.length / (text.length + 1);
}

/**
 * The next place of a letter: the very next one, else the next start of a word, else any.
 * @param {string[]} text
 * @param {string} letter
 * @param {number} from
 */
function best(text, letter, from) {
  if (text[from] === letter) return from;
  const start = text.findIndex((it, at) => at >= from && it === letter && startsWord(text, at));
  return start < 0 ? text.indexOf(letter, from) : start;
}

/**
 * @param {string[]} text
 * @param {number} at
 */
const startsWord = (text, at) => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]);

/**
 * The entries that fit, best first; those that fit alike stay in order.
 * @template T
 * @param {T[]} entries
 * @param {string} typed
 * @param {(entry: T) => string[]} namesOf
 * @param {number} most
 */
export function ranked(entries, typed, namesOf, most) {
  const fits = entries.map((entry) => ({ entry, score: Math.max(...namesOf(entry).map((name) => fit(name, typed))) }));
  return fits
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
    .map(({ entry }) => entry);
}
