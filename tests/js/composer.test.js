// What the composer decides without a browser: completion, marks, commands, emoji.

import assert from "node:assert/strict";
import { test } from "node:test";
import { completionAt, emojiEndingAt, inFence } from "../../static/js/ui/at_caret.js";
import { meaningOf } from "../../static/js/ui/commands.js";
import { ranked } from "../../static/js/ui/emoji.js";
import { linked, marked } from "../../static/js/ui/marks.js";

/** @param {string} text  `|` is the caret */
function at(text) {
  const found = completionAt(text.replace("|", ""), text.indexOf("|"));
  return found && `${found.kind} ${found.query} ${found.from}`;
}

/** @param {string} text  `[` and `]` are the ends of the selection @param {string} mark */
function mark(text, mark) {
  const [start, end] = [text.indexOf("["), text.indexOf("]") - 1];
  const plain = text.replace(/[[\]]/g, "");
  const { from, to, insert, ...after } = marked(plain, start, end, mark);
  const result = plain.slice(0, from) + insert + plain.slice(to);
  return `${result.slice(0, after.start)}[${result.slice(after.start, after.end)}]${result.slice(after.end)}`;
}

test("what stands at the caret is completed", () => {
  assert.equal(at("hello @an|"), "person an 6");
  assert.equal(at("(@|"), "person  1");
  assert.equal(at("see #gar|den"), "room gar 4");
  assert.equal(at(":cañ|"), "emoji cañ 0");
  assert.equal(at("/to|"), "command to 0");
  assert.equal(at("/invite |"), "guest  8");
  assert.equal(at("/invite an|"), "guest an 8");
  assert.equal(at("/invite @ana, @bo|"), "guest bo 14");
  assert.equal(at("/invite @ana @|"), "guest  13");
  assert.equal(at("/invite @ana |"), null);
});

test("nothing is offered in an address, a time, code, or for one letter of an emoji", () => {
  for (const text of ["ana@ex|", "at 10:30|", "a:b|", "`@an|", "```\n@an|", ":o|", "hello /me|", "/topic a|", "@an |"]) {
    assert.equal(at(text), null, text);
  }
  assert.equal(at("`a` @an|"), "person an 4");
  assert.equal(at("```\na\n```\n@an|"), "person an 10");
});

test("an emoji may be spelled out between colons, but not in code or a time", () => {
  const ending = (/** @type {string} */ text) => emojiEndingAt(text, text.length);
  assert.deepEqual(ending("so :tada:"), { name: "tada", from: 3 });
  assert.deepEqual(ending(":thumbs_up:"), { name: "thumbs_up", from: 0 });
  for (const text of ["10:30:", "a::", "`:tada:", "```\n:tada:", "tada:", ":tada"]) assert.equal(ending(text), null, text);
});

test("a block of code is open until its second fence", () => {
  assert.equal(inFence("```js\nx"), true);
  assert.equal(inFence("```js\nx\n```"), false);
  assert.equal(inFence("`x` and ```x"), false);
});

test("a selection is marked, and the same key takes the marks away", () => {
  assert.equal(mark("a [b] c", "**"), "a **[b]** c");
  assert.equal(mark("a **[b]** c", "**"), "a [b] c");
  assert.equal(mark("a **[b]** c", "*"), "a ***[b]*** c");
  assert.equal(mark("a ***[b]*** c", "*"), "a **[b]** c");
  assert.equal(mark("a *[b]* c", "**"), "a ***[b]*** c");
  assert.equal(mark("[a]", "`"), "`[a]`");
  assert.equal(mark("[a\nb]", "`"), "```\n[a\nb]\n```");
});

test("a link asks for what is missing", () => {
  assert.deepEqual(linked("tea", 0, 3), { from: 0, to: 3, insert: "[tea](https://)", start: 14, end: 14 });
  assert.deepEqual(linked("https://a.example", 0, 17), {
    from: 0, to: 17, insert: "[](https://a.example)", start: 1, end: 1,
  });
});

test("commands are told from texts", () => {
  assert.deepEqual(meaningOf("/me waves"), { send: "*waves*" });
  assert.deepEqual(meaningOf("/shrug"), { send: "¯\\\\\\_(ツ)\\_/¯" });
  assert.deepEqual(meaningOf("/topic Tea and cake"), { command: "topic", rest: "Tea and cake" });
  assert.deepEqual(meaningOf("/Invite @bo"), { command: "invite", rest: "@bo" });
  assert.deepEqual(meaningOf("/foo bar"), { unknown: "foo" });
  assert.deepEqual(meaningOf("//foo"), { send: "/foo" });
  assert.deepEqual(meaningOf("/etc/hosts"), { send: "/etc/hosts" });
  assert.deepEqual(meaningOf("/me"), { command: "me", rest: "" });
});

test("emoji are found in both languages, without accents, the whole name first", () => {
  /** @type {import("../../static/js/ui/emoji.js").Row[]} */
  const rows = [
    ["🧡", ["orange heart"], ["corazón naranja"]],
    ["🍊", ["tangerine", "orange"], ["mandarina"]],
    ["❤️", ["red heart", "heart"], ["corazón rojo"]],
  ];
  assert.deepEqual(ranked(rows, "corazon", 2, 0).map(({ name }) => name), ["red heart", "orange heart"]);
  assert.deepEqual(ranked(rows, "orange", 9, 1), [
    { emoji: "🍊", name: "mandarina", exact: true }, { emoji: "🧡", name: "corazón naranja", exact: false },
  ]);
  assert.deepEqual(ranked(rows, "zebra", 9, 0), []);
});
