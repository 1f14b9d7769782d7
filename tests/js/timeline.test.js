// Which part of a long conversation is drawn.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Timeline } from "../../static/js/state/timeline.js";

function timeline() {
  const made = new Timeline(100);
  for (let seq = 1; seq <= 100; seq += 1) made.put({ seq, pos: seq, key: `k${seq}`, id: `r.${seq}` });
  made.cover(1, 100);
  return made;
}
const seqs = ({ messages }) => [messages[0]?.seq, messages.at(-1)?.seq];

test("without a place the last messages are shown", () => {
  const all = timeline();
  const shown = all.window(all.span(null), null, 30);
  assert.deepEqual([seqs(shown), shown.before, shown.after], [[71, 100], true, false]);
});

test("from a place on, as many as fit, and whether there are more", () => {
  const all = timeline();
  const shown = all.window(all.span(null), 11, 30);
  assert.deepEqual([seqs(shown), shown.before, shown.after], [[11, 40], true, true]);
  assert.deepEqual(seqs(all.window(all.span(null), 90, 30)), [90, 100]);
});

test("a step stays within the stretch that is known", () => {
  const all = timeline();
  const span = all.span(null);
  assert.deepEqual([all.away(span, 50, -20), all.away(span, 5, -20), all.away(span, 95, 20)], [30, 1, 100]);
});

test("the newest message, and how many came after a place", () => {
  const all = timeline();
  assert.deepEqual([all.newest.seq, ...[100, 97, 0].map((seq) => all.after(seq).length)], [100, 0, 3, 100]);
});

test("of an empty room nothing is shown", () => {
  const none = new Timeline(0);
  assert.deepEqual(none.window(none.span(null), null, 30), { messages: [], before: false, after: false });
  assert.deepEqual([none.newest, none.after(0).length], [undefined, 0]);
});
