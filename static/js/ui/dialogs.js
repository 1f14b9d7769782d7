// The dialogs of the page: each a <dialog> of the template with a form in it.

import { fromTemplate, part } from "../dom/template.js";

/**
 * Opens a form. It closes when `submit` succeeds; what `submit` throws is explained in it.
 * @param {string} id
 * @param {Chat} chat
 * @param {(values: Record<string, string>) => Promise<unknown>} submit
 */
export function openForm(id, chat, submit) {
  const dialog = dialogOf(id);
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const problem = part(dialog, "problem");
  problem.hidden = true;
  part(dialog, "cancel").onclick = () => dialog.close();
  form.reset();
  form.onsubmit = async (event) => {
    event.preventDefault();
    const values = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
    try {
      await submit(values);
      dialog.close();
    } catch (why) {
      problem.textContent = chat.explain(why);
      problem.hidden = false;
    }
  };
  dialog.showModal();
}

/**
 * Asks before something that cannot be undone.
 * @param {string} id
 * @returns {Promise<boolean>}
 */
export function ask(id) {
  const dialog = dialogOf(id);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Something to read. @param {string} id */
export function openSheet(id) {
  const dialog = dialogOf(id);
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

/** Public rooms, with a way in. @param {Chat} chat */
export function openBrowse(chat) {
  const dialog = dialogOf("browse");
  const list = part(dialog, "list");
  const search = part(dialog, "q");
  const more = part(dialog, "more");
  let last = "";
  const read = async (/** @type {boolean} */ on) => {
    const q = search.value.trim();
    const page = await chat.tryCommand({ type: "browse", ...(q && { q }), ...(on && { after: last }) });
    if (!page || q !== search.value.trim()) return;
    const rows = page.rooms.map((/** @type {RoomInfo} */ info) => browseRow(info, chat, dialog));
    if (on) list.append(...rows);
    else list.replaceChildren(...rows);
    last = page.rooms.at(-1)?.id ?? "";
    more.hidden = !page.more;
    part(dialog, "none").hidden = list.childElementCount > 0;
  };
  search.value = "";
  search.oninput = () => read(false);
  more.onclick = () => read(true);
  read(false);
  dialog.showModal();
}

/**
 * @param {RoomInfo} info
 * @param {Chat} chat
 * @param {HTMLDialogElement} dialog
 */
function browseRow(info, chat, dialog) {
  const row = fromTemplate("browse-room");
  part(row, "name").textContent = info.name;
  part(row, "topic").textContent = info.topic;
  const joined = chat.store.rooms.has(info.id);
  part(row, "join").hidden = joined;
  part(row, "open").hidden = !joined;
  const open = (/** @type {string} */ slug) => {
    dialog.close();
    chat.open(slug);
  };
  part(row, "open").onclick = () => open(info.slug);
  part(row, "join").onclick = async () => {
    const ok = await chat.tryCommand({ type: "join", room: info.id });
    if (ok) open(ok.room.slug);
  };
  return row;
}

/** @param {string} id */
function dialogOf(id) {
  return /** @type {HTMLDialogElement} */ (document.getElementById(id));
}
