// Public rooms, with a way in.

import { drawList, fromTemplate, part, setIcon } from "../dom/template.js";
import { dialogOf, show } from "./dialogs.js";

/** @param {Chat} chat */
export function openBrowse(chat) {
  const dialog = dialogOf("browse");
  const list = part(dialog, "list");
  const search = part(dialog, "q");
  const more = part(dialog, "more");
  /** @type {RoomInfo[]} */
  let rooms = [];
  /** A row that stays keeps the focus that is in it. @type {Map<string, HTMLElement>} */
  const rows = new Map();
  const read = async (/** @type {boolean} */ on) => {
    const q = search.value.trim();
    const page = await chat.tryCommand({ type: "browse", ...(q && { q }), ...(on && { after: rooms.at(-1)?.id }) });
    if (!page || q !== search.value.trim()) return;
    rooms = on ? [...rooms, ...page.rooms] : page.rooms;
    drawList(list, rooms, rows, (info) => info.id, (info, row) => browseRow(info, chat, dialog, row));
    more.hidden = !page.more;
    part(dialog, "none").hidden = list.childElementCount > 0;
  };
  list.replaceChildren();
  search.value = "";
  search.oninput = () => read(false);
  more.onclick = () => read(true);
  dialog.onkeydown = (event) => walk(event, dialog);
  read(false);
  show(dialog);
}

/**
 * Up and down go from room to room, and back to the search.
 * @param {KeyboardEvent} event
 * @param {HTMLDialogElement} dialog
 */
function walk(event, dialog) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const stops = /** @type {HTMLElement[]} */ ([part(dialog, "q"), ...dialog.querySelectorAll("li button:not([hidden])")]);
  stops[stops.indexOf(/** @type {HTMLElement} */ (document.activeElement)) + step]?.focus();
}

/**
 * @param {RoomInfo} info
 * @param {Chat} chat
 * @param {HTMLDialogElement} dialog
 * @param {HTMLElement | undefined} known
 */
function browseRow(info, chat, dialog, known) {
  const row = known ?? fromTemplate("browse-room");
  const joined = chat.store.rooms.has(info.id);
  setIcon(row, info.closed ? "lock" : "hash");
  part(row, "name").textContent = info.name;
  part(row, "topic").textContent = info.topic;
  part(row, "joined").hidden = !joined;
  part(row, "closed").hidden = !info.closed;
  part(row, "join").hidden = joined || info.closed;
  part(row, "open").hidden = !joined;
  const open = (/** @type {string} */ slug) => {
    dialog.close();
    chat.open(slug);
  };
  part(row, "open").onclick = () => open(info.slug);
  part(row, "join").onclick = async () => {
    part(row, "join").disabled = true;
    const ok = await chat.tryCommand({ type: "join", room: info.id });
    part(row, "join").disabled = false;
    if (ok && dialog.open) open(ok.room.slug);
  };
  return row;
}
