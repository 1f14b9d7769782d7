// What a room is called, who is in a direct one, and what stands before its name: an icon, or the person's initials
// with a dot where that person is here.

import { drawAvatar } from "../dom/avatar.js";
import { part, setIcon } from "../dom/template.js";
import { t } from "../strings.js";

/**
 * The other person of a direct room: oneself where there is nobody else; undefined for other rooms.
 * @param {RoomInfo} info
 * @param {User} me
 */
export function otherPerson(info, me) {
  return info.kind === "direct" ? (info.users?.find((user) => user.id !== me.id) ?? me) : undefined;
}

/**
 * Its name; a direct room is called after the other person.
 * @param {RoomInfo} info
 * @param {User} me
 */
export function roomName(info, me) {
  return otherPerson(info, me)?.display ?? info.name;
}

/** @param {RoomInfo} info  of a room that is not direct */
export const iconOf = ({ kind }) => (kind === "private" ? "lock" : "hash");

/**
 * @param {HTMLElement} row
 * @param {User | undefined} person
 * @param {string} icon  where it is nobody
 */
export function drawMark(row, person, icon) {
  part(row, "avatar").hidden = !person;
  part(row, "kind").hidden = !!person;
  if (person) drawAvatar(part(row, "avatar"), person);
  else setIcon(part(row, "kind"), icon);
}

/**
 * Whether somebody is here: a dot at the initials, and a word for those who do not see it.
 * @param {HTMLElement} row
 * @param {"online" | "away" | "offline"} state
 */
export function drawState(row, state) {
  part(row, "avatar").dataset.state = state;
  part(row, "state").textContent = state === "offline" ? "" : t(`state_${state}`);
}
