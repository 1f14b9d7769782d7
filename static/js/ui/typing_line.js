// Who is writing in the open room.

import { t } from "../strings.js";

const GOOD_FOR = 6000;
const MOST_NAMES = 3;

export class TypingLine extends HTMLElement {
  /** @type {Map<string, {room: string, user: User, timer: number}>} by room and user */
  #writers = new Map();
  /** @type {Chat} */
  #chat;

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    chat.frameListeners.add((frame) => this.#hear(frame));
    chat.viewListeners.add(() => this.#draw());
  }

  /** @param {Frame} frame */
  #hear(frame) {
    if (frame.type === "typing") {
      const name = `${frame.room} ${frame.user.id}`;
      clearTimeout(this.#writers.get(name)?.timer);
      const timer = setTimeout(() => this.#stop(name), GOOD_FOR);
      this.#writers.set(name, { room: frame.room, user: frame.user, timer });
      this.#draw();
    } else if (frame.type === "changes") {
      for (const message of frame.messages) this.#stop(`${frame.room} ${message.user.id}`);
    }
  }

  /** @param {string} name */
  #stop(name) {
    clearTimeout(this.#writers.get(name)?.timer);
    if (this.#writers.delete(name)) this.#draw();
  }

  #draw() {
    const room = this.#chat.room?.id;
    const names = [...this.#writers.values()].filter((w) => w.room === room).map((w) => w.user.display);
    const few = names.length <= MOST_NAMES;
    const list = new Intl.ListFormat(document.documentElement.lang || undefined).format(names);
    this.textContent = !names.length ? "" : few ? t("typing", { n: names.length, names: list }) : t("many_typing");
  }
}
