// The dialogs of the page: each a <dialog> of the template, perhaps with a form in it.

import { cover } from "../dom/covers.js";
import { part } from "../dom/template.js";
import { Refusal } from "../net/socket.js";

/** @param {string} id */
export function dialogOf(id) {
  return /** @type {HTMLDialogElement} */ (document.getElementById(id));
}

/** Whether who is out of a room may come back by themselves. @param {string} id  of a dialog @param {RoomInfo} info */
export function tellWayBack(id, { kind }) {
  part(dialogOf(id), "public").hidden = kind !== "public";
  part(dialogOf(id), "private").hidden = kind === "public";
}

/** Shows a dialog that Escape, Back and a press beside it close. @param {HTMLDialogElement} dialog */
export function show(dialog) {
  dialog.onpointerdown = (event) => {
    if (event.target === dialog && !holds(dialog, event)) dialog.close();
  };
  dialog.addEventListener("close", cover(() => dialog.close()), { once: true });
  dialog.showModal();
  dialog.scrollTop = 0; // a long one would begin where its button has the focus
}

/**
 * Opens a form. It closes when `submit` succeeds, unless that is not the end (false); what `submit` throws is explained
 * in it, at the field it is about. Whoever closed it before the answer came is elsewhere by then, and stays there.
 * @param {string} id
 * @param {Chat} chat
 * @param {(values: Record<string, string>, here: () => boolean) => Promise<unknown>} submit  `here`: it is still open
 * @param {Record<string, string>} [values]  what the fields hold at first
 */
export function openForm(id, chat, submit, values = {}) {
  const dialog = dialogOf(id);
  const form = /** @type {HTMLFormElement} */ (dialog.querySelector("form"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  part(dialog, "cancel").onclick = () => dialog.close();
  form.reset();
  explain(form, "");
  for (const [name, value] of Object.entries(values)) fieldOf(form, name).value = value;
  // The picker of people in a form may enable its button meanwhile, and Enter may be pressed twice.
  let underWay = (button.disabled = false);
  const submitted = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const here = () => dialog.open && form.onsubmit === submitted;
    if (underWay || !here()) return;
    underWay = button.disabled = true;
    try {
      const values = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
      if ((await submit(values, here)) !== false && here()) dialog.close();
    } catch (why) {
      if (here()) explain(form, chat.explain(why), why instanceof Refusal ? why.field : undefined);
      else chat.notice(chat.explain(why));
    } finally {
      underWay = false;
      if (here()) button.disabled = false;
    }
  };
  form.onsubmit = submitted;
  show(dialog);
}

/**
 * Says in a form what went wrong; an empty sentence takes it back.
 * @param {HTMLFormElement} form
 * @param {string} sentence
 * @param {string} [name]  of the field it is about
 */
export function explain(form, sentence, name) {
  const problem = part(form, "problem");
  problem.textContent = sentence;
  problem.hidden = !sentence;
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const field = name && fieldOf(form, name);
  if (!field) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", problem.id);
  field.focus();
}

/**
 * Asks before something that cannot be undone.
 * @param {string} id
 * @returns {Promise<boolean>}
 */
export function ask(id) {
  const dialog = dialogOf(id);
  dialog.returnValue = "";
  show(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** Something to read. @param {string} id */
export function openSheet(id) {
  const dialog = dialogOf(id);
  if (dialog.open) dialog.close();
  else show(dialog);
}

/**
 * @param {HTMLFormElement} form
 * @param {string} name
 */
function fieldOf(form, name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {PointerEvent} event
 */
function holds(dialog, { clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return clientX >= left && clientX <= right && clientY >= top && clientY <= bottom;
}
