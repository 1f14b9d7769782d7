// What a text that begins with a slash does.

import { inviteAll, sentencesOf, tellWhoCame } from "./inviting.js";

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

/** @typedef {{text: string, why: string}} Undone  what is to be written again, and why */

/**
 * Does what a command does that is no message.
 * @param {Chat} chat
 * @param {HTMLElement} from  where the event of a command begins that another part of the page answers
 * @param {{room: string, command: Name, rest: string}} what
 * @returns {Promise<Undone | undefined>} what could not be done, where the rest could
 * @throws a Refusal
 */
export async function runCommand(chat, from, { room, command, rest }) {
  if (command === "help") from.dispatchEvent(new CustomEvent("shortcuts-asked", { bubbles: true }));
  if (command === "topic") await chat.command({ type: "update", room, topic: rest });
  if (command === "invite") return invite(chat, room, rest);
}

/**
 * All who are named; those who cannot come are named again.
 * @param {Chat} chat
 * @param {string} room
 * @param {string} rest  names apart by spaces or commas
 * @returns {Promise<Undone | undefined>}
 */
async function invite(chat, room, rest) {
  const written = rest.split(/[\s,]+/).filter(Boolean);
  const people = written.map((display) => ({ name: display.replace(/^@/, ""), display }));
  const { came, failed } = await inviteAll(chat, room, people);
  tellWhoCame(came, chat);
  if (!failed.length) return undefined;
  return { text: `/invite ${failed.map(({ person }) => person.display).join(" ")}`, why: sentencesOf(failed) };
}
