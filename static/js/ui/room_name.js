// What a room is called, and who is in a direct one.

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
