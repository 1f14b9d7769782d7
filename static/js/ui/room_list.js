// The rooms one is in, with what is unread.

import { batched, drawList, fromTemplate, part } from "../dom/template.js";
import { drawMark, drawState, iconOf, otherPerson, roomName } from "./room_name.js";

const MOST = 99;
/** Of hundreds of rooms those that may fit on a screen are drawn first: the messages need not wait for the others. */
const FIRST = 60;
const OTHERS_AFTER = 500;
/** Of hundreds of names each is compared with many: what it takes to compare is made once. */
const byName = new Intl.Collator(document.documentElement.lang || undefined).compare;

export class RoomList extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {Record<string, Map<string, HTMLElement>>} */
  #rows = { rooms: new Map(), directs: new Map() };
  /** Rooms drawn in a section at most. */
  #most = FIRST;
  #others = 0;
  /** What each row was drawn from. @type {WeakMap<HTMLElement, string>} */
  #looks = new WeakMap();

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    const draw = batched(() => this.#draw());
    chat.viewListeners.add(draw);
    chat.followListeners.add(draw);
    chat.store.subscribe((change) => (change.rooms || change.presence) && draw());
    chat.drafts.listeners.add(draw);
    this.addEventListener("click", (event) => this.#clicked(event));
    draw();
  }

  #draw() {
    const rooms = [...this.#chat.store.rooms.values()];
    this.#section("rooms", rooms.filter((room) => room.info.kind !== "direct"));
    this.#section("directs", rooms.filter((room) => room.info.kind === "direct"));
    this.#badge(rooms);
    if (rooms.length > this.#most) this.#others ||= setTimeout(() => this.#drawAll(), OTHERS_AFTER);
  }

  #drawAll() {
    this.#most = Infinity;
    this.#draw();
  }

  /** @param {string} name @param {Room[]} rooms */
  #section(name, rooms) {
    // The room that is looked at stays in its place while it is read: its count is there for a moment only.
    const { room: open, follows } = this.#chat;
    const seen = follows && document.visibilityState === "visible" ? open : undefined;
    // Hundreds of rooms are compared many times each: what it takes is made once.
    const lines = rooms.map((room) => {
      return { room, name: this.#name(room), news: Number(room.info.unread > 0 && room !== seen) };
    });
    lines.sort((a, b) => b.news - a.news || byName(a.name, b.name));
    drawList(part(this, name), lines.slice(0, this.#most), this.#rows[name], ({ room }) => room.id, (line, row) => {
      return this.#row(line.room, line.name, line.room === open, row);
    });
  }

  /** On the tab and the app's icon: what is for the reader alone; a dot where there is other news. @param {Room[]} rooms */
  #badge(rooms) {
    const forMe = rooms.reduce((n, { info }) => n + (info.kind === "direct" ? info.unread : info.mentions), 0);
    const news = rooms.some(({ info, fresh }) => info.unread > 0 || fresh);
    const open = this.#chat.room;
    const title = [open && this.#name(open), this.#chat.server.name].filter(Boolean).join(" · ");
    document.title = `${forMe ? `(${forMe}) ` : news ? "• " : ""}${title}`;
    if ("setAppBadge" in navigator) navigator.setAppBadge(forMe).catch(() => undefined);
  }

  /**
   * @param {Room} room
   * @param {string} name
   * @param {boolean} isOpen
   * @param {HTMLElement | undefined} known
   */
  #row(room, name, isOpen, known) {
    const row = known ?? fromTemplate("room");
    const { slug, unread, mentions, kind, closed } = room.info;
    if (isOpen) room.fresh = false;
    const { fresh } = room;
    const hasDraft = !isOpen && this.#chat.drafts.has(room.id);
    // Hundreds of rooms, of which a message changes one: the others are left alone.
    const person = otherPerson(room.info, this.#chat.user);
    const state = this.#chat.store.presence.of(person);
    const look = JSON.stringify([slug, name, kind, closed, unread, mentions, isOpen, hasDraft, fresh, state]);
    if (this.#looks.get(row) === look) return row;
    this.#looks.set(row, look);
    const link = part(row, "link");
    link.href = this.#chat.link(slug);
    link.dataset.slug = slug;
    link.classList.toggle("unread", unread > 0 || fresh);
    link.classList.toggle("closed", closed);
    if (isOpen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    drawMark(row, person, iconOf(room.info));
    drawState(row, state);
    part(row, "name").textContent = name;
    part(row, "draft").hidden = !hasDraft;
    part(row, "closed").hidden = !closed;
    part(row, "fresh").hidden = !fresh || unread > 0;
    part(row, "unread").classList.toggle("for-me", kind === "direct");
    badge(part(row, "unread"), unread);
    badge(part(row, "mentions"), mentions);
    return row;
  }

  /** @param {Room} room */
  #name(room) {
    return roomName(room.info, this.#chat.user);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const link = /** @type {HTMLElement} */ (event.target).closest("a[data-slug]");
    if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.#chat.open(link.dataset.slug ?? null);
  }
}

/**
 * @param {HTMLElement} element
 * @param {number} n
 */
function badge(element, n) {
  element.hidden = n === 0;
  part(element, "n").textContent = n > MOST ? `${MOST}+` : String(n);
}
