// Changes of a text field that the reader can undo.

/**
 * Puts `insert` in place of `from`–`to`, as if it had been typed.
 * @param {HTMLTextAreaElement} field
 * @param {number} from
 * @param {number} to
 * @param {string} insert
 */
export function replaceText(field, from, to, insert) {
  field.focus();
  field.setSelectionRange(from, to);
  // Deprecated, and the only way that keeps the field's history of undoing.
  const done = insert ? document.execCommand("insertText", false, insert) : document.execCommand("delete");
  if (done) return;
  field.setRangeText(insert, from, to, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
