// On a narrow screen the rooms are a drawer: a popover, so that Escape and a press beside it close it; so does Back.
// What it covers is inert, which keeps the focus in it.

import { cover, NARROW } from "../dom/covers.js";

/**
 * @param {HTMLElement} drawer
 * @param {HTMLElement[]} covered
 * @returns {() => void} closes it
 */
export function makeDrawer(drawer, covered) {
  let uncovered = () => {};
  const keepOut = (/** @type {boolean} */ open) => covered.forEach((element) => (element.inert = open));
  const fit = () => {
    if (NARROW.matches) drawer.popover = "auto";
    else drawer.removeAttribute("popover");
    keepOut(false);
  };
  const close = () => {
    if (NARROW.matches && drawer.matches(":popover-open")) drawer.hidePopover();
  };
  // Before it closes, as the focus then goes back to what it covered.
  drawer.addEventListener("beforetoggle", (event) => isOpening(event) || keepOut(false));
  drawer.addEventListener("toggle", (event) => {
    keepOut(isOpening(event));
    if (!isOpening(event)) return uncovered();
    uncovered = cover(close);
    const first = drawer.querySelector("a[aria-current]") ?? drawer.querySelector("button");
    if (first instanceof HTMLElement) first.focus();
  });
  for (const button of document.querySelectorAll("[data-drawer]")) {
    button.addEventListener("click", () => NARROW.matches && drawer.togglePopover());
  }
  NARROW.addEventListener("change", fit);
  fit();
  return close;
}

/** @param {Event} event */
function isOpening(event) {
  return /** @type {ToggleEvent} */ (event).newState === "open";
}
