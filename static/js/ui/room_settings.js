// What a room is called and is about, and whether it is open: for those who may change that.

import { part } from "../dom/template.js";
import { dialogOf, openForm } from "./dialogs.js";

/**
 * @param {Chat} chat
 * @param {Room} room
 */
export function openSettings(chat, room) {
  const { name, topic, closed, role } = room.info;
  const dialog = dialogOf("settings");
  part(dialog, "owner").hidden = role !== "owner";
  part(dialog, "close").hidden = closed;
  part(dialog, "reopen").hidden = !closed;
  part(dialog, "close").onclick = () => {
    dialog.close();
    openForm("confirm-close", chat, () => chat.command({ type: "update", room: room.id, closed: true }));
  };
  part(dialog, "reopen").onclick = async () => {
    if (await chat.tryCommand({ type: "update", room: room.id, closed: false })) dialog.close();
  };
  openForm("settings", chat, (values) => chat.command({ type: "update", room: room.id, ...values }), { name, topic });
}
