// The messages of the open room: a window over what is known of them, with the reader's place kept.

import { dayKey, dayName } from "../dom/times.js";
import { batched, drawList, fromTemplate, part, setIcon } from "../dom/template.js";
import { ScrollKeeper } from "../dom/scroll_keeper.js";
import { rowsOf } from "../state/rows.js";
import { t } from "../strings.js";
import { drawRow, itemOf } from "./message_row.js";
import { MessageFocus } from "./message_focus.js";
import { MessageTools } from "./message_tools.js";
import { iconOf, roomName } from "./room_name.js";

/** @typedef {import("../state/rows.js").Row} Row */
/** @typedef {import("../state/timeline.js").Span} Span */

/** Messages drawn at most; with the lines between them there are fewer than 400 rows. */
const WINDOW = 300;
/** So many at the end, where each message that comes has the browser lay out all that are drawn. */
const LATEST = 100;
const STEP = 100;
/** Rooms whose rows are kept for when the reader comes back. */
const ROOMS_KEPT = 8;
const SCREENS_AHEAD = 1.5;
const CENTRE = 0.4;
const UPPER_THIRD = 0.25;

export class MessageList extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** The rows of the rooms that were open last, the latest at the end. @type {Map<string, Map<string, HTMLElement>>} */
  #kept = new Map();
  /** @type {ScrollKeeper} */
  #scroll;
  /** @type {MessageFocus} */
  #focus;
  /** @type {MessageTools} */
  #tools;
  /** The first message drawn, by seq; null: the window ends at the newest one. @type {number | null} */
  #top = null;
  /** Where the line of what is new stands, as long as the room is open. @type {number | null} */
  #unreadAfter = null;
  /** Where to go once it is drawn: a message by its seq, or the line of what is new. @type {number | "unread" | null} */
  #target = null;
  /** The newest message there was when the reader left the end. @type {number | null} */
  #seen = null;
  /** The reader said that this is unread: looking at it does not make it read. */
  #keptUnread = false;
  #draw = batched(() => this.#redraw());

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    const list = part(this, "list");
    this.#scroll = new ScrollKeeper(part(this, "scroller"), list, () => this.#moved());
    this.#tools = new MessageTools(list);
    this.#focus = new MessageFocus(list, this.#tools, chat.preferences);
    part(this, "latest").onclick = () => this.toLatest();
    list.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#clicked(event));
    document.addEventListener("visibilitychange", () => this.#moved());
    chat.viewListeners.add(() => this.#opened());
    chat.aboutListeners.add(() => this.#draw());
    chat.store.subscribe((change) => (change.rooms || change.room === chat.room?.id) && this.#draw());
    this.#opened();
  }

  /** Shows the newest messages, from wherever the reader was, and counts them as read. */
  toLatest() {
    this.#keptUnread = false;
    this.#top = null;
    if (this.#chat.view.seq !== null) return this.#chat.openLatest();
    this.#scroll.atEnd = true;
    this.#redraw();
  }

  /** Goes to the first message that was unread when the room was opened. */
  toUnread() {
    if (this.#unreadAfter === null) return;
    this.#target = "unread";
    this.#redraw();
  }

  /** Everything from this message on is unread again. @param {Message} message */
  async markUnread(message) {
    this.#keptUnread = true; // also while the server is being asked
    const ok = await this.#chat.unread(message);
    if (this.#chat.room?.id !== message.room) return;
    this.#keptUnread = Boolean(ok);
    if (ok) this.#unreadAfter = message.seq - 1;
    this.#draw();
  }

  #opened() {
    const { room, view } = this.#chat;
    const entered = this.dataset.room !== room?.id;
    if (entered) {
      this.dataset.room = room?.id ?? "";
      this.#rows = this.#rowsOf(this.dataset.room);
      part(this, "list").replaceChildren();
      this.#focus.left();
      this.#seen = this.#unreadAfter = null;
      this.#keptUnread = false;
      if (room?.info.unread) this.#unreadAfter = room.info.read;
    }
    this.#top = null;
    this.#scroll.atEnd = view.seq === null;
    const asked = view.quiet ? null : view.seq;
    const toNew = this.#unreadAfter !== null && (entered || view.quiet);
    this.#target = asked ?? (toNew ? "unread" : null);
    this.#draw();
  }

  /** What was drawn of a room, to be brought up to date. @param {string} room */
  #rowsOf(room) {
    const rows = this.#kept.get(room) ?? new Map();
    this.#kept.delete(room);
    this.#kept.set(room, rows);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > ROOMS_KEPT) this.#kept.delete(oldest);
    return rows;
  }

  #redraw() {
    this.#scroll.keep(() => this.#fill());
    if (this.#target !== null) this.#showTarget();
    requestAnimationFrame(() => this.#moved());
  }

  /** The stretch of messages that the reader is in. @param {Room} room */
  #span(room) {
    return room.timeline.span(this.#top ?? this.#chat.view.seq);
  }

  /**
   * What of a stretch is drawn.
   * @param {Room} room
   * @param {Span} span
   */
  #window(room, span, known = true) {
    const most = this.#top === null ? LATEST : WINDOW;
    return room.timeline.window(span, this.#top, known ? most : 0);
  }

  #fill() {
    const room = this.#chat.room;
    this.hidden = !room;
    if (!room) return;
    const span = this.#span(room);
    const known = room.loaded || span.to !== Infinity;
    const shown = this.#window(room, span, known);
    const first = shown.messages[0]?.seq;
    const atNewest = span.to === Infinity && !shown.after;
    this.#scroll.moreBelow = !atNewest;
    const begins = room.loaded && !shown.before && span.from <= 1;
    const dividedHere = this.#unreadAfter !== null && (begins || (first !== undefined && first <= this.#unreadAfter));
    const rows = rowsOf(shown.messages, atNewest ? [...room.pending.values()] : [], {
      me: this.#chat.user.id,
      unreadAfter: dividedHere ? this.#unreadAfter : null,
      dayOf: dayKey,
      quoted: (id) => room.timeline.byId(id),
      copyOf: (key) => room.copies.get(key),
    });
    const reader = {
      me: this.#chat.user,
      closed: room.info.closed,
      writesAbout: this.#chat.writesAbout,
      moderates: room.info.role === "owner" || room.info.role === "moderator",
      nameOf: (/** @type {string} */ id) => this.#chat.store.users.get(id)?.display,
      namings: this.#chat.store.namings,
      linkTo: (/** @type {Message} */ message) => this.#chat.link(room.info.slug, message.seq),
    };
    part(this, "loading").hidden = known || !this.#chat.ready;
    this.#drawBeginning(room, begins);
    drawList(part(this, "list"), rows, this.#rows, (row) => row.key, (row, known) => {
      if (row.day !== undefined) return drawDay(row.day, known);
      return row.unread ? (known ?? fromTemplate("unread")) : drawRow(row, known, reader);
    });
    this.#tools.drawn(reader);
    this.#focus.drawn();
  }

  /**
   * What the room is for, above its first message.
   * @param {Room} room
   * @param {boolean} begins
   */
  #drawBeginning(room, begins) {
    part(this, "beginning").hidden = !begins;
    if (!begins) return;
    const direct = room.info.kind === "direct";
    part(this, "kind").hidden = direct;
    setIcon(part(this, "kind"), iconOf(room.info));
    const name = roomName(room.info, this.#chat.user);
    part(this, "title").textContent = t(direct ? "begins_direct" : "begins_room", { name });
    const invites = !room.timeline.newest && !room.info.closed;
    part(this, "topic").textContent = room.info.topic;
    part(this, "invites").hidden = !invites;
  }

  #showTarget() {
    const target = this.#target;
    if (target === "unread") return this.#showUnread();
    const found = [...this.#rows.values()].find((row) => itemOf(row)?.message?.seq === target);
    if (!found) return this.#drawAround(/** @type {number} */ (target));
    this.#target = null;
    found.classList.add("target");
    found.addEventListener("animationend", () => found.classList.remove("target"), { once: true });
    this.#scroll.toRow(found, CENTRE);
    found.focus({ preventScroll: true });
  }

  /** A known message may lie outside the window. Where no message has that place, it is not waited for. @param {number} seq */
  #drawAround(seq) {
    const { room } = this.#chat;
    if (!room?.loaded) return;
    const span = room.timeline.span(seq);
    if (span.from > seq) return;
    const top = room.timeline.away(span, seq, -STEP);
    if (this.#top === top) this.#target = null;
    this.#top = top;
    this.#draw();
  }

  /** The line of what is new; what lies between it and what is drawn is drawn, or read from the server, first. */
  #showUnread() {
    const { room } = this.#chat;
    const line = this.#rows.get("unread");
    if (line) {
      this.#target = null;
      return this.#scroll.toRow(line, UPPER_THIRD);
    }
    if (!room?.loaded) return;
    const first = /** @type {number} */ (this.#unreadAfter) + 1;
    const span = room.timeline.span(first);
    if (span.from > first) return this.#chat.openAround(first);
    const top = room.timeline.away(span, first, -STEP);
    if (this.#top === top) {
      this.#target = this.#top = null; // all that is new was deleted, or is one's own
      this.#scroll.atEnd = true;
    } else {
      this.#top = top;
      this.#scroll.atEnd = false;
    }
    this.#draw();
  }

  /** The reader scrolled, came back to the page, or rows were drawn: draw or read further, and mark as read. */
  #moved() {
    hidePassedDays(part(this, "list"));
    const room = this.#chat.room;
    if (!room?.loaded || this.#target !== null) return;
    const { timeline } = room;
    const span = this.#span(room);
    const live = span.to === Infinity;
    if (this.#scroll.atEnd && live) this.#top = null;
    const shown = this.#window(room, span);
    const first = shown.messages[0]?.seq ?? 0;
    if (!this.#scroll.atEnd) this.#top ??= first;
    if (this.#scroll.nearStart(SCREENS_AHEAD)) {
      if (!shown.before && span.from > 1) this.#chat.history(room.id, { before: span.from });
      // A high window at the end is near the start of what is drawn, and stays so.
      if (shown.before && !this.#scroll.atEnd) this.#shift(timeline.away(span, first, -STEP));
    } else if (this.#scroll.nearEnd(SCREENS_AHEAD)) {
      if (shown.after) this.#shift(timeline.away(span, first, STEP));
      else if (!live) this.#chat.history(room.id, { after: span.to });
    }
    this.#count(room, live && !shown.after && this.#scroll.atEnd);
  }

  /** @param {number} top */
  #shift(top) {
    if (top === this.#top) return;
    this.#top = top;
    this.#draw();
  }

  /**
   * What has come since the reader left the end; at the end it is read.
   * @param {Room} room
   * @param {boolean} atEnd
   */
  #count(room, atEnd) {
    const newest = room.timeline.newest?.seq ?? 0;
    const seen = atEnd ? newest : (this.#seen ?? this.#unreadAfter ?? newest);
    this.#seen = seen;
    this.#chat.follows = atEnd && !this.#keptUnread;
    part(this, "latest").hidden = atEnd;
    const n = room.newsAfter(seen);
    part(this, "new").textContent = n ? t("new_messages", { n }) : t("latest");
    const looks = atEnd && document.visibilityState === "visible";
    if (looks && room.info.unread && !this.#keptUnread) this.#chat.read(room.id, newest);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const row = target.closest("li.message");
    const item = row && itemOf(row);
    if (!item) return;
    if (event.altKey && item.message) return this.#act("unread", item, /** @type {HTMLElement} */ (row));
    const button = target.closest("[data-action]");
    if (!(button instanceof HTMLElement)) return;
    this.#act(button.dataset.action ?? "", item, button);
    if (button instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey) event.preventDefault();
  }

  /**
   * @param {string} action
   * @param {Item} item
   * @param {HTMLElement} button
   */
  #act(action, item, button) {
    const detail = { action, emoji: button.dataset.emoji, item, button };
    this.dispatchEvent(new CustomEvent("message-action", { bubbles: true, detail }));
  }
}

/** Of the days that are stuck to the top only the last is shown: they are not of one width. @param {HTMLElement} list */
function hidePassedDays(list) {
  const days = /** @type {HTMLElement[]} */ ([...list.querySelectorAll("li.day")]);
  const tops = days.map((day) => day.offsetTop);
  days.forEach((day, i) => day.classList.toggle("passed", tops[i + 1] < tops[i] + day.offsetHeight));
}

/**
 * @param {number} at
 * @param {HTMLElement | undefined} row
 */
function drawDay(at, row) {
  const line = row ?? fromTemplate("day");
  part(line, "day").textContent = dayName(at);
  return line;
}
