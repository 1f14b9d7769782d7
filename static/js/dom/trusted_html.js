// The only place where a string becomes markup. What comes here is `message.html`: rendered and sanitised by the
// server. Everything else on the page is set as text.

/**
 * @param {Element} element
 * @param {string} html  from the server, sanitised there
 */
export function setTrustedHtml(element, html) {
  element.innerHTML = html;
}
