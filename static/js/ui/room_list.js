// The rooms one is in, with what is unread.

import { batched } from "../dom/batched.js";
import { drawList, fromTemplate, part } from "../dom/template.js";
import { roomName } from "./room_name.js";

const MOST = 99;

export class RoomList extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {Record<string, Map<string, HTMLElement>>} */
  #rows = { rooms: new Map(), directs: new Map() };

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    const draw = batched(() => this.#draw());
    chat.viewListeners.add(draw);
    chat.store.subscribe((change) => change.rooms && draw());
    this.addEventListener("click", (event) => this.#clicked(event));
    draw();
  }

  #draw() {
    const rooms = [...this.#chat.store.rooms.values()];
    const byName = (/** @type {Room} */ a, /** @type {Room} */ b) => this.#name(a).localeCompare(this.#name(b));
    this.#section("rooms", rooms.filter((room) => room.info.kind !== "direct").sort(byName));
    this.#section("directs", rooms.filter((room) => room.info.kind === "direct").sort(byName));
    const unread = rooms.reduce((sum, room) => sum + room.info.unread, 0);
    const open = this.#chat.room;
    document.title = [unread ? `(${unread})` : "", open && this.#name(open), "ChatConnet"].filter(Boolean).join(" ");
  }

  /** @param {string} name @param {Room[]} rooms */
  #section(name, rooms) {
    drawList(part(this, name), rooms, this.#rows[name], (room) => room.id, (room, row) => this.#row(room, row));
    part(this, `${name}-section`).hidden = !rooms.length;
  }

  /** @param {Room} room @param {HTMLElement | undefined} known */
  #row(room, known) {
    const row = known ?? fromTemplate("room");
    const { slug, unread, mentions, kind } = room.info;
    const link = part(row, "link");
    link.href = this.#chat.link(slug);
    link.dataset.slug = slug;
    link.classList.toggle("unread", unread > 0);
    if (room === this.#chat.room) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    part(row, "kind").textContent = kind === "direct" ? "@" : kind === "private" ? "◆" : "#";
    part(row, "name").textContent = this.#name(room);
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
