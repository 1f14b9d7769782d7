import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Outbox } from "../../static/js/net/outbox.js";
import { Refusal } from "../../static/js/net/socket.js";

/** What IndexedDB would hold. */
let stored;
/** The commands that were sent, each with the means to answer it. */
let sent;
/** Keys of the entries that were shown as gone. */
let gone;
let outbox;

beforeEach(() => {
  stored = new Map();
  outbox = page();
});

/** A page that opens on the storage as it is. */
function page() {
  sent = [];
  gone = [];
  return new Outbox("ana", {
    storage: {
      all: async (user) => [...stored.values()].filter((entry) => entry.user === user),
      put: async (entry) => void stored.set(entry.key, { ...entry }),
      remove: async (key) => void stored.delete(key),
    },
    request: (command) => new Promise((resolve, reject) => sent.push({ ...command, resolve, reject })),
    onchange: () => undefined,
    ongone: (entry) => gone.push(entry.key),
    tooLarge: "Too large",
  });
}

const settle = () => new Promise((resolve) => setImmediate(resolve));
const write = async (key, room = "a", body = key) => {
  await outbox.add(key, { room, body });
  await settle();
};
const answer = async (how) => {
  how(sent.at(-1));
  await settle();
};
const ok = ({ resolve }) => resolve({ type: "ok" });
const refused = (code, more) => ({ reject }) => reject(new Refusal(code, { detail: `${code} it is`, ...more }));
const lost = (closed) => ({ reject }) => reject(Object.assign(new Refusal("lost"), { closed }));
const keys = () => sent.map(({ key }) => key);

test("a message is stored before it is sent, and until it is acknowledged", async () => {
  outbox.open();
  await write("one");
  assert.deepEqual([keys(), [...stored.keys()]], [["one"], ["one"]]);
  await answer(ok);
  assert.deepEqual([gone, stored.size], [["one"], 0]);
});

test("what was written without a connection goes when there is one", async () => {
  await write("one");
  assert.deepEqual(keys(), []);
  outbox.open();
  assert.deepEqual(keys(), ["one"]);
});

test("what was written before a reload goes after it, in order, once", async () => {
  await write("one");
  await write("two");
  outbox = page();
  await outbox.load();
  await outbox.load();
  outbox.open();
  await answer(ok);
  await answer(ok);
  assert.deepEqual([keys(), stored.size], [["one", "two"], 0]);
});

test("another person's messages in the same browser stay", async () => {
  stored.set("theirs", { key: "theirs", user: "bo", room: "a", body: "x", at: 1, state: "waiting" });
  await outbox.load();
  outbox.open();
  assert.deepEqual([keys(), stored.size], [[], 1]);
});

test("messages of a room go one after the other, rooms beside each other", async () => {
  outbox.open();
  await write("a1", "a");
  await write("a2", "a");
  await write("b1", "b");
  assert.deepEqual(keys(), ["a1", "b1"]);
  sent[0].resolve({ type: "ok" });
  await settle();
  assert.deepEqual(keys(), ["a1", "b1", "a2"]);
});

test("a message whose connection broke goes again with the same key", async () => {
  outbox.open();
  await write("one");
  outbox.close();
  await answer(lost(1006));
  assert.deepEqual(keys(), ["one"]);
  outbox.open();
  await settle();
  assert.deepEqual(keys(), ["one", "one"]);
});

for (const code of ["busy", "unavailable", "internal", "silent"]) {
  test(`after ${code} the same key goes again, and the next message waits for it`, async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      outbox.open();
      await write("one");
      await write("two");
      await answer(refused(code, { retry_after: 2 }));
      mock.timers.tick(1999);
      await settle();
      assert.deepEqual(keys(), ["one"]);
      mock.timers.tick(1);
      await settle();
      assert.deepEqual(keys(), ["one", "one"]);
    } finally {
      mock.timers.reset();
    }
  });
}

for (const code of ["blocked_content", "not_found", "muted", "key_conflict", "bad_field"]) {
  test(`after ${code} it is kept with the server's sentence, and the next one goes`, async () => {
    outbox.open();
    await write("one");
    await write("two");
    await answer(refused(code));
    assert.deepEqual(keys(), ["one", "two"]);
    assert.equal(stored.get("one").state, "failed");
    assert.equal(stored.get("one").detail, `${code} it is`);
  });
}

test("a refused message goes again only when its writer says so", async () => {
  outbox.open();
  await write("one");
  await answer(refused("muted"));
  outbox.open();
  assert.deepEqual(keys(), ["one"]);
  await outbox.retry("one");
  assert.deepEqual(keys(), ["one", "one"]);
});

test("a discarded message is gone from the storage too", async () => {
  outbox.open();
  await write("one");
  await answer(refused("muted"));
  await outbox.settle("one");
  assert.deepEqual([gone, stored.size], [["one"], 0]);
});

test("a limit that passes soon is waited for", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    outbox.open();
    await write("one");
    await answer(refused("rate_limited", { retry_after: 5 }));
    assert.equal(stored.get("one").state, "waiting");
    mock.timers.tick(5000);
    await settle();
    assert.deepEqual(keys(), ["one", "one"]);
  } finally {
    mock.timers.reset();
  }
});

const breakConnection = async (times, code) => {
  for (let time = 0; time < times; time++) {
    outbox.open();
    await settle();
    await answer(lost(code));
  }
};

test("a big message under which the connection breaks three times is not sent for ever", async () => {
  await write("big", "a", "x".repeat(9000));
  await breakConnection(2, 1006);
  assert.equal(stored.get("big").state, "waiting");
  await breakConnection(1, 1006);
  assert.deepEqual([stored.get("big").state, stored.get("big").detail], ["failed", "Too large"]);
});

test("a small message is never given up because connections break", async () => {
  await write("small");
  await breakConnection(20, 1006);
  assert.equal(stored.get("small").state, "waiting");
});

test("a message that the server calls too large is not sent again", async () => {
  await write("large");
  await breakConnection(1, 4413);
  assert.equal(stored.get("large").state, "failed");
});

test("without storage, as in some private windows, messages go all the same", async () => {
  outbox = new Outbox("ana", {
    storage: { all: () => Promise.reject(), put: () => Promise.reject(), remove: () => Promise.reject() },
    request: async (command) => void sent.push(command),
    onchange: () => undefined,
    ongone: (entry) => gone.push(entry.key),
    tooLarge: "",
  });
  await outbox.load();
  outbox.open();
  await write("one");
  assert.deepEqual([keys(), gone], [["one"], ["one"]]);
});
