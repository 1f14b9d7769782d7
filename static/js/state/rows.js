// The rows of the message list: messages in order, with a line before each day and one before what is new.

const GROUP_WITHIN = 5 * 60_000;

/** @typedef {Item & {key: string, day?: number, unread?: true}} Row  A message, or a line: `day` is a time of that day. */

/**
 * @param {Message[]} messages  by seq
 * @param {Entry[]} waiting  messages of one's own that are on their way
 * @param {{me: string, unreadAfter: number | null, dayOf: (at: number) => string, quoted: (id: string) => Message | undefined,
 *   copyOf: (key: string) => Item["copy"]}} about  `unreadAfter` is the seq that the line of what is new follows
 * @returns {Row[]}
 */
export function rowsOf(messages, waiting, { me, unreadAfter, dayOf, quoted, copyOf }) {
  /** @type {Row[]} */
  const rows = [];
  let day = "";
  let last = { user: "", at: 0 };
  let divided = unreadAfter === null;
  for (const it of [...messages, ...waiting]) {
    const [message, entry] = "seq" in it ? [it, undefined] : [undefined, it];
    const user = message?.user.id ?? me;
    const at = new Date(it.at).getTime();
    const today = dayOf(at);
    if (today !== day) rows.push({ key: `day ${today}`, day: at, grouped: false });
    const isNew = !divided && message !== undefined && message.seq > /** @type {number} */ (unreadAfter) && user !== me;
    if (isNew) rows.push({ key: "unread", unread: true, grouped: false });
    divided ||= isNew;
    const close = today === day && user === last.user && at - last.at < GROUP_WITHIN;
    const answered = it.reply_to ? quoted(it.reply_to) : undefined;
    const grouped = close && !it.reply_to && !isNew;
    rows.push({ key: it.key, message, entry, copy: copyOf(it.key), quoted: answered, grouped });
    day = today;
    last = { user, at };
  }
  return rows;
}
