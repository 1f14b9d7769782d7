// What the commands do that are no messages.

import { t } from "../strings.js";

/**
 * @param {Chat} chat
 * @param {HTMLElement} from  where the event of a command begins that another part of the page answers
 * @param {{room: string, command: import("./commands.js").Name, rest: string}} what
 * @throws a Refusal
 */
export async function runCommand(chat, from, { room, command, rest }) {
  if (command === "help") from.dispatchEvent(new CustomEvent("shortcuts-asked", { bubbles: true }));
  if (command === "topic") await chat.command({ type: "update", room, topic: rest });
  if (command !== "invite") return;
  const user = rest.trim().replace(/^@/, "");
  const { member } = await chat.command({ type: "invite", room, user });
  chat.notice(t("invited", { names: member.user.display, n: 1 }));
}
