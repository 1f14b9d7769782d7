// What a room is called.

/**
 * Its name; a direct room is called after the other person.
 * @param {RoomInfo} info
 * @param {User} me
 */
export function roomName(info, me) {
  if (info.kind !== "direct") return info.name;
  const other = info.users?.find((user) => user.id !== me.id);
  return other?.display ?? me.display;
}
