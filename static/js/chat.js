// What the reader does and looks at: the commands of the page, and which room is open. The elements of the page
// call this; it knows none of them.

import { enter, restate } from "./dom/covers.js";
import { Drafts } from "./net/drafts.js";
import { connect } from "./net/first_connection.js";
import { OutboxDatabase } from "./net/outbox_db.js";
import { newKey, Outbox } from "./net/outbox.js";
import { Refusal, Socket } from "./net/socket.js";
import { Store } from "./state/store.js";
import { t } from "./strings.js";

const PAGE_SIZE = 50;
const READ_EVERY = 1000;
const TYPING_EVERY = 3000;
const AGAIN_AFTER = 3000;

export class Chat {
  /** The room that is open, and the message in it that was asked for. @type {View} */
  view;
  /** @type {Set<() => void>} another room or place was opened */
  viewListeners = new Set();
  /** @type {Set<(connection: Connection) => void>} */
  connectionListeners = new Set();
  /** @type {Set<(frame: Frame) => void>} what passes by and is not kept: typing */
  frameListeners = new Set();
  /** @type {Set<(sentence: string) => void>} */
  noticeListeners = new Set();
  /** @type {Set<() => void>} */
  followListeners = new Set();
  /** @type {Set<() => void>} another message is written about */
  aboutListeners = new Set();
  #follows = true;
  /** The message that is being answered or edited. @type {string | undefined} */
  writesAbout;
  /** Catching up has ended at least once: what is not there does not exist. */
  ready = false;
  /** The first `sync` is on its way: commands may follow it. */
  #greeted = false;
  /** @type {Set<string>} pages of history under way */
  #reading = new Set();
  /** @type {Map<string, {seq: number}>} the newest read mark of rooms where the server is being told of one */
  #reads = new Map();
  /** How often something was written or begun: whoever writes means the room that is open. */
  #strokes = 0;
  /** @type {Map<string, number>} when `typing` was last sent, by room */
  #typed = new Map();
  /** @type {Set<string>} keys of refused messages whose room is not there to show them, and that were told of */
  #homeless = new Set();
  /** Tabs tell one another which messages are done with. */
  #tabs = new BroadcastChannel("outbox");

  /** @param {Page} page */
  constructor(page) {
    this.user = page.user;
    this.server = page.server;
    this.preferences = page.preferences;
    this.view = { slug: page.room, seq: page.seq };
    this.drafts = new Drafts(page.user.id);
    this.store = new Store(page.user);
    this.outbox = new Outbox(page.user.id, {
      storage: new OutboxDatabase(),
      request: (command) => this.socket.request(command),
      onchange: (entry) => this.#pend(entry),
      ongone: (entry) => {
        this.store.unpend(entry);
        this.#tabs.postMessage(entry.key);
      },
      tooLarge: t("too_large"),
    });
    this.#tabs.onmessage = ({ data }) => this.outbox.settle(data);
    this.socket = new Socket(connect, {
      onframe: (frame, command) => this.#hear(frame, command),
      onstate: (connection) => {
        if (connection.state !== "open") this.outbox.close();
        for (const listener of this.connectionListeners) listener(connection);
      },
      positions: () => this.store.positions(),
    });
    this.store.subscribe((change) => {
      for (const key of change.sent ?? []) this.outbox.settle(key);
      this.#fill();
    });
    addEventListener("popstate", ({ state }) => {
      const view = state ?? { slug: null, seq: null };
      if (view.slug !== this.view.slug || view.seq !== this.view.seq) this.#look(view);
    });
    restate(this.view, location.href);
  }

  /** The reader is at the newest messages of the open room, and what comes is read. */
  get follows() {
    return this.#follows;
  }

