// The messages of the open room.

import { batched } from "../dom/batched.js";
import { dayName } from "../dom/times.js";
import { drawList, fromTemplate, part } from "../dom/template.js";
import { ScrollKeeper } from "../dom/scroll_keeper.js";
import { t } from "../strings.js";
import { drawRow, itemOf } from "./message_row.js";

/** @typedef {Item & {key: string, day?: string}} Row */

const GROUP_WITHIN = 5 * 60_000;
const SCREENS_AHEAD = 1.5;

export class MessageList extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** @type {ScrollKeeper} */
  #scroll;
  /** The message that the address names; its row is shown once. @type {number | null} */
  #target = null;
  /** The newest message there was when the reader left the end. @type {number | null} */
  #seen = null;
  #draw = batched(() => this.#scroll.keep(() => this.#fill()));

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    const list = part(this, "list");
    this.#scroll = new ScrollKeeper(part(this, "scroller"), list, () => this.#moved());
    part(this, "latest").onclick = () => this.toLatest();
    list.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#clicked(event));
    document.addEventListener("visibilitychange", () => this.#moved());
    chat.viewListeners.add(() => this.#opened());
    chat.store.subscribe((change) => (change.rooms || change.room === chat.room?.id) && this.#draw());
    this.#opened();
  }

  /** Shows the newest messages, from wherever the reader was. */
  toLatest() {
    if (this.#chat.view.seq === null) this.#scroll.toEnd();
    else this.#chat.openLatest();
  }

  #opened() {
    const { room, view } = this.#chat;
    if (this.dataset.room !== room?.id) {
      this.dataset.room = room?.id ?? "";
      this.#rows.clear();
      part(this, "list").replaceChildren();
      this.#seen = null;
    }
    this.#target = view.seq;
    this.#scroll.atEnd = view.seq === null;
    this.#draw();
  }

  #fill() {
    const room = this.#chat.room;
    this.hidden = !room;
    if (!room) return;
    const items = this.#items(room);
    part(this, "loading").hidden = room.loaded || !this.#chat.ready;
    part(this, "empty").hidden = !room.loaded || items.length > 0;
    const reader = {
      me: this.#chat.user,
      moderates: room.info.role === "owner" || room.info.role === "moderator",
      nameOf: (/** @type {string} */ id) => this.#chat.store.users.get(id)?.display ?? t("somebody"),
      linkTo: (/** @type {Message} */ message) => this.#chat.link(room.info.slug, message.seq),
    };
    drawList(part(this, "list"), items, this.#rows, (item) => item.key, (item, row) => {
      return item.day === undefined ? drawRow(item, row, reader) : drawDay(item.day, row);
    });
    if (this.#target !== null) this.#showTarget(this.#target);
    requestAnimationFrame(() => this.#moved());
  }

  /** @param {Room} room @returns {Row[]} */
  #items(room) {
    const { timeline } = room;
    const span = timeline.span(this.#chat.view.seq);
    const waiting = span.to === Infinity ? [...room.pending.values()] : [];
    /** @type {Row[]} */
    const items = [];
    let day = "";
    let last = { user: "", at: 0 };
    for (const it of [...(room.loaded || span.to !== Infinity ? timeline.within(span) : []), ...waiting]) {
      const [message, entry] = "seq" in it ? [it, undefined] : [undefined, it];
      const user = message?.user.id ?? this.#chat.user.id;
      const at = new Date(it.at).getTime();
      const today = dayName(at);
      if (today !== day) items.push({ key: `day ${today}`, day: today, grouped: false });
      const grouped = today === day && user === last.user && at - last.at < GROUP_WITHIN && !it.reply_to;
      const quoted = it.reply_to ? timeline.byId(it.reply_to) : undefined;
      items.push({ key: it.key, message, entry, copy: room.copies.get(it.key), quoted, grouped });
      day = today;
      last = { user, at };
    }
    return items;
  }

  /** @param {number} seq */
  #showTarget(seq) {
    const found = [...this.#rows.values()].find((row) => itemOf(row)?.message?.seq === seq);
    if (!found) return;
    this.#target = null;
    found.classList.add("target");
    found.addEventListener("animationend", () => found.classList.remove("target"), { once: true });
    this.#scroll.toRow(found);
    found.focus({ preventScroll: true });
  }

  /** The reader scrolled, came back to the page, or rows were drawn: read further, and mark as read. */
  #moved() {
    const room = this.#chat.room;
    if (!room || !room.loaded) return;
    const { timeline } = room;
    const span = timeline.span(this.#chat.view.seq);
    const live = span.to === Infinity;
    if (span.from > 1 && this.#scroll.nearStart(SCREENS_AHEAD)) this.#chat.history(room.id, { before: span.from });
    if (!live && this.#scroll.nearEnd(SCREENS_AHEAD)) this.#chat.history(room.id, { after: span.to });
    const newest = timeline.within(timeline.span(null)).at(-1)?.seq ?? 0;
    const atEnd = live && this.#scroll.atEnd;
    const seen = atEnd || this.#seen === null ? newest : this.#seen;
    this.#seen = seen;
    part(this, "latest").hidden = atEnd;
    const n = timeline.within({ from: seen + 1, to: Infinity }).length;
    part(this, "new").textContent = n ? t("new_messages", { n }) : t("latest");
    if (atEnd && document.visibilityState === "visible" && room.info.unread) this.#chat.read(room.id, newest);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-action]");
    const row = button?.closest("li.message");
    const item = row && itemOf(row);
    if (!(button instanceof HTMLElement) || !item) return;
    const detail = { action: button.dataset.action, emoji: button.dataset.emoji, item, button };
    this.dispatchEvent(new CustomEvent("message-action", { bubbles: true, detail }));
    if (button instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey) event.preventDefault();
  }
}

/**
 * @param {string} day
 * @param {HTMLElement | undefined} row
 */
function drawDay(day, row) {
  const line = row ?? fromTemplate("day");
  part(line, "day").textContent = day;
  return line;
}
