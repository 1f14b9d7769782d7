// What the account pages gain from a script; without it they work as they are.

const template = /** @type {HTMLTemplateElement} */ (document.getElementById("show-password"));

for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[type=password]"))) {
  const box = document.createElement("div");
  box.className = "password";
  input.replaceWith(box);
  box.append(input, template.content.cloneNode(true));
  const button = /** @type {HTMLButtonElement} */ (box.querySelector("button"));
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
}

// Moving the field into its box takes the focus away from it.
/** @type {HTMLElement | null} */ (document.querySelector("[aria-invalid=true], [autofocus]"))?.focus();

for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("[data-copies]"))) {
  const field = /** @type {HTMLInputElement} */ (document.getElementById(button.dataset.copies ?? ""));
  button.hidden = !navigator.clipboard; // only given over https and on the own machine
  button.addEventListener("click", () => {
    field.select();
    navigator.clipboard.writeText(field.value);
  });
}

/** A second press is no second wish. Where nothing came of the first one, the form may go again after this time. */
const SENT_ONCE_WITHIN = 5000;

for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll("form[method=post]"))) {
  let sent = -Infinity;
  form.addEventListener("submit", (event) => {
    if (event.timeStamp - sent < SENT_ONCE_WITHIN) event.preventDefault();
    else sent = event.timeStamp;
  });
  addEventListener("pageshow", () => (sent = -Infinity));
}