  set follows(follows) {
    if (follows === this.#follows) return;
    this.#follows = follows;
    for (const listener of this.followListeners) listener();
  }

  start() {
    this.socket.now();
  }

  /** The room that is open, once it is known. */
  get room() {
    return this.store.bySlug(this.view.slug);
  }

  /**
   * @param {string | null} slug
   * @param {number | null} [seq]
   */
  open(slug, seq = null) {
    if (slug === null) return this.#openFirst();
    enter({ slug, seq }, this.link(slug, seq));
    this.#look({ slug, seq });
  }

  /**
   * The room with somebody, unless the reader has gone elsewhere or begun to write here before it was there.
   * @param {string} user  user name
   */
  async openDirect(user) {
    const { slug } = this.view;
    const strokes = this.#strokes;
    const ok = await this.tryCommand({ type: "direct", user });
    if (ok && this.view.slug === slug && this.#strokes === strokes) this.open(ok.room.slug);
  }

  /**
   * The address of a room, or of a message in it.
   * @param {string | null} slug
   * @param {number | null} [seq]
   */
  link(slug, seq = null) {
    return slug === null ? "/" : `/r/${encodeURIComponent(slug)}/${seq === null ? "" : `${seq}/`}`;
  }

  /** Back to the newest messages, from wherever in the room. */
  openLatest() {
    const view = { slug: this.view.slug, seq: null };
    restate(view, this.link(view.slug));
    this.#look(view);
  }

  /**
   * A command whose refusal the caller shows.
   * @param {Frame} command
   * @returns {Promise<Frame>}
   */
  command(command) {
    return this.socket.request(command);
  }

  /** A command whose refusal is shown as a notice. @param {Frame} command */
  async tryCommand(command) {
    try {
      return await this.command(command);
    } catch (why) {
      this.notice(this.explain(why));
    }
  }

  /** The sentence for what went wrong. @param {unknown} why */
  explain(why) {
    if (!(why instanceof Refusal)) throw why;
    return why.detail ?? t(this.socket.connection.state === "open" ? "no_answer" : "offline");
  }

  /** @param {string} sentence */
  notice(sentence) {
    for (const listener of this.noticeListeners) listener(sentence);
  }

  /**
   * Resolves when the outbox has it: from then on it cannot be lost.
   * @param {string} room
   * @param {string} body
   * @param {string} [replyTo]  message id
   */
  send(room, body, replyTo) {
    return this.outbox.add(newKey(), { room, body, ...(replyTo && { reply_to: replyTo }) });
  }

  /** Something is being written: nothing may lead elsewhere now. */
  writing() {
    this.#strokes += 1;
  }

  /** An answer to a message, or an edit of it, was begun; or was ended. @param {string | undefined} message  its id */
  writeAbout(message) {
    if (message) this.writing();
    if (message === this.writesAbout) return;
    this.writesAbout = message;
    for (const listener of this.aboutListeners) listener();
  }

  /** The others of the room are told now and then that somebody types. @param {string} room */
  typing(room) {
    if (Date.now() - (this.#typed.get(room) ?? 0) < TYPING_EVERY) return;
    this.#typed.set(room, Date.now());
    this.socket.post({ type: "typing", room });
  }

  /**
   * Everything up to `seq`, the newest message, has been seen. The page shows so at once.
   * @param {string} room
   * @param {number} seq
   */
  read(room, seq) {
    this.store.apply({ type: "read", room, read: seq, unread: 0, mentions: 0 });
    const mark = this.#reads.get(room);
    if (mark) mark.seq = seq;
    else this.#tellRead(room, seq);
  }

  /** Tells the server, at most once a second, until it knows. @param {string} room @param {number} seq */
  async #tellRead(room, seq) {
    const mark = { seq };
    this.#reads.set(room, mark);
    const told = this.command({ type: "read", room, seq }).then(() => true, (why) => !why.passing);
    await new Promise((resolve) => setTimeout(resolve, READ_EVERY));
    const done = await told;
    if (this.#reads.get(room) !== mark) return; // unread again meanwhile
    this.#reads.delete(room);
    if (!done || mark.seq !== seq) this.#tellRead(room, mark.seq);
  }

  /** Everything from this message on is unread again; whatever was read. @param {Message} message */
  unread({ room, seq }) {
    this.#reads.delete(room);
    return this.tryCommand({ type: "read", room, seq: seq - 1, back: true });
  }

  /** Everything that is known of has been seen. */
  readAll() {
    for (const { id, info } of this.store.rooms.values()) if (info.unread) this.read(id, info.head);
  }

  /**
   * Reads a page of history into the store, unless that page is on its way already.
   * @param {string} room
   * @param {{before?: number, after?: number, around?: number}} where
   */
  async history(room, where) {
    const name = `${room} ${JSON.stringify(where)}`;
    if (this.#reading.has(name)) return;
    this.#reading.add(name);
    try {
      await this.command({ type: "history", room, limit: PAGE_SIZE, ...where });
      this.#reading.delete(name);
    } catch (why) {
      setTimeout(() => {
        this.#reading.delete(name);
        this.#fill();
      }, AGAIN_AFTER);
    }
  }

  /** The messages around one of the open room, which nobody asked for by its address. @param {number} seq */
  openAround(seq) {
    this.#look({ ...this.view, seq, quiet: true });
  }

  /** @param {View} view */
  #look(view) {
    this.view = view;
    this.#fill();
    for (const listener of this.viewListeners) listener();
  }

  /** Asks for what the open view lacks. */
  #fill() {
    const room = this.room;
    if (!room || !this.#greeted || this.socket.connection.state !== "open") return;
    const { seq } = this.view;
    if (!room.loaded) this.history(room.id, {});
    else if (seq !== null && room.timeline.span(seq).from > seq) this.history(room.id, { around: seq });
  }

  /**
   * @param {Frame} frame
   * @param {Frame} [command]
   */
  #hear(frame, command) {
    const welcomed = frame.type === "welcome";
    const left = frame.type === "revoked" && frame.reason === "removed" && this.store.rooms.get(frame.room);
    if (left) this.notice(t("removed", { name: left.info.name }));
    for (const need of this.store.apply(frame, command)) this.#need(need, welcomed);
    if (welcomed) this.#greet();
    for (const listener of this.frameListeners) listener(frame);
  }

  /** The rooms are known: what is to be read in the open one need not wait until they are brought up to date. */
  #greet() {
    const first = !this.#greeted;
    this.#greeted = true;
    if (this.view.slug === null) this.#openFirst();
    else if (first) this.#look(this.view);
    else this.#fill();
  }

  /**
   * What the store asks for. Without its `sync` a connection is of no use.
   * @param {Frame} command
   * @param {boolean} first  of this connection: what it brings up to date is everything
   */
  async #need(command, first) {
    try {
      await this.command(command);
      if (first) await this.#synced();
    } catch (why) {
      if (!(why instanceof Refusal)) throw why;
      if (command.type === "sync" && why.code !== "lost") this.socket.restart();
    }
  }

  async #synced() {
    const first = !this.ready;
    this.ready = true;
    await this.outbox.load();
    this.outbox.open();
    if (first && !this.room) this.#look(this.view); // it does not exist
    else this.#fill();
  }

  #openFirst() {
    const [first] = [...this.store.rooms.values()].sort((a, b) => b.info.unread - a.info.unread);
    if (!first) return this.#look(this.view);
    const view = { slug: first.info.slug, seq: null };
    restate(view, this.link(view.slug));
    this.#look(view);
  }

  /** @param {Entry} entry */
  #pend(entry) {
    this.store.pend(entry);
    const homeless = entry.state === "failed" && !this.store.rooms.has(entry.room);
    if (!homeless || this.#homeless.has(entry.key)) return;
    this.#homeless.add(entry.key);
    this.notice(t("not_sent", { body: entry.body, detail: entry.detail ?? "" }));
  }
}
