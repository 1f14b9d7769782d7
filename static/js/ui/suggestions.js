// What can be offered for what stands at the caret: people, rooms, emoji, commands.

import { wordsOf } from "../state/rank.js";
import { t } from "../strings.js";
import { COMMANDS } from "./commands.js";
import { noteUse, search } from "./emoji.js";
import { PeopleSearch } from "./people_search.js";
import { roomName } from "./room_name.js";

/** @typedef {import("./at_caret.js").Completable} Completable */
/** @typedef {{insert: string, label: string, detail: string, sign?: string, user?: User, taken?: () => void}} Suggestion */

const MOST = 8;
/** So long nobody types on before the server is asked. */
const ASK_AFTER = 120;

export class Suggestions {
  #chat;
  /** @type {Map<string, User[]>} by room and what was asked */
  #asked = new Map();
  #timer = 0;
  #guests;
  /** @type {(found: User[]) => void} */
  #showGuests = () => undefined;

  /** @param {Chat} chat */
  constructor(chat) {
    this.#chat = chat;
    this.#guests = new PeopleSearch(chat, (found) => this.#showGuests(found));
  }

  /**
   * Calls `show` at once with what is known, and again when more is.
   * @param {Completable} wanted
   * @param {(found: Suggestion[]) => void} show
   */
  async find({ kind, query }, show) {
    clearTimeout(this.#timer);
    if (kind === "command") return show(commands(query, this.#chat.room));
    if (kind === "room") return show(this.#rooms(query));
    if (kind === "emoji") return show((await search(query, MOST)).map(ofEmoji));
    if (kind === "guest") {
      this.#showGuests = (found) => show(this.#outsiders(found));
      return this.#guests.ask(query);
    }
    show(this.#people(query));
    const room = this.#chat.room?.id;
    if (!room || this.#asked.has(`${room} ${query}`)) return;
    this.#timer = setTimeout(async () => {
      const answer = await this.#chat.command({ type: "members", room, ...(query && { q: query }) }).catch(() => null);
      if (!answer) return;
      this.#asked.set(`${room} ${query}`, answer.members.map((/** @type {Member} */ member) => member.user));
      show(this.#people(query));
    }, ASK_AFTER);
  }

  /** Members of the open room come before others. @param {string} query */
  #people(query) {
    const { room, store, user } = this.#chat;
    const asked = this.#asked.get(`${room?.id} ${query}`) ?? [];
    const members = new Map([...asked, ...[...(room?.members.values() ?? [])].map((m) => m.user)].map((u) => [u.id, u]));
    const others = [...store.users.values()].filter((one) => !members.has(one.id));
    return [...members.values(), ...others]
      .filter((one) => one.id !== user.id && begins(query, one.name, one.display))
      .slice(0, MOST)
      .map(ofPerson);
  }

  /** Those of them who are not in the open room. @param {User[]} found */
  #outsiders(found) {
    const { room, user } = this.#chat;
    return found.filter((one) => one.id !== user.id && !room?.members.has(one.id)).slice(0, MOST).map(ofPerson);
  }

  /** @param {string} query */
  #rooms(query) {
    const rooms = [...this.#chat.store.rooms.values()].filter(({ info }) => info.kind !== "direct");
    return rooms
      .map(({ info }) => ({ info, name: roomName(info, this.#chat.user) }))
      .filter(({ info, name }) => begins(query, name, info.slug))
      .slice(0, MOST)
      .map(({ info, name }) => {
        const url = new URL(this.#chat.link(info.slug), location.href).href;
        const text = name.replace(/[\\[\]]/g, "\\$&");
        return { insert: `[#${text}](${url}) `, sign: "#", label: name, detail: info.topic };
      });
  }
}

/**
 * Those that one may use in the room.
 * @param {string} query
 * @param {Room | undefined} room
 * @returns {Suggestion[]}
 */
function commands(query, room) {
  const { kind, role } = room?.info ?? { kind: "direct", role: "member" };
  const without = { topic: kind === "direct" || role === "member", invite: kind === "direct" };
  const may = COMMANDS.filter((name) => !(/** @type {Record<string, boolean>} */ (without)[name]));
  return may.filter((name) => name.startsWith(query)).map((name) => {
    return { insert: `/${name} `, label: `/${name}`, detail: t(`command_${name}`) };
  });
}

/** @param {User} user @returns {Suggestion} */
function ofPerson(user) {
  return { insert: `@${user.name} `, user, label: user.display, detail: `@${user.name}` };
}

/** @param {import("./emoji.js").Found} found @returns {Suggestion} */
function ofEmoji({ emoji, name }) {
  return { insert: `${emoji} `, sign: emoji, label: name, detail: "", taken: () => noteUse(emoji) };
}

/** A word of one of the names begins with it. @param {string} query @param {...string} names */
function begins(query, ...names) {
  return names.some((name) => ` ${wordsOf(name)}`.includes(` ${wordsOf(query)}`));
}
