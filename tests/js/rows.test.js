// What stands between messages: days, what is new, and who goes on speaking.

import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsOf } from "../../static/js/state/rows.js";

const message = (seq, user, minute, more = {}) => ({
  seq, key: `k${seq}`, user: { id: user }, at: new Date(Date.UTC(2026, 4, 1, 12, minute)).toISOString(), ...more,
});
const about = (more = {}) => ({
  me: "me", unreadAfter: null, dayOf: (at) => new Date(at).toISOString().slice(0, 10), quoted: () => undefined,
  copyOf: () => undefined, ...more,
});
const keys = (rows) => rows.map((row) => row.key);

test("each day begins with a line", () => {
  const rows = rowsOf([message(1, "a", 0), message(2, "a", 1), message(3, "a", 24 * 60)], [], about());
  assert.deepEqual(keys(rows), ["day 2026-05-01", "k1", "k2", "day 2026-05-02", "k3"]);
});

test("somebody who goes on within five minutes is not named again", () => {
  const said = [message(1, "a", 0), message(2, "a", 4), message(3, "a", 9), message(4, "b", 9), message(5, "b", 10, { reply_to: "x" })];
  const grouped = rowsOf(said, [], about()).filter((row) => row.message).map((row) => row.grouped);
  assert.deepEqual(grouped, [false, true, false, false, false]);
});

test("the line of what is new comes before the first message of somebody else", () => {
  const said = [message(1, "a", 0), message(2, "me", 1), message(3, "a", 2), message(4, "a", 3)];
  assert.deepEqual(keys(rowsOf(said, [], about({ unreadAfter: 1 }))), ["day 2026-05-01", "k1", "k2", "unread", "k3", "k4"]);
  assert.deepEqual(keys(rowsOf(said, [], about({ unreadAfter: 4 }))), ["day 2026-05-01", "k1", "k2", "k3", "k4"]);
});

test("what is on its way stands at the end, as one's own", () => {
  const entry = { key: "mine", at: Date.UTC(2026, 4, 1, 12, 2), body: "x" };
  const rows = rowsOf([message(1, "me", 0)], [entry], about());
  assert.deepEqual(keys(rows), ["day 2026-05-01", "k1", "mine"]);
  assert.equal(rows[2].grouped, true);
});
