// One room as this user knows it: facts, position, timeline, members, unread counts, messages on their way.

import { Timeline } from "./timeline.js";

const FACTS = /** @type {const} */ (["slug", "name", "topic", "kind", "closed", "users"]);

export class Room {
  /** The last position that was applied here. */
  position;
  /** A `sync` is under way: frames that do not fit are dropped until its `ok`. */
  syncing = false;
  /** The newest page of history has been read. */
  loaded = false;
  /** @type {Map<string, Entry>} by key, in the order they were written */
  pending = new Map();
  /** @type {Map<string, {body: string, html?: string}>} by key: one's own text that the server no longer shows */
  copies = new Map();
  /** @type {Map<string, Member>} by user id; whoever left is not among them */
  members = new Map();
  /** Somebody took the reader into it, who has not looked at it yet. */
  fresh = false;
  /** Whoever is not among `members` is not in the room. */
  everybodyKnown = false;
  /** @type {Map<string, number>} the latest position of each member seen, gone or not */
  #memberPositions = new Map();
  /** Changes up to this position are in the server's counts. */
  #counted;
  #me;

  /**
   * @param {RoomInfo} info
   * @param {string} me  user id
   */
  constructor(info, me) {
    this.#me = me;
    this.info = { ...info };
    this.position = this.#counted = info.head;
    this.timeline = new Timeline(info.head);
  }

  get id() {
    return this.info.id;
  }

  /** Drops what is cached; goes on from `head`. @param {number} head */
  reset(head) {
    this.position = head;
    this.info.head = head;
    this.timeline = new Timeline(head);
    this.loaded = false;
    this.members.clear();
    this.everybodyKnown = false;
    this.#memberPositions.clear();
  }

  /** A `room` of the server's, counts included. @param {RoomInfo} info */
  refresh(info) {
    Object.assign(this.info, info);
    this.#counted = info.head;
  }

  /** What is the same for all members; one's own role and counts stay. @param {RoomInfo} info */
  describe(info) {
    for (const fact of FACTS) if (info[fact] !== undefined) Object.assign(this.info, { [fact]: info[fact] });
  }

  /**
   * The server's own count, made when the room stood at `position`.
   * @param {Counts} counts
   * @param {number} position
   */
  count({ read, unread, mentions }, position) {
    Object.assign(this.info, { read, unread, mentions });
    this.#counted = Math.max(this.#counted, position);
  }

  /**
   * @param {Message} message
   * @returns {{kept: boolean, unsure: boolean}} unsure: whether it was counted as unread cannot be told here
   */
  put(message) {
    const { kept, before } = this.timeline.put(message);
    if (!kept || message.pos <= this.#counted) return { kept, unsure: false };
    if (!before && message.seq <= this.#counted) return { kept, unsure: message.seq > this.info.read };
    const was = before && this.#isUnread(before);
    const is = this.#isUnread(message);
    this.info.unread += Number(is) - Number(!!was);
    this.info.mentions += Number(is && this.#mentionsMe(message)) - Number(!!was && this.#mentionsMe(before));
    return { kept, unsure: false };
  }

  /** Before a message of one's own comes back without its text. @param {Message} message */
  keepCopy(message) {
    const known = this.timeline.byKey(message.key) ?? this.pending.get(message.key);
    if ((message.hidden || message.held) && known?.body) {
      this.copies.set(message.key, { body: known.body, html: "html" in known ? known.html : undefined });
    }
    if (message.deleted) this.copies.delete(message.key);
  }

  /** @param {Member} member */
  putMember(member) {
    const id = member.user.id;
    if ((this.#memberPositions.get(id) ?? 0) > member.pos) return;
    this.#memberPositions.set(id, member.pos);
    if (member.left) this.members.delete(id);
    else this.members.set(id, member);
    if (id === this.#me && !member.left) this.info.role = member.role;
  }

  /** How many messages of others, there to be read, are known after this place. @param {number} seq */
  newsAfter(seq) {
    return this.timeline.after(seq).filter((message) => this.#isNews(message)).length;
  }

  /** @param {Message} message */
  #isUnread(message) {
    return message.seq > this.info.read && this.#isNews(message);
  }

  /** @param {Message} message */
  #isNews({ deleted, hidden, held, user }) {
    return !deleted && !hidden && !held && user.id !== this.#me;
  }

  /** @param {Message} message */
  #mentionsMe(message) {
    return (message.mentions ?? []).includes(this.#me);
  }
}
