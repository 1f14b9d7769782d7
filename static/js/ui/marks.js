// Markdown around a selection: put there, or taken away again.

/** @typedef {{from: number, to: number, insert: string, start: number, end: number}} Replacement  start, end: the selection afterwards */

const FENCE = "```";

/**
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @param {string} mark
 * @returns {Replacement}
 */
export function marked(text, start, end, mark) {
  const chosen = text.slice(start, end);
  if (mark === "`" && chosen.includes("\n")) {
    const insert = `${FENCE}\n${chosen}\n${FENCE}`;
    return { from: start, to: end, insert, start: start + 4, end: start + 4 + chosen.length };
  }
  const n = mark.length;
  if (isMarked(text.slice(0, start), text.slice(end), mark)) {
    return { from: start - n, to: end + n, insert: chosen, start: start - n, end: end - n };
  }
  return { from: start, to: end, insert: mark + chosen + mark, start: start + n, end: end + n };
}

/**
 * A link around the selection; what is to be filled in is selected.
 * @param {string} text
 * @param {number} start
 * @param {number} end
 * @returns {Replacement}
 */
export function linked(text, start, end) {
  const chosen = text.slice(start, end);
  const address = /^https?:\/\/\S+$/.test(chosen);
  const insert = address ? `[](${chosen})` : `[${chosen}](https://)`;
  const caret = start + (address || !chosen ? 1 : insert.length - 1);
  return { from: start, to: end, insert, start: caret, end: caret };
}

/** One star of two is no italic; of three, one is. @param {string} before @param {string} after @param {string} mark */
function isMarked(before, after, mark) {
  const count = (/** @type {RegExpMatchArray | null} */ found) => found?.[0].length ?? 0;
  if (mark[0] !== "*") return before.endsWith(mark) && after.startsWith(mark);
  const stars = Math.min(count(before.match(/\*+$/)), count(after.match(/^\*+/)));
  return mark === "*" ? stars % 2 === 1 : stars >= 2;
}
