// Where a popover stands: over its button, inside the window.

const MARGIN = 8;

/**
 * @param {HTMLElement} popover  shown already
 * @param {HTMLElement} button
 */
export function placeAbove(popover, button) {
  const at = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const left = Math.max(MARGIN, Math.min(at.left, innerWidth - width - MARGIN));
  popover.style.left = `${left}px`;
  popover.style.top = `${Math.max(MARGIN, at.top - height - MARGIN)}px`;
}
