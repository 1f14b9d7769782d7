// The one list that completes what is written at the caret.

import { drawAvatar } from "../dom/avatar.js";
import { onOption, pointAt } from "../dom/options.js";
import { drawList, fromTemplate, part } from "../dom/template.js";
import { replaceText } from "../dom/field_text.js";
import { completionAt, emojiEndingAt } from "./at_caret.js";
import { named, noteUse } from "./emoji.js";
import { Suggestions } from "./suggestions.js";

/** @typedef {import("./suggestions.js").Suggestion} Suggestion */

export class Completion {
  #field;
  #list;
  #suggestions;
  /** @type {import("./at_caret.js").Completable | null} */
  #wanted = null;
  /** @type {Suggestion[]} */
  #found = [];
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  #active = 0;

  /**
   * @param {HTMLTextAreaElement} field
   * @param {HTMLElement} list
   * @param {Chat} chat
   */
  constructor(field, list, chat) {
    this.#field = field;
    this.#list = list;
    this.#suggestions = new Suggestions(chat);
    field.addEventListener("input", (event) => {
      this.#look();
      // What is taken back, or comes by the clipboard, stays as it is.
      if (/** @type {InputEvent} */ (event).inputType === "insertText") this.#spell();
    });
    field.addEventListener("click", () => this.#look());
    field.addEventListener("blur", () => this.close());
    // Without a connection nobody could be asked.
    chat.frameListeners.add(({ type }) => type === "welcome" && this.#wanted && this.#look());
    // A press on the list must not take the focus from the field.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    onOption(list, (n) => this.#take(n));
  }

  close() {
    this.#wanted = null;
    this.#show([]);
  }

  /**
   * @param {KeyboardEvent} event
   * @returns {boolean} the key was for the list
   */
  pressed(event) {
    if (this.#list.hidden) return false;
    const n = this.#found.length;
    const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (!plain) return false;
    if (event.key === "ArrowDown") this.#point((this.#active + 1) % n);
    else if (event.key === "ArrowUp") this.#point((this.#active + n - 1) % n);
    else if (event.key === "Escape") this.close();
    else if (event.key === "Tab" || (event.key === "Enter" && !this.#isWritten())) this.#take(this.#active);
    else {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") this.close();
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  #look() {
    const { value, selectionStart, selectionEnd } = this.#field;
    const wanted = selectionStart === selectionEnd ? completionAt(value, selectionStart) : null;
    this.#wanted = wanted;
    if (!wanted) return this.#show([]);
    this.#suggestions.find(wanted, (found) => this.#wanted === wanted && this.#show(found));
  }

  /** A name of an emoji between colons becomes the emoji. */
  async #spell() {
    const { value, selectionStart: caret } = this.#field;
    const written = emojiEndingAt(value, caret);
    const emoji = written && (await named(written.name));
    if (!emoji || this.#field.value.slice(0, caret) !== value.slice(0, caret)) return;
    const after = this.#field.selectionStart - caret;
    replaceText(this.#field, written.from, caret, emoji);
    this.#field.selectionStart = this.#field.selectionEnd = written.from + emoji.length + Math.max(0, after);
    noteUse(emoji);
  }

  /** Enter sends what stands there whole, a name with or without its sign: the choice would add nothing. */
  #isWritten() {
    const { insert } = this.#found[this.#active];
    const written = this.#field.value.slice(this.#wanted?.from, this.#field.selectionStart);
    return [insert, insert.slice(1)].some((whole) => whole.trim() === written);
  }

  /** @param {Suggestion[]} found */
  #show(found) {
    const chosen = this.#found[this.#active]?.insert;
    this.#found = found;
    this.#list.hidden = !found.length;
    drawList(this.#list, found, this.#rows, ({ insert }) => insert, (suggestion, row) => row ?? drawn(suggestion));
    [...this.#list.children].forEach((row, n) => (row.id = `completion-${n}`));
    this.#point(Math.max(0, found.findIndex(({ insert }) => insert === chosen)));
  }

  /** @param {number} n */
  #point(n) {
    this.#active = n;
    pointAt(this.#field, this.#list, n);
  }

  /** @param {number} n */
  #take(n) {
    const wanted = this.#wanted;
    const chosen = this.#found[n];
    if (!wanted) return;
    this.close();
    replaceText(this.#field, wanted.from, this.#field.selectionStart, chosen.insert);
    chosen.taken?.();
  }
}

/** @param {Suggestion} suggestion */
function drawn({ user, sign, label, detail }) {
  const row = fromTemplate("suggestion");
  part(row, "sign").hidden = !sign;
  part(row, "sign").textContent = sign ?? "";
  part(row, "avatar").hidden = !user;
  if (user) drawAvatar(part(row, "avatar"), user);
  part(row, "label").textContent = label;
  part(row, "detail").textContent = detail;
  return row;
}
