// Chooses an emoji by its name, or from those used last.

import { placeAt } from "../dom/menu.js";
import { part } from "../dom/template.js";
import { isOnlyEmoji } from "../state/only_emoji.js";
import { noteUse, recent, search } from "./emoji.js";

const MOST = 48;
const USUAL =
  "👍 👎 👏 🙏 👋 💪 🤝 🙌 😀 😊 😂 😅 😉 😍 🤔 😮 😢 😭 😡 🥳 😎 🤷 👀 🔥 🎉 🚀 ✅ ❌ ⭐ 💯 ☕ ❤️".split(" ");

export class EmojiPicker extends HTMLElement {
  /** @type {(emoji: string) => void} */
  #chosen = () => undefined;

  connectedCallback() {
    part(this, "search").addEventListener("input", () => this.#draw());
    this.addEventListener("keydown", (event) => this.#pressed(event));
    this.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("button");
      if (button) this.#choose(button.textContent ?? "");
    });
  }

  /**
   * @param {Pick<Element, "getBoundingClientRect">} button  beside which it opens
   * @param {(emoji: string) => void} chosen
   */
  open(button, chosen) {
    this.#chosen = chosen;
    part(this, "search").value = "";
    this.showPopover();
    this.#draw();
    placeAt(this, button, "left");
    part(this, "search").focus();
  }

  async #draw() {
    const text = part(this, "search").value.trim();
    const usual = [...new Set([...recent(), ...USUAL])].map((emoji) => ({ emoji, name: emoji }));
    const pasted = isOnlyEmoji(text) ? [{ emoji: text, name: text }] : undefined;
    const found = text ? (pasted ?? (await search(text, MOST))) : usual;
    if (text !== part(this, "search").value.trim()) return;
    part(this, "none").hidden = found.length > 0;
    part(this, "grid").replaceChildren(...found.map(({ emoji, name }) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "quiet", textContent: emoji, title: name, ariaLabel: name });
      return button;
    }));
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing) return;
    const buttons = /** @type {HTMLElement[]} */ ([...part(this, "grid").children]);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    if (event.key === "Enter" && at < 0) {
      event.preventDefault();
      return this.#choose(buttons[0]?.textContent ?? "");
    }
    const columns = Math.max(1, buttons.filter((button) => button.offsetTop === buttons[0].offsetTop).length);
    const step = { ArrowDown: at < 0 ? 1 : columns, ArrowUp: -columns, ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || (at < 0 && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (at + step < 0) part(this, "search").focus();
    else buttons[at + step]?.focus();
  }

  /** @param {string} emoji */
  #choose(emoji) {
    if (!emoji) return;
    this.hidePopover();
    noteUse(emoji);
    this.#chosen(emoji);
  }
}
