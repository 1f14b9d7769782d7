// What a person would stumble over on the page as it stands: a list of sentences, empty when all is well.
(touch) => {
  const LEAST = 43.5; // 44 px, and the rounding of half a pixel
  const seen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const told = (element) => element.outerHTML.slice(0, 120).replaceAll(/\s+/g, " ");
  const covers = [...document.querySelectorAll("dialog[open], :popover-open")].at(-1);
  const asked = "button, a[href], input:not([type=hidden]), select, summary, textarea, [role=option]";
  const controls = [...(covers ?? document).querySelectorAll(asked)].filter(seen);
  const found = [];

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`scrolls sideways: ${root.scrollWidth} px`);

  for (const control of controls) {
    if (!touch) break;
    const box = (control.closest("label, .switch") ?? control).getBoundingClientRect();
    const within = getComputedStyle(control).display === "inline"; // of a sentence (WCAG 2.5.5)
    if (!within && box.width && (box.width < LEAST || box.height < LEAST)) {
      found.push(`too small, ${Math.round(box.width)}×${Math.round(box.height)}: ${told(control)}`);
    }
  }
  return found;
};
