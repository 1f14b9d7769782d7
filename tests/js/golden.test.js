// Old state + frames = new state, from the files that the server's own tests read too.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { Store } from "../../static/js/state/store.js";

const FOLDER = new URL("../golden/changes/", import.meta.url);

for (const file of readdirSync(FOLDER)) {
  const { about, me, before, frames, after, needs = [] } = JSON.parse(readFileSync(new URL(file, FOLDER), "utf8"));
  test(`${file}: ${about}`, () => {
    const store = storeWith(me, before);
    const asked = frames.flatMap((frame) => store.apply(frame, { type: "" }));
    assert.deepEqual(asked, needs);
    assert.deepEqual(stateOf(store), after);
  });
}

function storeWith(me, state) {
  const store = new Store(me);
  const rooms = Object.entries(state.rooms).map(([id, { info }]) => ({ id, ...info }));
  const [sync] = store.apply({ type: "welcome", epoch: "epoch-1", rooms });
  store.apply({ type: "ok" }, sync);
  for (const [room, { messages, members }] of Object.entries(state.rooms)) {
    store.apply({ type: "ok", messages, more: false }, { type: "history", room });
    store.apply({ type: "ok", members, more: false }, { type: "members", room });
  }
  return store;
}

function stateOf(store) {
  const rooms = [...store.rooms.values()].map((room) => {
    const { id, ...info } = room.info;
    const members = [...room.members.values()];
    return [id, { position: room.position, info, messages: room.timeline.all(), members }];
  });
  return { rooms: Object.fromEntries(rooms) };
}
