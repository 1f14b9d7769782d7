// Emoji by their names, in Spanish and English at once.

import { wordsOf } from "../state/rank.js";

/** @typedef {[emoji: string, en: string[], es: string[]]} Row  of each language the name comes first */
/** @typedef {{emoji: string, name: string, exact: boolean}} Found  exact: what was typed is a whole name of it */

const LANGUAGES = ["en", "es"];
const RECENT = "recent emoji";
const MOST_RECENT = 16;

let url = "";
let language = 0;
/** @type {Promise<Row[]> | undefined} */
let rows;

/** @param {Page} page */
export function namesFrom(page) {
  url = page.emoji;
  language = Math.max(0, LANGUAGES.indexOf(page.language));
}

/**
 * The best `n` for a text; names are fetched when first asked for.
 * @param {string} text
 * @param {number} n
 */
export async function search(text, n) {
  return ranked(await load(), text, n, language);
}

/** The emoji that is called just so: the first one that would be offered for it. @param {string} name */
export async function named(name) {
  const [found] = await search(name, 1);
  return found?.exact ? found.emoji : undefined;
}

/**
 * @param {Row[]} rows
 * @param {string} text
 * @param {number} n
 * @param {number} language  index of the one whose names are shown
 * @returns {Found[]}
 */
export function ranked(rows, text, n, language) {
  const wanted = wordsOf(text);
  const found = [];
  for (const row of rows) {
    const ranks = row.slice(1).flatMap((names) => /** @type {string[]} */ (names).map((name) => rank(name, wanted)));
    const best = Math.min(...ranks);
    const name = row[language === 1 ? 2 : 1][0] || row[1][0];
    if (best < Infinity) found.push({ emoji: row[0], name, best });
  }
  found.sort((a, b) => a.best - b.best || a.name.length - b.name.length);
  return found.slice(0, n).map(({ emoji, name, best }) => ({ emoji, name, exact: best === 0 }));
}

/** Those chosen last, the newest first. @returns {string[]} */
export function recent() {
  return JSON.parse(localStorage.getItem(RECENT) ?? "[]");
}

/** @param {string} emoji */
export function noteUse(emoji) {
  const others = recent().filter((one) => one !== emoji);
  localStorage.setItem(RECENT, JSON.stringify([emoji, ...others].slice(0, MOST_RECENT)));
}

/** The whole name, its beginning, the beginning of a word, somewhere. @param {string} name @param {string} wanted */
function rank(name, wanted) {
  const at = wordsOf(name);
  if (at === wanted) return 0;
  if (at.startsWith(wanted)) return 1;
  if (` ${at}`.includes(` ${wanted}`)) return 2;
  return at.includes(wanted) ? 3 : Infinity;
}

function load() {
  rows ??= fetch(url).then((answer) => {
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return answer.json();
  });
  // Without a connection the next key asks again.
  return rows.catch(() => {
    rows = undefined;
    return /** @type {Row[]} */ ([]);
  });
}
