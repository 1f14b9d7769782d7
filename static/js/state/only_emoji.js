// Whether a message is a few emoji and nothing else, so that it may be shown larger.

const MOST = 6;
/** One emoji: a flag, or a picture with what changes or joins it. Read from left to right in one go: a stranger's
 * text must not make the page think (a repeated group that may match the same letters in two ways would). */
const EMOJI = /^(?:\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?:[\p{Emoji_Modifier}\u{fe0f}]|\u{200d}\p{Extended_Pictographic})*)\s*/u;

/** @param {string} body */
export function isOnlyEmoji(body) {
  let rest = body;
  for (let n = 0; n < MOST && rest; n += 1) {
    const next = rest.replace(EMOJI, "");
    if (next === rest) return false;
    rest = next;
  }
  return body !== "" && rest === "";
}
