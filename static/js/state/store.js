// Everything the page knows, and how a frame changes it. Knows no DOM and no network: what must be asked of the
// server is returned as commands.

import { Presence } from "./presence.js";
import { Room } from "./room.js";

/** @typedef {(change: Change) => void} Listener */

export class Store {
  /** @type {Map<string, Room>} */
  rooms = new Map();
  /** Everybody seen so far: one object a person, so that a new name is everywhere at once. @type {Map<string, User>} */
  users = new Map();
  /** Grows with each new name of somebody who was known. */
  namings = 0;
  presence;
  /** @type {string | null} */
  epoch = null;
  /** @type {Limits} */
  limits = { body: 4000, frame: 65536 };
  #me;
  /** The epoch of the last welcome; it becomes ours when catching up has ended. */
  #nextEpoch = "";
  /** @type {Set<Listener>} */
  #listeners = new Set();

  /** @param {User} me */
  constructor(me) {
    this.#me = me;
    this.presence = new Presence(me.id);
    this.users.set(me.id, me);
  }

  /** @param {Listener} listener */
  subscribe(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @param {string | null} slug */
  bySlug(slug) {
    for (const room of this.rooms.values()) if (room.info.slug === slug) return room;
    return undefined;
  }

  /** Where every room stands, for `sync` and `ping`. */
  positions() {
    return Object.fromEntries([...this.rooms.values()].map((room) => [room.id, room.position]));
  }

  /**
   * Applies a frame of the server: live, caught up with, or the answer to a command of one's own.
   * @param {Frame} frame
   * @param {Frame} [command]  what an `ok` or `pong` answers
   * @returns {Frame[]} commands that must go to the server now
   */
  apply(frame, command) {
    switch (frame.type) {
      case "welcome":
        return this.#welcome(frame);
      case "changes":
        return this.#changes(frame);
      case "ok":
        return this.#answered(frame, /** @type {Frame} */ (command));
      case "pong":
        return this.#counts(frame.rooms ?? {}, command?.rooms ?? {});
      case "error":
        return frame.message ? this.#answered({ ...frame, type: "ok" }, { type: "" }) : [];
      case "read":
        return this.#counts({ [frame.room]: frame }, {});
      case "presence":
        return this.#presence(frame);
      case "reset":
        this.rooms.get(frame.room)?.reset(frame.head);
        return this.#tell({ room: frame.room, rooms: true });
      case "room":
        this.#add(frame.room).fresh = frame.room.kind !== "direct";
        return this.#tell({ room: frame.room.id, rooms: true });
      case "revoked":
        this.rooms.delete(frame.room);
        return this.#tell({ room: frame.room, rooms: true });
      default:
        return [];
    }
  }

  /** Shows a message that is on its way, or what became of it. @param {Entry} entry */
  pend(entry) {
    const room = this.rooms.get(entry.room);
    if (!room) return;
    if (room.timeline.byKey(entry.key)) this.#tell({ sent: [entry.key] });
    else room.pending.set(entry.key, { ...entry });
    this.#tell({ room: room.id });
  }

  /** @param {Entry} entry */
  unpend(entry) {
    if (this.rooms.get(entry.room)?.pending.delete(entry.key)) this.#tell({ room: entry.room });
  }

  /** Every frame until now was part of catching up. @param {string[]} rooms */
  #synced(rooms) {
    this.epoch = this.#nextEpoch;
    for (const id of rooms) {
      const room = this.rooms.get(id);
      if (room) room.syncing = false;
    }
  }

