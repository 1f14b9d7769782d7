// What one does with rooms: each in a dialog of its own, or at once.

import { part } from "../dom/template.js";
import { t } from "../strings.js";
import { openBrowse } from "./browse.js";
import { dialogOf, openForm, show, tellWayBack } from "./dialogs.js";
import { openInvite, pickerIn } from "./invitations.js";
import { inviteAll, tellOf } from "./inviting.js";

/**
 * @param {Chat} chat
 * @param {RoomAction} what
 */
export function actOnRooms(chat, { action, name }) {
  if (action === "browse") return openBrowse(chat);
  if (action === "create") return openCreate(chat, name ?? "");
  if (action === "direct") return openDirect(chat);
  const { room } = chat;
  if (!room) return;
  if (action === "invite") openInvite(chat, room);
  if (action === "settings") openSettings(chat, room);
  if (action === "link") copyLink(chat, room.info.slug);
  if (action === "read") chat.read(room.id, room.info.head);
  if (action === "leave") openLeave(chat, room);
}

/**
 * @param {Chat} chat
 * @param {string} name
 */
function openCreate(chat, name) {
  const picker = pickerIn("create");
  picker.start();
  openForm("create", chat, async ({ name, topic, kind }, here) => {
    const ok = await chat.command({ type: "create", name, kind, ...(topic && { topic }) });
    const { failed } = await inviteAll(chat, ok.room.id, picker.chosen);
    if (!here()) return tellOf(failed, chat);
    dialogOf("create").close();
    chat.open(ok.room.slug);
    if (failed.length && chat.room) openInvite(chat, chat.room, failed);
  }, { name });
}

/** @param {Chat} chat */
function openDirect(chat) {
  const dialog = dialogOf("direct");
  const picker = pickerIn("direct");
  picker.start();
  picker.onchoice = async ({ name }) => {
    const ok = await chat.tryCommand({ type: "direct", user: name });
    if (!ok || !dialog.open) return;
    dialog.close();
    chat.open(ok.room.slug);
  };
  show(dialog);
}

/**
 * What a room is called and is about, and whether it is open: for those who may change that.
 * @param {Chat} chat
 * @param {Room} room
 */
function openSettings(chat, room) {
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
  /** Only what was changed here: somebody else may have changed the other. @type {Record<string, string>} */
  const before = { name, topic };
  openForm("settings", chat, async (values) => {
    const changed = Object.entries(values).filter(([field, value]) => value !== before[field]);
    if (changed.length) await chat.command({ type: "update", room: room.id, ...Object.fromEntries(changed) });
  }, before);
}

/**
 * @param {Chat} chat
 * @param {Room} room
 */
function openLeave(chat, room) {
  tellWayBack("leave", room.info);
  openForm("leave", chat, (_values, here) => leave(chat, room, here));
}

/**
 * @param {Chat} chat
 * @param {Room} room
 * @param {() => boolean} here
 */
async function leave(chat, room, here) {
  await chat.command({ type: "leave", room: room.id });
  if (here()) dialogOf("leave").close();
  if (chat.view.slug === room.info.slug) chat.open(null);
}

/**
 * Puts an address for others on the clipboard; where that is not allowed, shows it.
 * @param {Chat} chat
 * @param {string | null} slug
 * @param {number} [seq]
 */
export async function copyLink(chat, slug, seq) {
  const url = new URL(chat.link(slug, seq), location.href).href;
  try {
    await navigator.clipboard.writeText(url);
    chat.notice(t("link_copied"));
  } catch {
    chat.notice(url);
  }
}
