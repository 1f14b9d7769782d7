// Gives those fields of Django's admin a name that have none which a screen reader could say.

const SEARCH = "#changelist-search [type=submit]";
const UNNAMED = ".vDateField, .vTimeField, .select2-selection, .select2-selection__rendered";

/** The words that stand beside a field. @param {Element} field */
function wordsBeside(field) {
  const row = field.closest(".form-row, div:has(> label), fieldset");
  return row?.querySelector("label, legend")?.textContent?.trim().replace(/:$/, "") ?? "";
}

function nameFields() {
  const search = document.querySelector(SEARCH)?.getAttribute("value") ?? "";
  document.querySelector("#searchbar")?.setAttribute("aria-label", search);
  for (const field of document.querySelectorAll(UNNAMED)) {
    field.removeAttribute("aria-labelledby");
    field.setAttribute("aria-label", wordsBeside(field));
  }
  for (const tip of document.querySelectorAll(".help-tooltip")) tip.setAttribute("role", "img");
}

// The admin draws some fields at the load event and some when its jQuery is ready, which may be later.
const ready = globalThis.django?.jQuery ?? setTimeout;
addEventListener("load", () => ready(nameFields));
