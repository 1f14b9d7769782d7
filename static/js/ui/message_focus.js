// Keys of the message list: one message at a time is in the tab order, arrows move on, letters act on it.

import { part } from "../dom/template.js";

const KEYS = /** @type {Record<string, string>} */ ({
  r: "reply",
  e: "edit",
  "+": "react",
  u: "unread",
  c: "link",
  Delete: "delete",
  Enter: "author",
});

export class MessageFocus {
  #list;
  #tools;
  #preferences;
  /** The row that Tab comes to. @type {HTMLElement | null} */
  #current = null;

  /**
   * @param {HTMLElement} list
   * @param {import("./message_tools.js").MessageTools} tools
   * @param {Preferences} preferences
   */
  constructor(list, tools, preferences) {
    this.#list = list;
    this.#tools = tools;
    this.#preferences = preferences;
    list.addEventListener("keydown", (event) => this.#pressed(event));
    list.addEventListener("focusin", (event) => {
      this.#take(/** @type {Element} */ (event.target).closest("li.message"));
    });
  }

  /** Another room is shown: whoever comes to its messages begins at the last one. */
  left() {
    this.#set(this.#current, -1);
    this.#current = null;
  }

  /** Rows came or went: somebody must be in the tab order. */
  drawn() {
    if (!this.#current?.isConnected) this.#take(this.#messages().at(-1) ?? null);
  }

  /** @param {Element | null} row */
  #take(row) {
    if (row === this.#current || !(row instanceof HTMLElement)) return;
    this.#set(this.#current, -1);
    this.#set(row, 0);
    this.#current = row;
  }

  /** @param {HTMLElement | null} row @param {number} index */
  #set(row, index) {
    if (row) row.tabIndex = part(row, "author").tabIndex = index;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const row = event.target;
    if (!(row instanceof HTMLElement) || !row.matches("li.message")) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const rows = this.#messages();
    const next = {
      ArrowUp: rows[rows.indexOf(row) - 1],
      ArrowDown: rows[rows.indexOf(row) + 1],
      Home: rows[0],
      End: rows.at(-1),
    }[event.key];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    } else if (!this.#act(row, event.key)) return;
    event.preventDefault();
  }

  /**
   * Presses the button of the row, so that a key does what the pointer does.
   * @param {HTMLElement} row
   * @param {string} key
   */
  #act(row, key) {
    if (key.length === 1 && !this.#preferences.singleKeys) return false;
    this.#tools.moveTo(row); // the pointer may have taken them elsewhere
    const action = KEYS[key.length === 1 ? key.toLowerCase() : key];
    const chip = /^[1-9]$/.test(key) && row.querySelectorAll("[data-action=toggle]")[Number(key) - 1];
    const button = chip || (action && row.querySelector(`[data-action=${action}]`));
    if (!(button instanceof HTMLElement) || button.closest("[hidden]")) return false;
    button.click();
    return true;
  }

  #messages() {
    return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll(":scope > li.message")]);
  }
}
