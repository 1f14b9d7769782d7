// Messages on their way. Each has a key that names it for ever, so sending it again is harmless; each room's go in
// the order they were written, one at a time; none is given up unless the server refuses it or its writer does.

import { backoff } from "./backoff.js";
import { Refusal } from "./socket.js";

/** A frame this large may be what breaks the connection; small ones never are. */
const BIG = 8 * 1024;
const DROPS_OF_A_BIG_ONE = 3;
/** A refusal that ends within this many seconds is waited for. */
const WORTH_WAITING = 60;
const TOO_LARGE = 4413;

/**
 * @typedef {object} Way
 * @property {OutboxStorage} storage
 * @property {(command: Frame) => Promise<Frame>} request  rejects with a Refusal
 * @property {(entry: Entry) => void} onchange  new, failed, or waiting again
 * @property {(entry: Entry) => void} ongone  sent or discarded
 * @property {string} tooLarge  the sentence for a message that the connection does not carry
 */

export class Outbox {
  #user;
  #way;
  /** @type {Map<string, Entry>} by key */
  #entries = new Map();
  /** @type {Set<string>} rooms with an entry on its way, or waiting for its next turn */
  #busy = new Set();
  /** Counts connections; 0 while there is none. */
  #ready = 0;
  #opened = 0;

  /**
   * @param {string} user  user id
   * @param {Way} way
   */
  constructor(user, way) {
    this.#user = user;
    this.#way = way;
  }

  /** Takes up what an earlier page, or another tab that has gone, left behind. */
  async load() {
    const entries = await this.#way.storage.all(this.#user).catch(() => []);
    for (const entry of entries) this.#entries.set(entry.key, entry);
    for (const entry of [...this.#entries.values()].sort((a, b) => a.at - b.at)) this.#way.onchange(entry);
  }

  /**
   * @param {string} key  a new UUID
   * @param {{room: string, body: string, reply_to?: string}} message
   */
  async add(key, message) {
    const last = Math.max(0, ...[...this.#entries.values()].map((entry) => entry.at));
    /** @type {Entry} */
    const entry = { key, user: this.#user, ...message, at: Math.max(Date.now(), last + 1), state: "waiting" };
    await this.#keep(entry);
    this.#next(entry.room);
  }

  /** @param {string} key */
  async retry(key) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    await this.#keep({ ...entry, state: "waiting", detail: undefined, drops: 0 });
    this.#next(entry.room);
  }

  /** Its writer, or another tab, gave it up; or it has arrived. @param {string} key */
  async settle(key) {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#way.ongone(entry);
    await this.#way.storage.remove(key).catch(() => undefined);
  }

  /** The connection carries messages again. */
  open() {
    this.#ready = ++this.#opened;
    this.#busy.clear();
    for (const room of new Set([...this.#entries.values()].map((entry) => entry.room))) this.#next(room);
  }

  close() {
    this.#ready = 0;
  }

  /** Sends the oldest waiting message of the room. @param {string} room */
  async #next(room) {
    const waiting = [...this.#entries.values()].filter((e) => e.room === room && e.state === "waiting");
    const entry = waiting.sort((a, b) => a.at - b.at)[0];
    if (!this.#ready || !entry || this.#busy.has(room)) return;
    this.#busy.add(room);
    const connection = this.#ready;
    for (let failures = 1; this.#ready === connection && this.#entries.has(entry.key); failures++) {
      const wait = await this.#send(entry, failures);
      if (wait === null) break;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    if (this.#ready !== connection) return;
    this.#busy.delete(room);
    this.#next(room);
  }

  /**
   * One attempt.
   * @param {Entry} entry
   * @param {number} failures
   * @returns {Promise<number | null>} milliseconds until the next one; null when there is none
   */
  async #send(entry, failures) {
    const { key, room, body, reply_to } = entry;
    const command = { type: "send", room, key, body, ...(reply_to && { reply_to }) };
    try {
      await this.#way.request(command);
      await this.settle(key);
      return null;
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      if (why.code === "lost") return this.#dropped(entry, why, JSON.stringify(command).length);
      const soon = why.retryAfter !== undefined && why.retryAfter <= WORTH_WAITING;
      if (soon && ["rate_limited", "slow_mode"].includes(why.code)) return Number(why.retryAfter) * 1000;
      if (why.passing) return soon ? Number(why.retryAfter) * 1000 : backoff(failures);
      await this.#keep({ ...entry, state: "failed", detail: why.detail ?? why.code });
      return null;
    }
  }

  /**
   * The connection broke under it. What is too large for the connection must not break it for ever.
   * @param {Entry} entry
   * @param {Refusal} why
   * @param {number} size
   */
  async #dropped(entry, why, size) {
    const drops = (entry.drops ?? 0) + Number(size > BIG && why.closed === 1006);
    const failed = why.closed === TOO_LARGE || drops >= DROPS_OF_A_BIG_ONE;
    this.close();
    if (failed) await this.#keep({ ...entry, state: "failed", detail: this.#way.tooLarge });
    else if (drops) await this.#keep({ ...entry, drops });
    return null;
  }

  /** @param {Entry} entry */
  async #keep(entry) {
    this.#entries.set(entry.key, entry);
    this.#way.onchange(entry);
    // Without storage (a private window) the outbox lives as long as the page.
    await this.#way.storage.put(entry).catch(() => undefined);
  }
}

/**
 * A new key: a random UUID (version 4), lower case. crypto.randomUUID exists only over https and on localhost; ChatConnet
 * also runs on plain http in a closed network.
 */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
