// Goes to a room or a person by a few letters of the name: a text field over a list, worked by keys or pointer.

import { onOption, pointAt } from "../dom/options.js";
import { fromTemplate, part } from "../dom/template.js";
import { ranked } from "../state/rank.js";
import { t } from "../strings.js";
import { show } from "./dialogs.js";
import { PeopleSearch } from "./people_search.js";
import { drawMark, iconOf, otherPerson, roomName } from "./room_name.js";

const MOST = 9;

/** @typedef {{names: string[], hint: string, go: () => unknown, draw: (row: HTMLElement) => void}} Place */

export class RoomSwitcher extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {HTMLDialogElement} */
  #dialog;
  /** @type {HTMLInputElement} */
  #text;
  /** @type {Place[]} */
  #places = [];
  #chosen = 0;
  /** @type {User[]} people whom the server found for what stands in the field */
  #found = [];
  /** @type {PeopleSearch} */
  #search;
  /** @type {string[]} rooms in the order they were last opened, the latest first */
  #recent = [];

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    this.#dialog = part(this, "dialog");
    this.#text = part(this, "text");
    this.#search = new PeopleSearch(chat, (found) => {
      this.#found = found;
      this.#draw(this.#chosen ? this.#places[this.#chosen] : undefined);
    });
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    onOption(part(this, "list"), (n) => this.#go(n));
    chat.viewListeners.add(() => this.#opened());
  }

  open() {
    if (this.#dialog.open) return this.#dialog.close();
    this.#text.value = "";
    this.#found = [];
    this.#draw();
    show(this.#dialog);
  }

  #typed() {
    this.#draw();
    if (this.#text.value.trim()) this.#search.ask(this.#text.value.trim());
  }

  #opened() {
    const { room } = this.#chat;
    if (room) this.#recent = [room.id, ...this.#recent.filter((id) => id !== room.id)];
  }

  /** Rooms one is in, unread ones first, then by when they were open; then people one has seen. @returns {Place[]} */
  #all() {
    const { store, user, room: open } = this.#chat;
    const rank = (/** @type {Room} */ room) => {
      const place = this.#recent.indexOf(room.id);
      return (room.info.mentions ? 2e6 : room.info.unread ? 1e6 : 0) - (place < 0 ? 1e5 : place);
    };
    const rooms = [...store.rooms.values()].filter((room) => room !== open).sort((a, b) => rank(b) - rank(a));
    const direct = new Set(rooms.map(({ info }) => otherPerson(info, user)?.id));
    const known = new Map([...store.users.values(), ...this.#found].map((it) => [it.id, it]));
    const people = [...known.values()].filter((it) => it.id !== user.id && !direct.has(it.id));
    return [...rooms.map((room) => this.#toRoom(room)), ...people.map((person) => this.#toPerson(person))];
  }

  /** @param {Room} room @returns {Place} */
  #toRoom(room) {
    const other = otherPerson(room.info, this.#chat.user);
    const name = roomName(room.info, this.#chat.user);
    return {
      names: other ? [name, other.name] : [name],
      hint: room.info.unread ? t("n_unread", { n: room.info.unread }) : other ? `@${other.name}` : room.info.topic,
      go: () => this.#chat.open(room.info.slug),
      draw: (row) => drawMark(row, other, iconOf(room.info)),
    };
  }

  /** @param {User} person @returns {Place} */
  #toPerson(person) {
    return {
      names: [person.display, person.name],
      hint: `@${person.name}`,
      go: () => this.#chat.openDirect(person.name),
      draw: (row) => drawMark(row, person, ""),
    };
  }

  /** Where one goes when no name fits. @param {string} typed @returns {Place[]} */
  #elsewhere(typed) {
    const act = (/** @type {RoomAction} */ detail) => () =>
      this.dispatchEvent(new CustomEvent("room-action", { bubbles: true, detail }));
    const browse = {
      names: [t("browse_all")],
      hint: "",
      go: act({ action: "browse" }),
      draw: (/** @type {HTMLElement} */ row) => drawMark(row, undefined, "compass"),
    };
    const create = {
      names: [t("make_room", { name: typed })],
      hint: "",
      go: act({ action: "create", name: typed }),
      draw: (/** @type {HTMLElement} */ row) => drawMark(row, undefined, "plus"),
    };
    return typed ? [browse, create] : [browse];
  }

  /** @param {Place} [chosen]  by the arrow keys, and so it stays */
  #draw(chosen) {
    const typed = this.#text.value.trim();
    this.#places = [...ranked(this.#all(), typed, (place) => place.names, MOST), ...this.#elsewhere(typed)];
    const rows = this.#places.map((place, n) => {
      const row = fromTemplate("place");
      row.id = `place-${n}`;
      part(row, "name").textContent = place.names[0];
      part(row, "hint").textContent = place.hint;
      place.draw(row);
      return row;
    });
    part(this, "list").replaceChildren(...rows);
    const same = this.#places.findIndex(({ names: [name], hint }) => name === chosen?.names[0] && hint === chosen.hint);
    this.#choose(Math.max(0, same));
  }

  /** @param {number} n */
  #choose(n) {
    this.#chosen = (n + this.#places.length) % this.#places.length;
    pointAt(this.#text, part(this, "list"), this.#chosen);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") this.#choose(this.#chosen + 1);
    else if (event.key === "ArrowUp") this.#choose(this.#chosen - 1);
    else if (event.key === "Enter") this.#go(this.#chosen);
    else return;
    event.preventDefault();
  }

  /** @param {number} n */
  #go(n) {
    this.#dialog.close();
    this.#places[n].go();
  }
}
