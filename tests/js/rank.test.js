// What the switcher offers first.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fit, ranked } from "../../static/js/state/rank.js";

const order = (typed, ...names) => ranked(names, typed, (name) => [name], 10);

test("letters must come in order, accents and case aside", () => {
  assert.deepEqual(order("cafe", "Café central", "face", "Cine"), ["Café central"]);
  assert.equal(fit("Garden", "ng"), 0);
});

test("starts of words go before letters within them", () => {
  assert.deepEqual(order("cg", "Backing group", "Community garden"), ["Community garden", "Backing group"]);
});

test("letters side by side go before scattered ones", () => {
  assert.deepEqual(order("ann", "A nice neighbour", "Anna"), ["Anna", "A nice neighbour"]);
});

test("of names that fit alike the shorter goes first", () => {
  assert.deepEqual(order("film", "Filmoteca", "Film"), ["Film", "Filmoteca"]);
});

test("nothing typed leaves the order as it is", () => {
  assert.deepEqual(order("", "one", "two"), ["one", "two"]);
});
