// Drawing once for many changes.

const HIDDEN_EVERY = 500;

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
