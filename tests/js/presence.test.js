import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Store } from "../../static/js/state/store.js";

const ANA = { id: "ana", name: "ana", display: "Ana" };
const BO = { id: "bo", name: "bo", display: "Bo" };

/** @type {Store} */
let store;

const hear = (frame) => store.apply({ type: "presence", ...frame });

beforeEach(() => {
  store = new Store(ANA);
});

test("of whom nothing was told is offline", () => {
  assert.equal(store.presence.of(BO), "offline");
  assert.equal(store.presence.of(undefined), "offline");
});

test("the reader is here, without being told", () => {
  assert.equal(store.presence.of(ANA), "online");
});

test("a person is as was told last", () => {
  for (const state of ["online", "away", "online", "offline"]) {
    hear({ user: BO, state });
    assert.equal(store.presence.of(BO), state);
  }
});

test("in a larger room people are counted", () => {
  hear({ room: "r", online: 317 });
  assert.equal(store.presence.count("r"), 317);
  assert.equal(store.presence.count("s"), undefined);
});

test("a new connection hears of everybody anew", () => {
  hear({ user: BO, state: "online" });
  hear({ room: "r", online: 317 });
  store.apply({ type: "welcome", epoch: "one", rooms: [] });
  assert.equal(store.presence.of(BO), "offline");
  assert.equal(store.presence.count("r"), undefined);
});

test("a new name is told with presence, and stands under what was said before", () => {
  const message = { id: "r.1", room: "r", seq: 1, pos: 1, key: "k", at: "2026-01-01T00:00:00.000Z", body: "Hello" };
  store.apply({ type: "welcome", epoch: "one", rooms: [{ id: "r", slug: "r", head: 0, read: 0, unread: 0, mentions: 0 }] });
  store.apply({ type: "changes", room: "r", from: 0, to: 1, messages: [{ ...message, user: { ...BO } }] });
  hear({ user: { ...BO, display: "Bo the Second" }, state: "online" });
  assert.equal(store.rooms.get("r")?.timeline.byId("r.1")?.user.display, "Bo the Second");
  assert.equal(store.namings, 1);
});

test("whoever draws people hears of it, and rooms stay as they are", () => {
  const changes = [];
  store.subscribe((change) => changes.push(change));
  hear({ user: BO, state: "away" });
  assert.deepEqual(changes, [{ presence: true }]);
});
