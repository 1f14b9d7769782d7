// What is shown larger, whatever strangers write.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isOnlyEmoji } from "../../static/js/state/only_emoji.js";

test("a few emoji and nothing else", () => {
  for (const body of ["🎉", "👍🏽 🙏", "👩‍👩‍👧", "❤️", "🇪🇸🇫🇷", "😀😀😀😀😀😀"]) assert.ok(isOnlyEmoji(body), body);
  for (const body of ["", "a", "1", "🎉 yes", "no 🎉", "😀😀😀😀😀😀😀"]) assert.ok(!isOnlyEmoji(body), body);
});

test("thousands of emoji and a letter are not thought about for long", () => {
  const body = `${"👩‍👧".repeat(800)}${"😀".repeat(800)}x`;
  const began = performance.now();
  assert.ok(!isOnlyEmoji(body));
  assert.ok(!isOnlyEmoji(`👩${"‍👧".repeat(1900)}x`));
  assert.ok(performance.now() - began < 1000);
});
