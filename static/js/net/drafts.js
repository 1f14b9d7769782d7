// Half-written texts and what they answer, kept in this browser by user and room; an edit that was begun, in its tab.

const DRAFT = "draft";
const ANSWERED = "answered";
const EDIT = "edit";

/** @typedef {{id: string, seq: number}} Answered  the message that is answered */
/** @typedef {{id: string, seq: number, pos: number, of: string, text: string}} Edit  of: the text that is changed */

export class Drafts {
  /** Told of the room whose draft came or went. @type {Set<(room: string) => void>} */
  listeners = new Set();
  /** Told of the room whose draft another tab has changed; and of its text, where it was dropped there.
   * @type {Set<(room: string, dropped?: string) => void>} */
  otherTabListeners = new Set();
  #user;

  /** @param {string} user  user id */
  constructor(user) {
    this.#user = user;
    addEventListener("storage", ({ key, oldValue, newValue }) => {
      const [kind, whose, room] = key?.split(" ") ?? [];
      if (whose !== user || (kind !== DRAFT && kind !== ANSWERED)) return;
      const dropped = kind === DRAFT && !newValue ? (oldValue ?? undefined) : undefined;
      for (const listener of this.otherTabListeners) listener(room, dropped);
      this.#tell(room);
    });
  }

  /** @param {string} room */
  has(room) {
    return this.get(room).trim() !== "";
  }

  /** @param {string} room */
  get(room) {
    return localStorage.getItem(this.#name(DRAFT, room)) ?? "";
  }

  /** What the draft of a room answers. @param {string} room @returns {Answered | null} */
  answered(room) {
    return JSON.parse(localStorage.getItem(this.#name(ANSWERED, room)) ?? "null");
  }

  /** @param {string} room @param {Answered | null} answered */
  setAnswered(room, answered) {
    const name = this.#name(ANSWERED, room);
    if (answered) localStorage.setItem(name, JSON.stringify({ id: answered.id, seq: answered.seq }));
    else localStorage.removeItem(name);
  }

  /** The edit that was begun in a room. @param {string} room @returns {Edit | null} */
  edit(room) {
    return JSON.parse(sessionStorage.getItem(this.#name(EDIT, room)) ?? "null");
  }

  /** @param {string} room @param {Edit | null} edit */
  setEdit(room, edit) {
    if (edit) sessionStorage.setItem(this.#name(EDIT, room), JSON.stringify(edit));
    else sessionStorage.removeItem(this.#name(EDIT, room));
  }

  /**
   * @param {string} room
   * @param {string} text  none removes it
   */
  set(room, text) {
    const had = this.has(room);
    const name = this.#name(DRAFT, room);
    if (text) localStorage.setItem(name, text);
    else localStorage.removeItem(name);
    if (had !== this.has(room)) this.#tell(room);
  }

  /** @param {string} room */
  #tell(room) {
    for (const listener of this.listeners) listener(room);
  }

  /** @param {string} kind @param {string} room */
  #name(kind, room) {
    return `${kind} ${this.#user} ${room}`;
  }
}
