// On a narrow screen the rooms are a drawer: a popover, so that Escape and a press beside it close it. So does Back, as
// an open drawer has an entry of its own in the history. What it covers is inert, which keeps the focus in it.

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
    if (isOpening(event)) history.pushState({ ...history.state, drawer: true }, "");
    else if (history.state?.drawer) history.back();
    const first = drawer.querySelector("a[aria-current]") ?? drawer.querySelector("button");
    if (isOpening(event) && first instanceof HTMLElement) first.focus();
  });
  for (const button of document.querySelectorAll("[data-drawer]")) {
    button.addEventListener("click", () => NARROW.matches && drawer.togglePopover());
  }
  const close = () => {
    if (NARROW.matches && drawer.matches(":popover-open")) drawer.hidePopover();
  };
  NARROW.addEventListener("change", fit);
  addEventListener("popstate", close);
  fit();
  return close;
}

/** @param {Event} event */
function isOpening(event) {
  return /** @type {ToggleEvent} */ (event).newState === "open";
}
