// The options of a listbox that a text field works by `aria-activedescendant`; the field keeps the focus.

/**
 * Makes the `n`-th option the one that Enter takes.
 * @param {HTMLElement} field
 * @param {HTMLElement} list
 * @param {number} n
 */
export function pointAt(field, list, n) {
  [...list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === n)));
  const row = list.children[n];
  if (row) field.setAttribute("aria-activedescendant", row.id);
  else field.removeAttribute("aria-activedescendant");
  row?.scrollIntoView({ block: "nearest" });
}

/**
 * Calls `take` with the number of an option that is clicked.
 * @param {HTMLElement} list
 * @param {(n: number) => void} take
 */
export function onOption(list, take) {
  list.addEventListener("click", (event) => {
    const row = /** @type {HTMLElement} */ (event.target).closest("[role=option]");
    if (row) take([...list.children].indexOf(row));
  });
}
