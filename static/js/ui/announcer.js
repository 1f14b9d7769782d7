// Tells screen readers what others say in the open room, in one quiet voice: at most one sentence a second.

import { plainText } from "../dom/trusted_html.js";
import { t } from "../strings.js";

const EVERY = 1000;

export class MessageAnnouncer extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {Message[]} */
  #heard = [];
  #timer = 0;
  /** The newest message of the open room that needs no telling. @type {{room: string, seq: number}} */
  #known = { room: "", seq: 0 };

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    chat.viewListeners.add(() => this.#forget());
    chat.frameListeners.add((frame) => frame.type === "changes" && this.#hear(frame));
  }

  #forget() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#heard = [];
    this.#known = { room: this.#chat.room?.id ?? "", seq: this.#chat.room?.info.head ?? 0 };
  }

  /** @param {Frame} frame */
  #hear(frame) {
    const { room, user } = this.#chat;
    if (frame.room !== room?.id || room?.syncing) return;
    if (this.#known.room !== frame.room) this.#known = { room: frame.room, seq: frame.from };
    const fresh = frame.messages.filter((/** @type {Message} */ m) => m.seq > this.#known.seq);
    this.#known.seq = Math.max(this.#known.seq, frame.to);
    if (!this.#chat.follows) return;
    this.#heard.push(...fresh.filter((/** @type {Message} */ m) => m.user.id !== user.id && m.body !== undefined));
    if (this.#heard.length) this.#timer ||= setTimeout(() => this.#tell(), EVERY);
  }

  #tell() {
    const [first, ...others] = this.#heard;
    const n = others.length + 1;
    this.textContent = n > 1 ? t("new_messages", { n }) : t("said", { name: first.user.display, text: plainText(first) ?? "" });
    this.#heard = [];
    this.#timer = 0;
  }
}
