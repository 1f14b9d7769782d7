// On a narrow screen the rooms are a drawer: a popover, so that Escape, Android's Back and a press beside it close it.
// What it covers is inert, which keeps the focus in it.

const NARROW = matchMedia("(width < 45rem)");

/**
 * @param {HTMLElement} drawer
 * @param {HTMLElement[]} covered
 * @returns {() => void} closes it
 */
export function makeDrawer(drawer, covered) {
  const cover = (/** @type {boolean} */ open) => covered.forEach((element) => (element.inert = open));
  const fit = () => {
    if (NARROW.matches) drawer.popover = "auto";
    else drawer.removeAttribute("popover");
    cover(false);
  };
  // Before it closes, as the focus then goes back to what it covered.
  drawer.addEventListener("beforetoggle", (event) => isOpening(event) || cover(false));
  drawer.addEventListener("toggle", (event) => {
    cover(isOpening(event));
    const first = drawer.querySelector("a[aria-current]") ?? drawer.querySelector("button");
    if (isOpening(event) && first instanceof HTMLElement) first.focus();
  });
  for (const button of document.querySelectorAll("[data-drawer]")) {
    button.addEventListener("click", () => NARROW.matches && drawer.togglePopover());
  }
  NARROW.addEventListener("change", fit);
  fit();
  return () => {
    if (NARROW.matches && drawer.matches(":popover-open")) drawer.hidePopover();
  };
}

/** @param {Event} event */
function isOpening(event) {
  return /** @type {ToggleEvent} */ (event).newState === "open";
}
