// What the golden files cannot say: coming back, pages of history, and messages on their way.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Store } from "../../static/js/state/store.js";

const ANA = { id: "ana", name: "ana", display: "Ana" };
const BO = { id: "bo", name: "bo", display: "Bo" };

/** @type {Store} */
let store;

const info = (head, more) => ({ id: "r", slug: "r", name: "R", head, read: 0, unread: 0, mentions: 0, role: "member", ...more });
const welcome = (head, more) => ({ type: "welcome", epoch: "one", rooms: [info(head)], ...more });
const message = (seq, more) => ({ id: `r.${seq}`, room: "r", seq, pos: seq, key: `k${seq}`, user: BO, at: "2030-01-01", body: "x", ...more });
const changes = (from, to, ...messages) => ({ type: "changes", room: "r", from, to, messages });
const room = () => store.rooms.get("r");
const shown = (seq = null) => {
  const { timeline } = room();
  return timeline.window(timeline.span(seq), null, Infinity).messages.map((m) => m.seq);
};
const page = (command, seqs, more) =>
  store.apply({ type: "ok", messages: seqs.map((seq) => message(seq)), ...more }, { type: "history", room: "r", ...command });
/** The connection is up, as far as `head`. */
const arrive = (head, more) => {
  const [sync] = store.apply(welcome(head, more));
  store.apply({ type: "ok" }, sync);
  return sync;
};

beforeEach(() => {
  store = new Store(ANA);
});

test("the first sync names no room: each goes on from the head of the welcome", () => {
  assert.deepEqual(arrive(7), { type: "sync", epoch: "one", rooms: {} });
  assert.equal(room().position, 7);
});

test("everybody in a room is known once the last page of all members has been read", () => {
  arrive(2);
  const answer = (command, more) =>
    store.apply({ type: "ok", members: [{ user: BO, role: "member", pos: 1 }], more }, { type: "members", room: "r", ...command });
  answer({ q: "b" }, false);
  answer({}, true);
  assert.equal(room().everybodyKnown, false);
  answer({ after: "bo" }, false);
  assert.equal(room().everybodyKnown, true);
  store.apply({ type: "reset", room: "r", head: 9 });
  assert.equal(room().everybodyKnown, false);
});

test("coming back, it catches up from what was applied last", () => {
  arrive(2);
  page({}, [1, 2], { more: false });
  store.apply(changes(2, 3, message(3)));
  assert.deepEqual(arrive(9).rooms, { r: 3 });
});

test("coming back, a room whose history was never read just goes on", () => {
  arrive(2);
  assert.deepEqual(arrive(9).rooms, {});
  assert.equal(room().position, 9);
});

test("the old epoch is named until catching up has ended, so that every room is reset", () => {
  arrive(2);
  page({}, [1, 2], { more: false });
  const restored = welcome(1, { epoch: "two" });
  assert.equal(store.apply(restored)[0].epoch, "one");
  const [sync] = store.apply(restored);
  assert.equal(sync.epoch, "one");
  store.apply({ type: "ok" }, sync);
  assert.equal(store.apply(restored)[0].epoch, "two");
});

test("a room that is not in the welcome is gone", () => {
  arrive(2);
  store.apply(welcome(2, { rooms: [] }));
  assert.equal(store.rooms.size, 0);
});

test("what was missed is counted once: by the welcome, not again while catching up", () => {
  arrive(2);
  page({}, [1, 2], { more: false });
  const [sync] = store.apply({ ...welcome(4), rooms: [info(4, { unread: 2 })] });
  store.apply(changes(2, 4, message(3), message(4)));
  store.apply({ type: "ok" }, sync);
  store.apply(changes(4, 5, message(5)));
  assert.equal(room().info.unread, 3);
});

test("what was deleted while away is missing in the counts of the welcome, and is not subtracted again", () => {
  arrive(2);
  page({}, [1, 2], { more: false });
  store.apply(changes(2, 4, message(3), message(4)));
  store.apply({ ...welcome(5), rooms: [info(5, { unread: 1 })] });
  store.apply(changes(4, 5, message(3, { pos: 5, deleted: true })));
  assert.equal(room().info.unread, 1);
});

test("of a member the later state stays", () => {
  arrive(2);
  const member = (role, pos) => ({ user: BO, role, pos });
  store.apply({ ...changes(2, 3), members: [member("moderator", 3)] });
  store.apply({ type: "ok", members: [member("member", 1)] }, { type: "members", room: "r" });
  assert.equal(room().members.get("bo").role, "moderator");
});

