// Who is here, as far as the server has told: people in smaller rooms by name, in larger rooms how many.

export class Presence {
  /** @type {Map<string, "online" | "away">} by user; all others are offline */
  #people = new Map();
  /** @type {Map<string, number>} by room */
  #counts = new Map();
  #me;

  /** @param {string} me  the reader, of whom the server tells nothing */
  constructor(me) {
    this.#me = me;
  }

  /** @param {Frame} frame  `presence` */
  hear({ user, state, room, online }) {
    if (room) this.#counts.set(room, online);
    else if (state === "offline") this.#people.delete(user.id);
    else this.#people.set(user.id, state);
  }

  /** A new connection hears of everybody anew. */
  forget() {
    this.#people.clear();
    this.#counts.clear();
  }

  /** @param {User | undefined} user */
  of(user) {
    if (user?.id === this.#me) return "online";
    return (user && this.#people.get(user.id)) ?? "offline";
  }

  /** How many are in a larger room. @param {string} room */
  count(room) {
    return this.#counts.get(room);
  }
}
