// Menus: popovers of buttons and links, gone through with the arrow keys, closed by a choice.

const MARGIN = 8;
const GAP = 4;

/** @param {HTMLElement} menu */
export function listenAsMenu(menu) {
  // The browser gives it the focus as it opens; the event after that comes too late for who presses the next key at once.
  menu.addEventListener("beforetoggle", () => {
    const [first, ...others] = entries(menu);
    if (first) first.autofocus = true;
    for (const other of others) other.autofocus = false;
  });
  menu.addEventListener("keydown", (event) => {
    const all = entries(menu);
    const at = all.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    all[next % all.length].focus();
  });
  menu.addEventListener("click", (event) => {
    if (/** @type {HTMLElement} */ (event.target).closest("button, a")) menu.hidePopover();
  });
}

/**
 * Puts an open popover under its button, or over it where there is more room; inside the window.
 * @param {HTMLElement} popover
 * @param {Pick<Element, "getBoundingClientRect">} button
 * @param {"left" | "right"} [edge]  that both have in line
 */
export function placeAt(popover, button, edge = "right") {
  const at = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const fits = at.bottom + GAP + height + MARGIN <= innerHeight;
  const left = edge === "left" ? at.left : at.right - width;
  popover.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  popover.style.top = `${Math.max(MARGIN, fits ? at.bottom + GAP : at.top - GAP - height)}px`;
}

/** @param {HTMLElement} menu */
function entries(menu) {
  const all = /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("button, a")]);
  return all.filter((entry) => !entry.hidden);
}
