// What a text that begins with a slash does.

import { t } from "../strings.js";

/** Their order is that of the list; each has its words in templates/chat/strings.html. */
export const COMMANDS = /** @type {const} */ (["me", "shrug", "topic", "invite", "help"]);

/** @typedef {(typeof COMMANDS)[number]} Name */
/** @typedef {{send: string} | {command: Name, rest: string} | {unknown: string}} Meaning */

/** With its backslashes, so that Markdown leaves the arms alone. */
const SHRUG = "¯\\\\\\_(ツ)\\_/¯";

/**
 * What a new message means. A path (`/etc/hosts`) is no command.
 * @param {string} text  trimmed
 * @returns {Meaning}
 */
export function meaningOf(text) {
  if (text.startsWith("//")) return { send: text.slice(1) };
  const found = /^\/([a-z]+)(?:\s+([\s\S]*))?$/i.exec(text);
  if (!found) return { send: text };
  const [, word, rest = ""] = found;
  const command = COMMANDS.find((name) => name === word.toLowerCase());
  if (!command) return { unknown: word };
  if (command === "me" && rest) return { send: `*${rest}*` };
  if (command === "shrug") return { send: rest ? `${rest} ${SHRUG}` : SHRUG };
  return { command, rest };
}

/**
 * Does what a command does that is no message.
 * @param {Chat} chat
 * @param {HTMLElement} from  where the event of a command begins that another part of the page answers
 * @param {{room: string, command: Name, rest: string}} what
 * @throws a Refusal
 */
export async function runCommand(chat, from, { room, command, rest }) {
  if (command === "help") from.dispatchEvent(new CustomEvent("shortcuts-asked", { bubbles: true }));
  if (command === "topic") await chat.command({ type: "update", room, topic: rest });
  if (command === "invite") await invite(chat, room, rest);
}

/**
 * Those who are named, one after the other, until one is refused.
 * @param {Chat} chat
 * @param {string} room
 * @param {string} rest  names apart by spaces or commas
 */
async function invite(chat, room, rest) {
  const came = [];
  try {
    for (const name of rest.split(/[\s,]+/).filter(Boolean)) {
      const { member } = await chat.command({ type: "invite", room, user: name.replace(/^@/, "") });
      came.push(member.user.display);
    }
  } finally {
    const names = new Intl.ListFormat(document.documentElement.lang || undefined).format(came);
    if (came.length) chat.notice(t("invited", { names, n: came.length }));
  }
}
