// One message as a row of the list: a copy of `<template id="message">`, filled in.

import { drawAvatar } from "../dom/avatar.js";
import { clockTime, fullTime, shortTime } from "../dom/times.js";
import { drawList, fromTemplate, part } from "../dom/template.js";
import { plainText, setTrustedHtml } from "../dom/trusted_html.js";
import { isOnlyEmoji } from "../state/only_emoji.js";
import { t } from "../strings.js";

const MOST_NAMES = 8;
const SHOWN = /** @type {const} */ (["message", "entry", "copy", "quoted", "grouped"]);

/** @type {WeakMap<Element, Item>} what each row shows at present */
const drawn = new WeakMap();
/** @type {WeakMap<Element, number>} with which names */
const named = new WeakMap();
/** @type {WeakMap<Element, Map<string, HTMLElement>>} the reactions of each row, by emoji */
const chips = new WeakMap();

/**
 * Makes the row of an item, or brings it up to date; one that shows the same already is left alone.
 * @param {Item} item
 * @param {HTMLElement | undefined} row
 * @param {Reader} reader
 */
export function drawRow(item, row, reader) {
  const known = row && named.get(row) === reader.namings ? drawn.get(row) : undefined;
  const same = known && SHOWN.every((of) => known[of] === item[of]);
  const { message, entry } = item;
  row ??= fromTemplate("message");
  row.classList.toggle("subject", message !== undefined && message.id === reader.writesAbout);
  if (same && row.classList.contains("closed") === reader.closed) return row;
  drawn.set(row, item);
  named.set(row, reader.namings);
  row.dataset.seq = String(message?.seq ?? "");
  row.classList.toggle("closed", reader.closed);
  row.classList.toggle("grouped", item.grouped);
  row.classList.toggle("pending", entry?.state === "waiting");
  row.classList.toggle("failed", entry?.state === "failed");
  row.classList.toggle("mentions-me", !!message?.mentions?.includes(reader.me.id));
  row.classList.toggle("deleted", !!message?.deleted);
  drawHead(row, message?.user ?? reader.me, message?.at ?? entry?.at ?? 0, item.grouped);
  drawText(row, item, message?.user.id === reader.me.id);
  drawQuote(row, item);
  drawProgress(row, entry);
  drawReactions(row, message, reader);
  return row;
}

/** What the row shows. @param {Element} row */
export const itemOf = (row) => drawn.get(row);

/**
 * @param {HTMLElement} row
 * @param {User} user
 * @param {string | number} at
 * @param {boolean} grouped  the time stands in the margin
 */
function drawHead(row, user, at, grouped) {
  drawAvatar(part(row, "avatar"), user);
  part(row, "author").textContent = user.display;
  part(row, "author").title = `@${user.name}`;
  const time = part(row, "time");
  time.dateTime = new Date(at).toISOString();
  time.textContent = grouped ? shortTime(at) : clockTime(at);
  time.title = fullTime(at);
}

/**
 * @param {HTMLElement} row
 * @param {Item} item
 * @param {boolean} own
 */
function drawText(row, { message, entry, copy }, own) {
  const text = part(row, "text");
  const html = message?.html ?? copy?.html;
  if (html === undefined) text.textContent = message?.body ?? copy?.body ?? entry?.body ?? "";
  else setTrustedHtml(text, html);
  // A spoiler is shown while the pointer or the focus is on it (messages.css).
  for (const spoiler of text.querySelectorAll(".spoiler")) spoiler.tabIndex = 0;
  text.classList.toggle("plain", html === undefined);
  text.classList.toggle("only-emoji", isOnlyEmoji(message?.body ?? entry?.body ?? ""));
  text.hidden = !text.textContent && !text.childElementCount;
  const state = message?.deleted ? "deleted" : message?.held ? "held" : message?.hidden ? (own ? "hidden_own" : "hidden") : "";
  const note = part(row, "state");
  note.hidden = !state;
  note.textContent = state && t(state);
  row.classList.toggle("edited", !!message?.edited);
  const edited = part(row, "edited");
  edited.hidden = !message?.edited;
  edited.title = message?.edited ? fullTime(message.edited) : "";
}

/**
 * @param {HTMLElement} row
 * @param {Item} item
 */
function drawQuote(row, { message, entry, quoted }) {
  const quote = part(row, "quote");
  quote.hidden = !(message?.reply_to ?? entry?.reply_to) || !!message?.deleted;
  part(row, "quoted-author").textContent = quoted?.user.display ?? "";
  part(row, "quoted-text").textContent = plainText(quoted) ?? t(quoted ? "no_text" : "earlier_message");
}

/**
 * Of one that is still on its way: that it waits, or why it was refused.
 * @param {HTMLElement} row
 * @param {Entry | undefined} entry
 */
function drawProgress(row, entry) {
  const known = row.querySelector(".progress");
  if (!entry) return known?.remove();
  if (!known) part(row, "reactions").before(fromTemplate("progress"));
  part(row, "failure").hidden = entry.state !== "failed";
  part(row, "reason").textContent = entry.detail ?? "";
  part(row, "waiting").hidden = entry.state !== "waiting";
}

/**
 * @param {HTMLElement} row
 * @param {Message | undefined} message
 * @param {Reader} reader
 */
function drawReactions(row, message, { me, closed, nameOf }) {
  const list = part(row, "reactions");
  const reactions = Object.entries(message?.reactions ?? {});
  list.hidden = !reactions.length;
  const rows = chips.get(list) ?? new Map();
  chips.set(list, rows);
  drawList(list, reactions, rows, ([emoji]) => emoji, ([emoji, users], known) => {
    const chip = known ?? fromTemplate("reaction");
    const button = part(chip, "button");
    const count = message?.counts?.[emoji] ?? users.length;
    const names = reactedBy(users.map(nameOf), count);
    button.disabled = closed;
    button.dataset.emoji = emoji;
    button.title = t("reaction_by", { emoji, names });
    button.setAttribute("aria-label", button.title);
    button.setAttribute("aria-pressed", String(users.includes(me.id)));
    part(chip, "emoji").textContent = emoji;
    part(chip, "count").textContent = String(count);
    return chip;
  });
}

/**
 * A few names, and how many others.
 * @param {(string | undefined)[]} known  a name, or undefined for somebody not seen yet
 * @param {number} count
 */
function reactedBy(known, count) {
  const names = known.filter((name) => name !== undefined).slice(0, MOST_NAMES);
  const n = count - names.length;
  const list = n ? [...names, t("others", { n })] : names;
  return new Intl.ListFormat(document.documentElement.lang || undefined).format(list);
}
