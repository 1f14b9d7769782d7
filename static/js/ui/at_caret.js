// What is being written at the caret that can be completed: a person, a room, an emoji, a command, somebody to invite.

/** @typedef {{kind: "person" | "room" | "emoji" | "command" | "guest", query: string, from: number}} Completable */

/** No letter, digit or other mark may stand before the sign: `a@b.example` and `10:30` are not meant. */
const WORD = /(?:^|[\s(["'¿¡])([@#:])([\p{L}\p{M}\p{N}_.+-]*)$/u;
const FENCES = new RegExp("^ {0,3}```", "gm");
const COMMAND = /^\/([a-z]*)$/;
/** The first name is offered at once, further ones from their first sign: Enter after a name is no choice. */
const INVITATION = /^\/invite\s+(?:(?:[^\s,]+[\s,]+)+(?=\S))?(@?([^\s,@]*))$/iu;
const KINDS = /** @type {const} */ ({ "@": "person", "#": "room", ":": "emoji" });
const LETTERS_OF_AN_EMOJI = 2;

/**
 * @param {string} text
 * @param {number} caret
 * @returns {Completable | null}
 */
export function completionAt(text, caret) {
  const before = text.slice(0, caret);
  const command = COMMAND.exec(before);
  if (command) return { kind: "command", query: command[1], from: 0 };
  const guest = INVITATION.exec(before);
  if (guest) return { kind: "guest", query: guest[2], from: caret - guest[1].length };
  const found = WORD.exec(before);
  if (!found || inCode(before)) return null;
  const [, sign, query] = found;
  const kind = KINDS[/** @type {"@" | "#" | ":"} */ (sign)];
  if (kind === "emoji" && [...query].length < LETTERS_OF_AN_EMOJI) return null;
  return { kind, query, from: caret - query.length - 1 };
}

/**
 * The name of an emoji that was written out: `:tada:`.
 * @param {string} text
 * @param {number} caret
 * @returns {{name: string, from: number} | null}
 */
export function emojiEndingAt(text, caret) {
  const within = text[caret - 1] === ":" ? completionAt(text, caret - 1) : null;
  return within?.kind === "emoji" ? { name: within.query, from: within.from } : null;
}

/** A block of code has begun and not ended. @param {string} before */
export function inFence(before) {
  const fences = before.match(FENCES)?.length ?? 0;
  return fences % 2 === 1;
}

/** A fence is open, or a backtick on the last line is. @param {string} before */
function inCode(before) {
  const ticks = before.slice(before.lastIndexOf("\n") + 1).replace(/```/g, "").match(/`/g)?.length ?? 0;
  return inFence(before) || ticks % 2 === 1;
}
