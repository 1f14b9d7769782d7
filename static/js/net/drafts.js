// Half-written texts, kept in this browser by user and room.

const DRAFT = "draft";

export class Drafts {
  /** Told of the room whose draft came or went; and of its text, where another tab has dropped it.
   * @type {Set<(room: string, dropped?: string) => void>} */
  listeners = new Set();
  #user;

  /** @param {string} user  user id */
  constructor(user) {
    this.#user = user;
    addEventListener("storage", ({ key, oldValue, newValue }) => {
      const room = key?.startsWith(this.#name("")) && key.slice(this.#name("").length);
      if (room) this.#tell(room, newValue ? undefined : (oldValue ?? undefined));
    });
  }

  /** @param {string} room */
  has(room) {
    return this.get(room).trim() !== "";
  }

  /** @param {string} room */
  get(room) {
    return localStorage.getItem(this.#name(room)) ?? "";
  }

  /**
   * @param {string} room
   * @param {string} text  none removes it
   */
  set(room, text) {
    const had = this.has(room);
    if (text) localStorage.setItem(this.#name(room), text);
    else localStorage.removeItem(this.#name(room));
    if (had !== this.has(room)) this.#tell(room);
  }

  /**
   * @param {string} room
   * @param {string} [dropped]
   */
  #tell(room, dropped) {
    for (const listener of this.listeners) listener(room, dropped);
  }

  /** @param {string} room */
  #name(room) {
    return `${DRAFT} ${this.#user} ${room}`;
  }
}
