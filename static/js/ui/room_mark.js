// What stands before the name of a room or a person: an icon, or the person's initials.

import { drawAvatar } from "../dom/avatar.js";
import { part, setIcon } from "../dom/template.js";

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
