// What lies over the page on a narrow screen: Back closes it, as each such thing has an entry of its own in the history.

export const NARROW = matchMedia("(width < 45rem)");

/** How each of them is closed, the topmost last. @type {(() => void)[]} */
const covers = [];
/** Steps back of this module's own that are still under way, and what waits for them. */
let stepping = 0;
/** @type {(() => void)[]} */
let waiting = [];

/** How many of them the present entry stands for. @returns {number} */
const depth = () => history.state?.covers ?? 0;

// Before the listener of the chat, which learns nothing of a step that leads nowhere.
addEventListener("popstate", (event) => {
  if (stepping) {
    event.stopImmediatePropagation();
    stepping -= 1;
    if (stepping) return;
    const acts = waiting;
    waiting = [];
    for (const act of acts) act();
  } else while (covers.length > depth()) covers.pop()?.();
});

/**
 * Something was opened over the page. To be called again, with what this returns, when it is closed in whatever way.
 * @param {() => void} close
 * @returns {() => void}
 */
export function cover(close) {
  if (!NARROW.matches) return () => undefined;
  covers.push(close);
  step(() => history.pushState({ ...history.state, covers: covers.length }, ""));
  return () => {
    const at = covers.lastIndexOf(close);
    if (at < 0) return;
    covers.splice(at, 1);
    step(() => {
      if (depth() <= covers.length) return;
      stepping += 1;
      history.back();
    });
  };
}

/**
 * Goes to another place of the page; an entry that only stood for what lay over it is not one to come back to.
 * @param {object} state
 * @param {string} url
 */
export function enter(state, url) {
  step(() => history[depth() ? "replaceState" : "pushState"](state, "", url));
}

/**
 * The same place of the page has become another.
 * @param {object} state
 * @param {string} url
 */
export function restate(state, url) {
  step(() => history.replaceState({ ...state, covers: depth() }, "", url));
}

/** In turn: the history goes back only after a while. @param {() => void} act */
function step(act) {
  if (stepping) waiting.push(act);
  else act();
}
