// Where messages are written: new ones, answers, and new texts of old ones.

import { replaceText } from "../dom/field_text.js";
import { part, setIcon } from "../dom/template.js";
import { plainText } from "../dom/trusted_html.js";
import { t } from "../strings.js";
import { inFence } from "./at_caret.js";
import { meaningOf, runCommand } from "./commands.js";
import { Completion } from "./completion.js";
import { listenToFormatting } from "./formatting.js";
import { roomName } from "./room_name.js";

/** @typedef {{mode: "edit" | "reply", message: Message}} About  what is being written: not simply a new message */

/** The counter shows when fewer characters than this are left. */
const NEARLY_FULL = 200;
/** Pixels: too few for the name of a room in the empty field. */
const NARROW = 500;
const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

export class MessageComposer extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {HTMLTextAreaElement} */
  #text;
  /** @type {Completion} */
  #completion;
  /** @type {About | null} */
  #about = null;
  /** What the draft answers or the edit changes, as long as that has still to be read.
   * @type {import("../net/drafts.js").Answered | null} */
  #awaited = null;
  /** On a touch keyboard Enter breaks the line: there is no Shift+Enter. */
  #touch = matchMedia("(pointer: coarse)");

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    this.#text = part(this, "text");
    this.#completion = new Completion(this.#text, part(this, "suggestions"), chat);
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    this.#text.addEventListener("input", () => this.#typed());
    part(this, "form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#submit();
    });
    part(this, "cancel").onclick = () => this.#cancel();
    part(this, "emoji").onclick = () => this.#openEmoji();
    listenToFormatting(this.#text, part(this, "format-menu"), part(this, "format"));
    chat.viewListeners.add(() => this.#opened());
    chat.drafts.listeners.add((room) => this.#keepDraft(room));
    chat.drafts.otherTabListeners.add((room, dropped) => this.#changedElsewhere(room, dropped));
    chat.store.subscribe((change) => {
      if (change.rooms) this.#opened();
      if (this.#awaited) this.#recall();
      if (this.#about) this.#look(this.#about);
    });
    this.#opened();
  }

  /** Answers a message. @param {Message} message */
  reply(message) {
    if (this.#about?.mode === "edit") this.#cancel();
    this.#chat.drafts.setAnswered(message.room, message);
    this.#turn({ mode: "reply", message });
  }

  /** Changes the text of a message. @param {Message} message */
  edit(message) {
    this.#turn({ mode: "edit", message });
    this.#set(message.body ?? "");
    this.#keepEdit();
  }

  /** Names somebody at the caret. @param {User} user */
  mention({ name }) {
    const { selectionStart: start, selectionEnd: end, value } = this.#text;
    const apart = /\S$/.test(value.slice(0, start)) ? " " : "";
    replaceText(this.#text, start, end, `${apart}@${name} `);
  }

  /** Back from an edit or a reply to what was being written before; false where there is neither. */
  endAbout() {
    if (!this.#about) return false;
    this.#cancel();
    return true;
  }

  /** Where a draft was dropped but something is written, that is a draft still. @param {string} room */
  #keepDraft(room) {
    const { drafts } = this.#chat;
    if (room !== this.dataset.room || this.#about?.mode === "edit" || drafts.get(room)) return;
    if (this.#text.value) drafts.set(room, this.#text.value);
  }

  /**
   * Another tab of the same person has changed the draft they share: it is shown here too, but not under the hands of who
   * writes. What was sent from there is not to be sent again from here.
   * @param {string} room
   * @param {string} [dropped]
   */
  #changedElsewhere(room, dropped) {
    if (room !== this.dataset.room || this.#about?.mode === "edit") return;
    const writes = document.hasFocus() && document.activeElement === this.#text;
    if (dropped === undefined ? !writes : this.#text.value === dropped) this.#resume(room);
  }

  #opened() {
    const { room } = this.#chat;
    this.hidden = !room;
    if (!room) return;
    const { closed, kind } = room.info;
    part(this, "form").hidden = closed;
    part(this, "closed").hidden = !closed;
    const name = roomName(room.info, this.#chat.user);
    const placeholder = t(kind === "public" ? "message_room" : "message_person", { name });
    this.#text.placeholder = innerWidth < NARROW ? (this.#text.ariaLabel ?? "") : placeholder;
    if (this.dataset.room === room.id) {
      if (closed && this.#about) this.#cancel();
      return;
    }
    this.dataset.room = room.id;
    this.#resume(room.id);
  }

  /** Shows the draft of the room and what it answers, or the edit that was begun there. @param {string} room */
  #resume(room) {
    const { drafts } = this.#chat;
    this.#show(null);
    if (this.#text.value !== drafts.get(room)) this.#set(drafts.get(room));
    this.#awaited = drafts.edit(room) ?? drafts.answered(room);
    if (this.#awaited) this.#recall();
  }

  /** What is answered or changed may have to be read first. Where it is gone, the text alone is kept. */
  #recall() {
    const { room, drafts } = this.#chat;
    if (!this.#awaited || !room?.loaded || room.info.closed || room.id !== this.dataset.room) return;
    const { id, seq } = this.#awaited;
    const message = room.timeline.byId(id);
    if (!message && room.timeline.span(seq).from > seq) return this.#chat.history(room.id, { around: seq });
    const edit = drafts.edit(room.id);
    if (edit && message) this.#goOn(edit, message);
    else if (message && !message.deleted) this.#show({ mode: "reply", message });
    else {
      this.#awaited = null;
      drafts.setAnswered(room.id, null);
    }
  }

  /**
   * With an edit, from before the page was loaded or the room was left.
   * @param {import("../net/drafts.js").Edit} edit
   * @param {Message} message
   */
  #goOn({ pos, of, text }, message) {
    // Changed elsewhere meanwhile, it is still the text of then that is changed: the server says so.
    const about = /** @type {About} */ ({ mode: "edit", message: message.body === of ? message : { ...message, pos, body: of } });
    this.#show(about);
    this.#set(text);
    this.#look(about);
  }

  /** A message that was deleted while it is changed or answered: what was written is not lost with it.
   * @param {About} about */
  #look({ mode, message }) {
    const { room, drafts } = this.#chat;
    if (room?.id !== message.room || !room.timeline.byId(message.id)?.deleted) return;
    const written = this.#text.value;
    if (mode === "edit") drafts.setEdit(room.id, null);
    else drafts.setAnswered(room.id, null);
    this.#resume(room.id);
    if (mode === "reply") return this.#complain(t("answered_deleted"));
    if (written === message.body || this.#text.value) return;
    this.#set(written);
    drafts.set(room.id, written);
    this.#complain(t("deleted_meanwhile"));
  }

  #keepEdit() {
    if (this.#about?.mode !== "edit") return;
    const { id, room, seq, pos, body = "" } = this.#about.message;
    this.#chat.drafts.setEdit(room, { id, seq, pos, of: body, text: this.#text.value });
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    // While a word is being composed (Japanese, accents …), keys belong to the input method. 229: Safari's late one.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#completion.pressed(event)) return;
    const plain = !event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.key === "Enter" && this.#sends(event)) {
      event.preventDefault();
      this.#submit();
    } else if (plain && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
      if (this.#walk(event.key === "ArrowUp" ? -1 : 1)) event.preventDefault();
    }
  }

  /** @param {KeyboardEvent} event */
  #sends({ shiftKey, ctrlKey, metaKey }) {
    if (ctrlKey || metaKey) return true;
    if (shiftKey || inFence(this.#text.value.slice(0, this.#text.selectionStart))) return false;
    return this.#chat.preferences.enterSends && !this.#touch.matches;
  }

  /**
   * From the empty field to one's last message, and from one whose text was not changed to the next.
   * @param {-1 | 1} step
   */
  #walk(step) {
    const edited = this.#about?.mode === "edit" ? this.#about.message : null;
    if (edited ? this.#text.value !== edited.body : this.#text.value || step > 0) return false;
    const own = this.#own();
    const at = edited ? own.findIndex((message) => message.id === edited.id) : own.length;
    const next = own[at + step];
    if (next) this.edit(next);
    else if (edited && step > 0) this.#cancel();
    return Boolean(next) || Boolean(edited);
  }

  #typed() {
    this.#measure();
    this.#chat.writing();
    const { room, drafts } = this.#chat;
    if (!room) return;
    if (this.#about?.mode === "edit") return this.#keepEdit();
    drafts.set(room.id, this.#text.value);
    if (this.#text.value.trim()) this.#chat.typing(room.id);
  }

  /** Shows what can be sent, and how much more can be written. */
  #measure() {
    const text = this.#text.value.trim();
    const most = this.#chat.store.limits.body;
    const left = most - [...text].length;
    const counter = part(this, "left");
    counter.hidden = left >= NEARLY_FULL;
    counter.classList.toggle("over", left < 0);
    counter.textContent = left < 0 ? t("characters_over", { n: -left }) : t("characters_left", { n: left });
    this.#complain(left < 0 ? t("too_long", { n: most }) : "");
    part(this, "send").disabled = left < 0;
    part(this, "form").classList.toggle("ready", text !== "" && left >= 0);
    if (GROWS_BY_ITSELF) return;
    this.#text.style.blockSize = "0";
    this.#text.style.blockSize = `${this.#text.scrollHeight}px`;
  }

  #submit() {
    const { room, store } = this.#chat;
    const body = this.#text.value.trim();
    if (!room || [...body].length > store.limits.body) return;
    if (this.#about?.mode === "edit") return body ? this.#saveEdit(this.#about, body) : this.#askToDelete(this.#about);
    if (!body) return;
    const meaning = meaningOf(body);
    if ("unknown" in meaning) return this.#complain(t("no_command", { name: meaning.unknown }));
    if ("send" in meaning) this.#send(room.id, meaning.send);
    else this.#run(room.id, meaning.command, meaning.rest);
  }

  /** @param {string} room @param {string} body */
  async #send(room, body) {
    const answered = this.#about?.message.id ?? this.#chat.drafts.answered(room)?.id;
    const kept = this.#chat.send(room, body, answered);
    const written = this.#text.value;
    this.#turn(null);
    this.#set("");
    this.dispatchEvent(new CustomEvent("message-sent", { bubbles: true }));
    await kept;
    this.#forget(room, written);
    if (this.#chat.drafts.answered(room)?.id === answered) this.#chat.drafts.setAnswered(room, null);
  }

  /**
   * The field is free at once; where the command fails and nothing new was written, its text comes back.
   * @param {string} room
   * @param {import("./commands.js").Name} command
   * @param {string} rest
   */
  async #run(room, command, rest) {
    if (command !== "help" && !rest) return this.#complain(t("command_wants", { name: command }));
    const written = this.#text.value;
    this.#set("");
    const ended = runCommand(this.#chat, this, { room, command, rest });
    const undone = await ended.catch((why) => ({ text: written, why: this.#chat.explain(why) }));
    if (!undone) return this.#forget(room, written);
    if (this.dataset.room !== room || this.#text.value) return this.#chat.notice(undone.why);
    this.#set(undone.text);
    this.#chat.drafts.set(room, undone.text);
    this.#complain(undone.why);
  }

  /** Drops a draft, unless something else has been written since. @param {string} room @param {string} written */
  #forget(room, written) {
    if (this.#chat.drafts.get(room) === written) this.#chat.drafts.set(room, "");
  }

  /**
   * @param {About} about
   * @param {string} body
   */
  async #saveEdit(about, body) {
    const { message } = about;
    if (body === message.body) return this.#cancel();
    const { room } = this.#chat;
    const now = () => room?.timeline.byId(message.id) ?? message;
    // A reaction meanwhile is no conflict; another text is, until its writer has been told.
    const { pos } = now().body === message.body ? now() : message;
    // Left and begun again, it is another edit of the same message.
    const here = () => this.#about === about;
    try {
      await this.#chat.command({ type: "edit", message: message.id, body, pos });
      this.#forgetEdit(message, body);
      if (!here()) return;
      if (this.#text.value.trim() === body) return this.#cancel();
      about.message = now();
    } catch (why) {
      if (now().deleted) return;
      if (!here()) return this.#chat.notice(this.#chat.explain(why));
      about.message = now();
      this.#complain(this.#chat.explain(why));
    }
    this.#keepEdit();
  }

  /** It is done, unless something else has been written since. @param {Message} message @param {string} body */
  #forgetEdit({ room, id }, body) {
    const edit = this.#chat.drafts.edit(room);
    if (edit?.id === id && edit.text.trim() === body) this.#chat.drafts.setEdit(room, null);
  }

  /** A message that is left without a text is not wanted any more. @param {About} about */
  #askToDelete({ message }) {
    this.#cancel();
    const detail = { action: "delete", item: { message }, button: part(this, "send") };
    this.dispatchEvent(new CustomEvent("message-action", { bubbles: true, detail }));
  }

  #cancel() {
    const room = this.#chat.room?.id ?? "";
    if (this.#about?.mode === "reply") {
      this.#chat.drafts.setAnswered(room, null);
      this.#show(null);
    } else {
      this.#chat.drafts.setEdit(room, null);
      this.#resume(room);
    }
    this.#text.focus();
  }

  /** @param {About | null} about */
  #turn(about) {
    this.#show(about);
    if (about) this.#text.focus();
  }

  /** @param {About | null} about */
  #show(about) {
    this.#about = about;
    this.#awaited = null;
    part(this, "about").hidden = !about;
    this.#chat.writeAbout(about?.message.id);
    part(this, "what").textContent = about ? t(`${about.mode}ing`, { name: about.message.user.display }) : "";
    part(this, "quote").textContent = plainText(about?.message) ?? "";
    if (about) setIcon(part(this, "about"), about.mode);
  }

  #openEmoji() {
    const picker = /** @type {import("./emoji_picker.js").EmojiPicker} */ (document.querySelector("emoji-picker"));
    const { selectionStart, selectionEnd } = this.#text;
    picker.open(part(this, "emoji"), (emoji) => replaceText(this.#text, selectionStart, selectionEnd, emoji));
  }

  /** @param {string} text */
  #set(text) {
    this.#text.value = text;
    this.#completion.close();
    this.#measure();
  }

  /** @param {string} sentence */
  #complain(sentence) {
    // Said once, not again with each key.
    if (part(this, "problem").textContent !== sentence) part(this, "problem").textContent = sentence;
    part(this, "problem").hidden = !sentence;
  }

  /** One's own messages that have a text, the oldest first. */
  #own() {
    const messages = this.#chat.room?.timeline.all() ?? [];
    return messages.filter((message) => message.user.id === this.#chat.user.id && message.body !== undefined);
  }
}
