// Chooses an emoji: a few at hand, and any other from the picker that knows them by name.

import { part } from "../dom/template.js";

const MARGIN = 8;

export class ReactionPicker extends HTMLElement {
  /** @type {(emoji: string) => void} */
  #chosen = () => undefined;
  /** @type {HTMLElement} */
  #button;

  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button[data-emoji]");
      if (button instanceof HTMLElement) this.#choose(button.dataset.emoji ?? "");
    });
    // What is typed is a name: the key that opens the other picker arrives in its field.
    this.addEventListener("keydown", ({ key, ctrlKey, metaKey }) => {
      if (/^\S$/u.test(key) && !ctrlKey && !metaKey) this.#openOther();
    });
    part(this, "other").onclick = () => this.#openOther();
  }

  /**
   * Opens beside `button`.
   * @param {HTMLElement} button
   * @param {(emoji: string) => void} chosen
   */
  open(button, chosen) {
    this.#chosen = chosen;
    this.#button = button;
    this.showPopover();
    const at = button.getBoundingClientRect();
    const { width, height } = this.getBoundingClientRect();
    this.style.left = `${Math.max(MARGIN, Math.min(at.right - width, innerWidth - width - MARGIN))}px`;
    this.style.top = `${at.top > height + MARGIN ? at.top - height : at.bottom}px`;
    /** @type {HTMLElement | null} */ (this.querySelector("button"))?.focus();
  }

  /** In its place: the button may be gone with the pointer. The focus is the message's, and goes back to it. */
  #openOther() {
    const place = this.getBoundingClientRect();
    this.hidePopover();
    /** @type {HTMLElement | null} */ (this.#button.closest("li.message"))?.focus({ preventScroll: true });
    const picker = /** @type {import("./emoji_picker.js").EmojiPicker} */ (document.querySelector("emoji-picker"));
    picker.open({ getBoundingClientRect: () => place }, this.#chosen);
  }

  /** @param {string} emoji */
  #choose(emoji) {
    if (!emoji) return;
    this.hidePopover();
    this.#chosen(emoji);
  }
}