  /** @param {Frame} frame */
  #welcome(frame) {
    const known = new Map(this.rooms);
    this.limits = { ...this.limits, ...frame.limits };
    this.rooms.clear();
    this.presence.forget();
    /** @type {Record<string, number>} */
    const positions = {};
    for (const info of frame.rooms) {
      const room = known.get(info.id);
      if (room) this.rooms.set(info.id, room);
      this.#add(info);
      if (!room) continue;
      room.syncing = room.loaded;
      if (room.loaded) positions[info.id] = room.position;
      else room.reset(info.head);
    }
    this.#nextEpoch = frame.epoch;
    this.#tell({ rooms: true, presence: true });
    return [{ type: "sync", epoch: this.epoch ?? frame.epoch, rooms: positions }];
  }

  /** @param {Frame} frame */
  #presence(frame) {
    const { namings } = this;
    this.presence.hear(frame);
    if (frame.user) this.#know(frame.user);
    if (this.namings !== namings) this.#tell({ rooms: true });
    return this.#tell({ presence: true });
  }

  /** @param {Frame} frame */
  #changes(frame) {
    const room = this.rooms.get(frame.room);
    if (!room) return [];
    if (frame.from !== room.position) {
      if (room.syncing) return [];
      room.syncing = true;
      return [{ type: "sync", epoch: this.epoch ?? this.#nextEpoch, rooms: { [room.id]: room.position } }];
    }
    room.position = frame.to;
    room.info.head = Math.max(room.info.head, frame.to);
    if (frame.info) room.describe(frame.info);
    for (const member of frame.members ?? []) this.#putMember(room, member);
    const needs = this.#put(room, frame.messages);
    this.#tell({ room: room.id, rooms: true });
    return needs;
  }

  /**
   * @param {Frame} frame
   * @param {Frame} command
   */
  #answered(frame, command) {
    if (command.type === "sync") this.#synced(Object.keys(command.rooms));
    if (command.type === "leave") return this.apply({ type: "revoked", room: command.room });
    if (["join", "create", "direct", "update"].includes(command.type)) this.#add(frame.room);
    const room = this.rooms.get(command.room ?? frame.message?.room ?? frame.room?.id);
    if (!room) return [];
    /** @type {Frame[]} */
    let needs = [];
    if (frame.message) needs = this.#put(room, [frame.message]);
    if (command.type === "history") {
      this.#cover(room, frame, command);
      needs = this.#put(room, frame.messages);
    }
    if (command.type === "members" && !command.q && !frame.more) room.everybodyKnown = true;
    for (const member of frame.members ?? (frame.member ? [frame.member] : [])) this.#putMember(room, member);
    if (command.type === "read") room.count(/** @type {any} */ (frame), frame.head ?? room.position);
    this.#tell({ room: room.id, rooms: command.type !== "history" });
    return needs;
  }

  /**
   * A page of history leaves no hole in what it spans.
   * @param {Room} room
   * @param {Frame} page
   * @param {Frame} command
   */
  #cover(room, page, command) {
    const first = page.messages[0]?.seq ?? 1;
    const last = page.messages.at(-1)?.seq ?? 0;
    if (command.after !== undefined) room.timeline.cover(command.after + 1, page.more ? last : Infinity);
    else if (command.around !== undefined) {
      const from = page.more ? Math.min(first, command.around) : 1;
      room.timeline.cover(from, page.more_after ? Math.max(last, command.around) : Infinity);
    } else if (command.before !== undefined) room.timeline.cover(page.more ? first : 1, command.before - 1);
    else {
      room.timeline.cover(page.more ? first : 1, Infinity);
      room.loaded = true;
    }
  }

  /**
   * The server's counts. They are skipped where the room moved on while the question was under way.
   * @param {Record<string, any>} counts
   * @param {Record<string, number>} asked
   */
  #counts(counts, asked) {
    for (const [id, count] of Object.entries(counts)) {
      const room = this.rooms.get(id);
      if (!room || (asked[id] ?? room.position) !== room.position) continue;
      room.count(count, count.head ?? room.position);
    }
    return this.#tell({ rooms: true });
  }

  /** @param {RoomInfo} info */
  #add(info) {
    if (info.users) info.users = info.users.map((user) => this.#know(user));
    const known = this.rooms.get(info.id);
    if (known) known.refresh(info);
    const room = known ?? new Room(info, this.#me.id);
    this.rooms.set(info.id, room);
    return room;
  }

  /** The one object of somebody, brought up to date. @param {User} user */
  #know(user) {
    const known = this.users.get(user.id) ?? user;
    this.users.set(user.id, known);
    if (known.name !== user.name || known.display !== user.display) {
      Object.assign(known, user);
      this.namings += 1;
    }
    return known;
  }

  /**
   * @param {Room} room
   * @param {Member} member
   */
  #putMember(room, member) {
    member.user = this.#know(member.user);
    room.putMember(member);
  }

  /**
   * @param {Room} room
   * @param {Message[]} messages
   * @returns {Frame[]}
   */
  #put(room, messages) {
    const sent = [];
    let unsure = false;
    for (const message of messages) {
      message.user = this.#know(message.user);
      if (message.user.id === this.#me.id) room.keepCopy(message);
      unsure = room.put(message).unsure || unsure;
      if (message.user.id === this.#me.id && room.pending.delete(message.key)) sent.push(message.key);
    }
    if (sent.length) this.#tell({ sent });
    return unsure ? [{ type: "ping", rooms: { [room.id]: room.position } }] : [];
  }

  /**
   * @param {Change} change
   * @returns {Frame[]} nothing to ask
   */
  #tell(change) {
    for (const listener of this.#listeners) listener(change);
    return [];
  }
}
