// The keys that work wherever one is on the page; the sheet that lists all of them is a dialog.

import { dialogOf, openSheet } from "./dialogs.js";

/** Keys that mean something in the list of messages. */
const OF_MESSAGES = /^[recu+1-9]$/i;
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
/** What F6 goes round, in order, and where each of them takes the focus: the first that is there. */
const REGIONS = [
  { name: "room-list", focus: ["a[aria-current]", "a"] },
  { name: "message-list", focus: ["li.message[tabindex='0']", ".scroller"] },
  { name: "message-composer", focus: ["textarea"] },
  { name: "member-panel", focus: ["input"] },
];

/**
 * What other parts of the page do. To end the writing of an edit or a reply is true where there was one; to the latest
 * message is also: all of it is read.
 * @typedef {{switchRoom: () => void, toUnread: () => void, toLatest: () => void, endWriting: () => boolean}} Does
 */

/**
 * @param {Chat} chat
 * @param {Does} does
 */
export function listenToKeys(chat, does) {
  for (const key of document.querySelectorAll("kbd[data-key]")) {
    key.textContent = `${MAC ? "⌘" : "Ctrl"} ${/** @type {HTMLElement} */ (key).dataset.key}`;
  }
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const act = actionOf(event, chat, does);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

/**
 * @param {KeyboardEvent} event
 * @param {Chat} chat
 * @param {Does} does
 * @returns {(() => void) | undefined}
 */
function actionOf(event, chat, does) {
  const { key, altKey, shiftKey } = event;
  const control = event.ctrlKey || event.metaKey;
  const covered = document.querySelector("dialog[open], :popover-open") !== null;
  if (control && key.toLowerCase() === "k" && !shiftKey && !altKey) {
    return () => {
      dialogOf("shortcuts").close();
      does.switchRoom();
    };
  }
  if (control && key === "/") return () => openSheet("shortcuts");
  if (covered) return undefined;
  if (key === "?" && chat.preferences.singleKeys && !isField(event.target)) return () => openSheet("shortcuts");
  if (key === "Escape" && !shiftKey) return () => does.endWriting() || does.toLatest();
  if (control && key === "End") return does.toLatest;
  if (shiftKey && key === "PageUp") return does.toUnread;
  if (key === "F6") return () => nextRegion(shiftKey ? -1 : 1);
  const step = key === "ArrowUp" ? -1 : key === "ArrowDown" ? 1 : 0;
  if (altKey && !control && step) return () => nextRoom(chat, step, shiftKey);
  if (!control && !altKey && isForComposer(event, chat)) focusComposer();
  return undefined;
}

/** @param {EventTarget | null} target */
function isField(target) {
  return target instanceof HTMLElement && target.matches("input, textarea, select, [contenteditable]");
}

export function focusComposer() {
  const field = document.querySelector("message-composer textarea");
  if (field instanceof HTMLElement) field.focus();
}

/**
 * A letter that nothing else takes: the field gets the focus, then the letter itself.
 * @param {KeyboardEvent} event
 * @param {Chat} chat
 */
function isForComposer({ key, target }, chat) {
  if ([...key].length !== 1 || key === " " || isField(target)) return false;
  const taken = key === "/" || (target instanceof Element && target.closest("message-list") && OF_MESSAGES.test(key));
  return !(taken && chat.preferences.singleKeys);
}

/**
 * The next room of the sidebar, or the next one with unread messages.
 * @param {Chat} chat
 * @param {number} step
 * @param {boolean} unread
 */
function nextRoom(chat, step, unread) {
  const links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("room-list a[data-slug]")]);
  const here = links.findIndex((link) => link.hasAttribute("aria-current"));
  for (let n = 1; n <= links.length; n += 1) {
    const link = links[(((here + n * step) % links.length) + links.length) % links.length];
    if (!unread || link.classList.contains("unread")) return chat.open(link.dataset.slug ?? null);
  }
}

/** @param {number} step */
function nextRegion(step) {
  const shown = REGIONS.filter(({ name }) => document.querySelector(name)?.checkVisibility());
  const here = shown.findIndex(({ name }) => document.activeElement?.closest(name));
  const { name, focus } = shown[here < 0 ? 0 : (here + step + shown.length) % shown.length];
  const found = focus.map((selector) => document.querySelector(`${name} ${selector}`)).find(Boolean);
  if (found instanceof HTMLElement) found.focus();
}
