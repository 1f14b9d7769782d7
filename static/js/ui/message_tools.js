// What can be done with a message: one group of buttons for the whole list, in the row that is pointed at or has the
// focus. One in each row would be most of what the browser builds when a room is opened.

import { fromTemplate, part } from "../dom/template.js";
import { itemOf } from "./message_row.js";

export class MessageTools {
  #tools = fromTemplate("message-tools");
  /** @type {Reader | undefined} */
  #reader;
  /** Where the finger or button that is down went down. @type {EventTarget | null} */
  #pressed = null;

  /** @param {HTMLElement} list */
  constructor(list) {
    list.addEventListener("pointerdown", ({ target }) => (this.#pressed = target), true);
    list.addEventListener("click", (event) => this.#clicked(event), true);
    list.addEventListener("pointerover", ({ target }) => this.#pointed(rowAt(target)));
    list.addEventListener("focusin", ({ target }) => this.moveTo(rowAt(target)));
  }

  /** Rows were drawn: what the tools offer may have changed. @param {Reader} reader */
  drawn(reader) {
    this.#reader = reader;
    const row = rowAt(this.#tools);
    if (row) this.#offer(row);
  }

  /** @param {Element | null} row */
  moveTo(row) {
    if (!row || row === this.#tools.parentElement) return;
    row.append(this.#tools);
    this.#offer(row);
  }

  /**
   * Whoever works by keys keeps the tools, also where a row moves under a pointer that lies still.
   * @param {HTMLElement | null} row
   */
  #pointed(row) {
    if (!row || this.#tools.querySelector(":focus-visible")) return;
    // What is moved loses the focus; its message keeps it.
    if (this.#tools.contains(document.activeElement)) this.#tools.parentElement?.focus({ preventScroll: true });
    this.moveTo(row);
  }

  /** A tap brings the tools under the finger; it is meant for what lay there before. @param {MouseEvent} event */
  #clicked(event) {
    const byKey = event.detail === 0;
    const pressed = this.#pressed;
    if (byKey || this.#holds(pressed) || !this.#holds(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    const button = pressed instanceof Element && pressed.closest("[data-action]");
    if (button instanceof HTMLElement) button.click();
  }

  /** @param {EventTarget | null} target */
  #holds(target) {
    return target instanceof Node && this.#tools.contains(target);
  }

  /** @param {Element} row */
  #offer(row) {
    const message = itemOf(row)?.message;
    const reader = this.#reader;
    this.#tools.hidden = !message || !!message.deleted;
    if (!message || !reader) return;
    const mine = message.user.id === reader.me.id;
    part(this.#tools, "edit").hidden = !mine || reader.closed;
    for (const action of ["react", "reply"]) part(this.#tools, action).hidden = reader.closed;
    part(this.#tools, "unread").hidden = mine;
    part(this.#tools, "delete").hidden = !mine && !reader.moderates;
    part(this.#tools, "link").href = reader.linkTo(message);
  }
}

/** @param {EventTarget | null} target */
function rowAt(target) {
  return /** @type {HTMLElement | null} */ (target instanceof Element ? target.closest("li.message") : null);
}
