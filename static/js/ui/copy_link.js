// An address for others, on the clipboard; where that is not allowed, to be copied by hand.

import { t } from "../strings.js";

/**
 * @param {Chat} chat
 * @param {string | null} slug
 * @param {number} [seq]
 */
export async function copyLink(chat, slug, seq) {
  const url = new URL(chat.link(slug, seq), location.href).href;
  try {
    await navigator.clipboard.writeText(url);
    chat.notice(t("link_copied"));
  } catch {
    chat.notice(url);
  }
}
