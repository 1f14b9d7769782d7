// Who is to come into a room: chosen in a dialog, invited one by one, and told of where the server refuses.

import { part } from "../dom/template.js";
import { t } from "../strings.js";
import { dialogOf, explain, openForm } from "./dialogs.js";

/** @typedef {{person: User, why: string}} Failure */
/** @typedef {import("./people_picker.js").PeoplePicker} PeoplePicker */

/** @param {string} id  of a dialog */
export function pickerIn(id) {
  return /** @type {PeoplePicker} */ (dialogOf(id).querySelector("people-picker"));
}

/**
 * Invites all of them; some may fail.
 * @param {Chat} chat
 * @param {string} room
 * @param {User[]} people
 * @returns {Promise<Failure[]>}
 */
export async function inviteAll(chat, room, people) {
  const outcomes = await Promise.all(people.map(async (person) => {
    try {
      await chat.command({ type: "invite", room, user: person.name });
    } catch (why) {
      return { person, why: chat.explain(why) };
    }
  }));
  return outcomes.filter((outcome) => outcome !== undefined);
}

/** @param {User[]} people */
function listed(people) {
  return new Intl.ListFormat(document.documentElement.lang || undefined).format(people.map(({ display }) => display));
}

/**
 * Says who could not be invited where the dialog is gone.
 * @param {Failure[]} failed
 * @param {Chat} chat
 */
export function tellOf(failed, chat) {
  if (failed.length) chat.notice(sentencesOf(failed));
}

/** @param {Failure[]} failed */
function sentencesOf(failed) {
  return failed.map(({ person, why }) => t("said", { name: person.display, text: why })).join("\n");
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
    const people = picker.chosen;
    const failed = await inviteAll(chat, room.id, people);
    if (!here()) return tellOf(failed, chat);
    if (failed.length) start(failed);
    const came = people.filter((person) => !failed.some((one) => one.person === person));
    if (came.length) chat.notice(t("invited", { names: listed(came), n: came.length }));
    return !failed.length;
  });
  picker.onchoice = () => (part(form, "submit").disabled = !picker.chosen.length);
  start(failed);
  picker.onchoice(chat.user);
}
