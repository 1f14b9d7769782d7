// The messages of one room, in order of `seq`, and which stretches of them are known without holes.

/** @typedef {{from: number, to: number}} Span  Both ends are in it; the live one ends at Infinity. */

export class Timeline {
  /** @type {Message[]} by seq */
  #messages = [];
  /** @type {Map<string, Message>} */
  #byKey = new Map();
  /** @type {Map<string, number>} seq by id */
  #seqs = new Map();
  /** @type {Span[]} by `from`, never touching one another; the last one is live */
  #spans;

  /** @param {number} head  everything after this position will arrive by itself */
  constructor(head) {
    this.#spans = [{ from: head + 1, to: Infinity }];
  }

  /**
   * Keeps the message unless a later state of it is here already.
   * @param {Message} message
   * @returns {{kept: boolean, before: Message | undefined}}
   */
  put(message) {
    const place = this.#place(message.seq);
    const before = this.#messages[place]?.seq === message.seq ? this.#messages[place] : undefined;
    if (before && before.pos >= message.pos) return { kept: false, before };
    this.#messages.splice(place, before ? 1 : 0, message);
    this.#byKey.set(message.key, message);
    this.#seqs.set(message.id, message.seq);
    return { kept: true, before };
  }

  /** @param {string} key */
  byKey(key) {
    return this.#byKey.get(key);
  }

  /** @param {string} id */
  byId(id) {
    const seq = this.#seqs.get(id);
    return seq === undefined ? undefined : this.#messages[this.#place(seq)];
  }

  /**
   * Notes that nothing between `from` and `to` is missing any more.
   * @param {number} from
   * @param {number} to
   */
  cover(from, to) {
    const apart = this.#spans.filter((span) => span.to + 1 < from || span.from > to + 1);
    const joined = this.#spans.filter((span) => !apart.includes(span));
    const span = { from: Math.min(from, ...joined.map((s) => s.from)), to: Math.max(to, ...joined.map((s) => s.to)) };
    this.#spans = [...apart, span].sort((a, b) => a.from - b.from);
  }

  /**
   * The stretch that holds `seq`; the live one where that is null, or not known.
   * @param {number | null} seq
   */
  span(seq) {
    const found = seq === null ? undefined : this.#spans.find((span) => span.from <= seq && seq <= span.to);
    return found ?? this.#spans[this.#spans.length - 1];
  }

  /** The last message of the live stretch. @returns {Message | undefined} */
  get newest() {
    return this.window(this.span(null), null, 1).messages[0];
  }

  /** The messages that are known after this place. @param {number} seq */
  after(seq) {
    return this.#messages.slice(this.#place(seq + 1));
  }

  /**
   * At most `n` messages of the span: from the first at or after `top`, or the last ones where that is null.
   * @param {Span} span
   * @param {number | null} top  a seq
   * @param {number} n
   * @returns {{messages: Message[], before: boolean, after: boolean}}  and whether the span has more at either side
   */
  window(span, top, n) {
    const [first, end] = this.#bounds(span);
    const from = top === null ? Math.max(first, end - n) : Math.min(Math.max(first, this.#place(top)), end);
    const to = Math.min(from + n, end);
    return { messages: this.#messages.slice(from, to), before: from > first, after: to < end };
  }

  /**
   * The seq of the message that is `steps` after (or before) the one at `seq`, within the span.
   * @param {Span} span
   * @param {number} seq
   * @param {number} steps
   */
  away(span, seq, steps) {
    const [first, end] = this.#bounds(span);
    const place = Math.min(Math.max(first, this.#place(seq) + steps), Math.max(first, end - 1));
    return this.#messages[place]?.seq ?? seq;
  }

  all() {
    return [...this.#messages];
  }

  /** Indexes of the first message of a span, and of the first one after it. @param {Span} span */
  #bounds(span) {
    return [this.#place(span.from), span.to === Infinity ? this.#messages.length : this.#place(span.to + 1)];
  }

  /** Index of the first message at or after `seq`. @param {number} seq */
  #place(seq) {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#messages[middle].seq < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
