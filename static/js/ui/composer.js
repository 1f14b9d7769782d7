// Where messages are written: new ones, answers, and new texts of old ones.

import { part } from "../dom/template.js";
import { t } from "../strings.js";
import { roomName } from "./room_name.js";

/** @typedef {{mode: "edit" | "reply", message: Message}} About  what is being written: not simply a new message */

/** How a half-written text is kept: by user and room. */
const DRAFT = "draft";

export class MessageComposer extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {HTMLTextAreaElement} */
  #text;
  /** @type {About | null} */
  #about = null;
  /** On a touch keyboard Enter breaks the line: there is no Shift+Enter. */
  #touch = matchMedia("(pointer: coarse)");

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    this.#text = part(this, "text");
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    this.#text.addEventListener("input", () => this.#typed());
    part(this, "form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    });
    part(this, "cancel").onclick = () => this.#cancel();
    chat.viewListeners.add(() => this.#opened());
    chat.store.subscribe((change) => change.rooms && this.#opened());
    this.#opened();
  }

  /** Answers a message. @param {Message} message */
  reply(message) {
    if (this.#about?.mode === "edit") this.#cancel();
    this.#turn({ mode: "reply", message });
  }

  /** Changes the text of a message. @param {Message} message */
  edit(message) {
    this.#turn({ mode: "edit", message });
    this.#set(message.body ?? "");
  }

  #opened() {
    const { room } = this.#chat;
    this.hidden = !room;
    if (!room) return;
    part(this, "closed").hidden = !room.info.closed;
    part(this, "write").hidden = room.info.closed;
    this.#text.placeholder = t("write_to", { name: roomName(room.info, this.#chat.user) });
    if (this.dataset.room === room.id) return;
    this.dataset.room = room.id;
    this.#turn(null);
    this.#set(localStorage.getItem(this.#draftName()) ?? "");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // While a word is being composed (Japanese, accents …), keys belong to the input method. 229: Safari's late one.
    if (event.isComposing || event.keyCode === 229) return;
    const sends = event.ctrlKey || event.metaKey || (this.#chat.preferences.enterSends && !this.#touch.matches);
    if (event.key === "Enter" && !event.shiftKey && sends) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "ArrowUp" && !this.#text.value) {
      const last = this.#lastOwn();
      if (last) event.preventDefault();
      if (last) this.edit(last);
    } else if (event.key === "Escape" && this.#about) {
      event.stopPropagation();
      this.#cancel();
    }
  }

  #typed() {
    this.#complain("");
    const { room } = this.#chat;
    if (!room || this.#about?.mode === "edit") return;
    if (this.#text.value) localStorage.setItem(this.#draftName(), this.#text.value);
    else localStorage.removeItem(this.#draftName());
    if (this.#text.value.trim()) this.#chat.typing(room.id);
  }

  async #submit() {
    const { room, store } = this.#chat;
    const body = this.#text.value.trim();
    if (!room || !body) return;
    const n = store.limits.body;
    if ([...body].length > n) return this.#complain(t("too_long", { n }));
    if (this.#about?.mode === "edit") return this.#saveEdit(this.#about.message, body);
    this.#chat.send(room.id, body, this.#about?.message.id);
    localStorage.removeItem(this.#draftName());
    this.#turn(null);
    this.#set("");
    this.dispatchEvent(new CustomEvent("message-sent", { bubbles: true }));
  }

  /**
   * @param {Message} message
   * @param {string} body
   */
  async #saveEdit(message, body) {
    if (body === message.body) return this.#cancel();
    const now = () => this.#chat.room?.timeline.byId(message.id) ?? message;
    // A reaction meanwhile is no conflict; another text is, until its writer has been told.
    const { pos } = now().body === message.body ? now() : message;
    try {
      await this.#chat.command({ type: "edit", message: message.id, body, pos });
      if (this.#about?.message === message) this.#cancel();
    } catch (why) {
      if (this.#about?.message === message) this.#about.message = now();
      this.#complain(this.#chat.explain(why));
    }
  }

  #cancel() {
    const draft = this.#about?.mode === "edit" ? (localStorage.getItem(this.#draftName()) ?? "") : this.#text.value;
    this.#turn(null);
    this.#set(draft);
  }

  /** @param {About | null} about */
  #turn(about) {
    this.#about = about;
    this.#complain("");
    part(this, "about").hidden = !about;
    part(this, "what").textContent = about ? t(`${about.mode}ing`, { name: about.message.user.display }) : "";
    part(this, "quote").textContent = about?.message.body ?? "";
    if (about) this.#text.focus();
  }

  /** @param {string} text */
  #set(text) {
    this.#text.value = text;
  }

  /** @param {string} sentence */
  #complain(sentence) {
    part(this, "problem").textContent = sentence;
    part(this, "problem").hidden = !sentence;
  }

  #lastOwn() {
    const messages = this.#chat.room?.timeline.all() ?? [];
    return messages.findLast((m) => m.user.id === this.#chat.user.id && m.body !== undefined);
  }

  #draftName() {
    return `${DRAFT} ${this.#chat.user.id} ${this.#chat.room?.id}`;
  }
}
