// Chooses an emoji: a few at hand, and any other by typing it.

import { part } from "../dom/template.js";

const MARGIN = 8;

export class ReactionPicker extends HTMLElement {
  /** @type {(emoji: string) => void} */
  #chosen = () => undefined;

  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button[data-emoji]");
      if (button instanceof HTMLElement) this.#choose(button.dataset.emoji ?? "");
    });
    this.addEventListener("keydown", ({ key }) => /^\S$/u.test(key) && part(this, "other").focus());
    part(this, "form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#choose(part(this, "other").value.trim());
    });
  }

  /**
   * Opens beside `button`.
   * @param {HTMLElement} button
   * @param {(emoji: string) => void} chosen
   */
  open(button, chosen) {
    this.#chosen = chosen;
    part(this, "other").value = "";
    this.showPopover();
    const at = button.getBoundingClientRect();
    const { width, height } = this.getBoundingClientRect();
    this.style.left = `${Math.max(MARGIN, Math.min(at.right - width, innerWidth - width - MARGIN))}px`;
    this.style.top = `${at.top > height + MARGIN ? at.top - height : at.bottom}px`;
    /** @type {HTMLElement | null} */ (this.querySelector("button"))?.focus();
  }

  /** @param {string} emoji */
  #choose(emoji) {
    if (!emoji) return;
    this.hidePopover();
    this.#chosen(emoji);
  }
}