test("while catching up, a frame that does not fit is dropped, not asked for again", () => {
  arrive(2);
  page({}, [1, 2], { more: false });
  store.apply(welcome(5));
  assert.deepEqual(store.apply(changes(5, 6, message(6))), []);
  assert.equal(room().position, 2);
});

test("a deletion of a message that is not here makes it ask for the counts", () => {
  store.apply({ ...welcome(9), rooms: [info(9, { unread: 4, read: 5 })] });
  assert.deepEqual(store.apply(changes(9, 10, message(7, { pos: 10, deleted: true }))), [{ type: "ping", rooms: { r: 10 } }]);
  store.apply({ type: "pong", rooms: { r: { read: 5, unread: 3, mentions: 0 } } }, { type: "ping", rooms: { r: 10 } });
  assert.equal(room().info.unread, 3);
});

test("counts that were made before a change are not taken", () => {
  arrive(2);
  store.apply(changes(2, 3, message(3)));
  store.apply({ type: "pong", rooms: { r: { read: 0, unread: 0, mentions: 0 } } }, { type: "ping", rooms: { r: 2 } });
  assert.equal(room().info.unread, 1);
});

test("pages of history join when they meet", () => {
  arrive(90);
  page({}, [81, 82, 90], { more: true });
  page({ before: 81 }, [70, 80], { more: true });
  assert.deepEqual(shown(), [70, 80, 81, 82, 90]);
  page({ before: 70 }, [], { more: false });
  assert.equal(room().timeline.span(null).from, 1);
});

test("a page around a message stands apart until the pages between are read", () => {
  arrive(90);
  page({}, [81, 90], { more: true });
  page({ around: 20 }, [19, 20, 21], { more: true, more_after: true });
  assert.deepEqual([shown(20), shown()], [[19, 20, 21], [81, 90]]);
  page({ after: 21 }, [30, 81, 90], { more: false });
  assert.deepEqual(shown(), [19, 20, 21, 30, 81, 90]);
});

test("a message from before what is shown does not open a hole in it", () => {
  arrive(90);
  page({}, [81, 90], { more: true });
  store.apply(changes(90, 91, message(5, { pos: 91 })));
  assert.deepEqual(shown(), [81, 90]);
});

const entry = { key: "k3", room: "r", user: "ana", body: "Mine", at: 0, state: "waiting" };

test("a message on its way becomes the message that arrives, whichever frame comes first", () => {
  const sent = [];
  arrive(2);
  store.subscribe((change) => sent.push(...(change.sent ?? [])));
  store.pend(entry);
  store.apply(changes(2, 3, message(3, { user: ANA })));
  store.apply({ type: "ok", message: message(3, { user: ANA }) }, { type: "send" });
  assert.deepEqual([room().pending.size, room().timeline.all().length, sent], [0, 1, ["k3"]]);
});

test("a message that arrived before the reload is not shown as waiting again", () => {
  arrive(3);
  page({}, [3], { more: false });
  const sent = [];
  store.subscribe((change) => sent.push(...(change.sent ?? [])));
  store.pend(entry);
  assert.deepEqual([room().pending.size, sent], [0, ["k3"]]);
});

test("messages on their way outlive a reset and a new connection", () => {
  arrive(2);
  store.pend(entry);
  store.apply({ type: "reset", room: "r", head: 9 });
  arrive(9);
  assert.deepEqual([...room().pending.keys()], ["k3"]);
});

test("one's own text stays to be seen when a moderator hides it", () => {
  arrive(2);
  store.apply(changes(2, 3, message(3, { user: ANA, body: "Mine", html: "<p>Mine</p>" })));
  store.apply(changes(3, 4, message(3, { pos: 4, user: ANA, body: undefined, hidden: true })));
  assert.deepEqual(room().copies.get("k3"), { body: "Mine", html: "<p>Mine</p>" });
  store.apply(changes(4, 5, message(3, { pos: 5, user: ANA, body: undefined, deleted: true })));
  assert.equal(room().copies.has("k3"), false, "what is deleted is gone for its author too");
});

test("leaving takes the room away, joining again begins at its head", () => {
  arrive(2);
  store.apply({ type: "ok" }, { type: "leave", room: "r" });
  assert.equal(store.rooms.size, 0);
  store.apply({ type: "ok", room: info(8) }, { type: "join", room: "r" });
  assert.equal(room().position, 8);
});
