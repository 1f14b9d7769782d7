// Formatting what is selected in a text field: by keys, and by a menu that shows what there is.

import { replaceText } from "../dom/field_text.js";
import { listenAsMenu, placeAt } from "../dom/menu.js";
import { linked, marked } from "./marks.js";

/** @type {Record<string, string>} what stands around it */
const MARKS = { bold: "**", italic: "*", code: "`", struck: "~~", spoiler: "||" };
/** @type {Record<string, string>} with Ctrl or Cmd */
const KEYS = { b: "bold", i: "italic", e: "code" };

/**
 * @param {HTMLTextAreaElement} field
 * @param {HTMLElement} menu  a popover of buttons with `data-format`
 * @param {HTMLElement} button  opens it
 */
export function listenToFormatting(field, menu, button) {
  const format = (/** @type {string} */ name) => {
    const { value, selectionStart, selectionEnd } = field;
    const mark = MARKS[name];
    const change = mark ? marked(value, selectionStart, selectionEnd, mark) : linked(value, selectionStart, selectionEnd);
    replaceText(field, change.from, change.to, change.insert);
    field.setSelectionRange(change.start, change.end);
  };
  field.addEventListener("keydown", (event) => {
    const name = named(event);
    if (!name) return;
    event.preventDefault();
    format(name);
  });
  listenAsMenu(menu);
  menu.addEventListener("toggle", () => placeAt(menu, button, "left"));
  menu.addEventListener("click", (event) => {
    const chosen = /** @type {HTMLElement} */ (event.target).closest("[data-format]");
    if (chosen instanceof HTMLElement) format(chosen.dataset.format ?? "");
  });
}

/** @param {KeyboardEvent} event */
function named({ key, ctrlKey, metaKey, altKey, shiftKey, isComposing }) {
  if (isComposing || altKey || !(ctrlKey || metaKey)) return undefined;
  if (shiftKey) return key.toLowerCase() === "l" ? "link" : undefined;
  return KEYS[key.toLowerCase()];
}
