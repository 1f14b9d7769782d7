// Drawing: templates of the page, the parts of what was made from them, and once for many changes.

const HIDDEN_EVERY = 500;

/**
 * The first element of a copy of `<template id=…>`.
 * @param {string} id
 */
export function fromTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  const copy = /** @type {DocumentFragment} */ (document.importNode(template.content, true));
  return /** @type {HTMLElement} */ (copy.firstElementChild);
}

/**
 * The element with `data-part=name` below `root`; a template without it is a mistake of ours.
 * @param {Element} root
 * @param {string} name
 * @returns {any}
 */
export function part(root, name) {
  const found = root.querySelector(`[data-part="${name}"]`);
  if (!found) throw new Error(`No part "${name}" in <${root.localName}>`);
  return found;
}

/**
 * Gives a line icon of the sprite another picture. The same one again would have the browser draw it anew.
 * @param {Element} icon
 * @param {string} name
 */
export function setIcon(icon, name) {
  const use = /** @type {Element} */ (icon.querySelector("use"));
  const before = use.getAttribute("href") ?? "";
  const href = before.replace(/#.*/, `#${name}`);
  if (href !== before) use.setAttribute("href", href);
}

/**
 * Makes the children of `list` those of `items`, in order; a child that is in its place is not touched, so focus and
 * selection stay.
 * @template T
 * @param {Element} list
 * @param {T[]} items
 * @param {Map<string, HTMLElement>} rows  kept between calls, by key
 * @param {(item: T) => string} keyOf
 * @param {(item: T, row: HTMLElement | undefined) => HTMLElement} draw  makes a row, or brings one up to date
 */
export function drawList(list, items, rows, keyOf, draw) {
  const keys = new Set(items.map(keyOf));
  for (const [key, row] of rows) {
    if (keys.has(key)) continue;
    row.remove(); // before the others are placed: each of them would be moved to stand before it
    rows.delete(key);
  }
  let place = list.firstElementChild;
  for (const item of items) {
    const key = keyOf(item);
    const row = draw(item, rows.get(key));
    rows.set(key, row);
    if (row === place?.nextElementSibling) place = row; // what stood here moves down, and is placed in its turn
    if (row === place) place = place.nextElementSibling;
    else list.insertBefore(row, place);
  }
}

/**
 * A function that runs `draw` before the next frame, however often it is called; in a hidden page, twice a second.
 * @param {() => void} draw
 */
export function batched(draw) {
  let asked = false;
  const run = () => {
    asked = false;
    draw();
  };
  return () => {
    if (asked) return;
    asked = true;
    if (document.visibilityState === "visible") requestAnimationFrame(run);
    else setTimeout(run, HIDDEN_EVERY);
  };
}
