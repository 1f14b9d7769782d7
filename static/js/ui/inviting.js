// Invites people into a room, and says who came and where the server refused.

import { t } from "../strings.js";

/** @typedef {Pick<User, "name" | "display">} Named  somebody who may not have been seen yet */

/**
 * Invites all of them; some may fail. In the order in which they were given.
 * @template {Named} Person
 * @param {Chat} chat
 * @param {string} room
 * @param {Person[]} people
 * @returns {Promise<{came: User[], failed: {person: Person, why: string}[]}>}
 */
export async function inviteAll(chat, room, people) {
  const outcomes = await Promise.all(people.map(async (person) => {
    try {
      const { member } = await chat.command({ type: "invite", room, user: person.name });
      return { came: [/** @type {User} */ (member.user)], failed: [] };
    } catch (why) {
      return { came: [], failed: [{ person, why: chat.explain(why) }] };
    }
  }));
  return { came: outcomes.flatMap(({ came }) => came), failed: outcomes.flatMap(({ failed }) => failed) };
}

/** @param {User[]} came @param {Chat} chat */
export function tellWhoCame(came, chat) {
  const names = new Intl.ListFormat(document.documentElement.lang || undefined).format(came.map(({ display }) => display));
  if (came.length) chat.notice(t("invited", { names, n: came.length }));
}

/**
 * Says who could not be invited.
 * @param {{person: Named, why: string}[]} failed
 * @param {Chat} chat
 */
export function tellOf(failed, chat) {
  if (failed.length) chat.notice(sentencesOf(failed));
}

/** @param {{person: Named, why: string}[]} failed */
export function sentencesOf(failed) {
  return failed.map(({ person, why }) => t("said", { name: person.display, text: why })).join("\n");
}
