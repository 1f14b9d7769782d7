// Who is to come into a room, chosen in a dialog.

import { part } from "../dom/template.js";
import { dialogOf, explain, openForm } from "./dialogs.js";
import { inviteAll, sentencesOf, tellOf, tellWhoCame } from "./inviting.js";

/** @typedef {{person: User, why: string}} Failure */
/** @typedef {import("./people_picker.js").PeoplePicker} PeoplePicker */

/** @param {string} id  of a dialog */
export function pickerIn(id) {
  return /** @type {PeoplePicker} */ (dialogOf(id).querySelector("people-picker"));
}

/**
 * Stays open with those who could not be invited, and says why.
 * @param {Chat} chat
 * @param {Room} room
 * @param {Failure[]} [failed]  from an attempt before
 */
export function openInvite(chat, room, failed = []) {
  const picker = pickerIn("invite");
  const form = /** @type {HTMLFormElement} */ (dialogOf("invite").querySelector("form"));
  const start = (/** @type {Failure[]} */ failed) => {
    picker.start(room.members.keys(), failed.map(({ person }) => person));
    explain(form, sentencesOf(failed));
  };
  openForm("invite", chat, async (_values, here) => {
    const { came, failed } = await inviteAll(chat, room.id, picker.chosen);
    if (!here()) return tellOf(failed, chat);
    if (failed.length) start(failed);
    tellWhoCame(came, chat);
    return !failed.length;
  });
  picker.onchoice = () => (part(form, "submit").disabled = !picker.chosen.length);
  start(failed);
  picker.onchoice(chat.user);
}
