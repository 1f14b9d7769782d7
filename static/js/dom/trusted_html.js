// The only place where a string becomes markup. What comes here is `message.html`: rendered and sanitised by the
// server. Everything else on the page is set as text.

import { t } from "../strings.js";

/**
 * @param {Element} element
 * @param {string} html  from the server, sanitised there
 */
export function setTrustedHtml(element, html) {
  element.innerHTML = html;
}

/** A message as one line of text; what is hidden stays so. @param {Message | undefined} message */
export function plainText({ html, body } = {}) {
  if (!html) return body;
  const text = document.createElement("div");
  setTrustedHtml(text, html);
  for (const spoiler of text.querySelectorAll(".spoiler")) spoiler.textContent = t("spoiler");
  for (const end of text.querySelectorAll("br, p, li, pre")) end.after(" ");
  return text.textContent.trim();
}
