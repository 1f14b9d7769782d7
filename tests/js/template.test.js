import assert from "node:assert/strict";
import { test } from "node:test";

import { drawList } from "../../static/js/dom/template.js";

/** As much of a list as drawing needs; counts the rows that are put in. */
class List {
  rows = [];
  put = 0;

  get firstElementChild() {
    return this.rows[0] ?? null;
  }

  insertBefore(row, place) {
    this.rows = this.rows.filter((one) => one !== row);
    this.rows.splice(place ? this.rows.indexOf(place) : this.rows.length, 0, row);
    this.put += 1;
  }

  row(name) {
    const list = this;
    return {
      name,
      get nextElementSibling() {
        return list.rows[list.rows.indexOf(this) + 1] ?? null;
      },
      remove() {
        list.rows = list.rows.filter((one) => one !== this);
      },
    };
  }
}

const ALPHABET = [..."abcdefghijklmnopqrst"];

/** Draws one text after the other, a row for each letter; returns how many rows the last one put in. */
function putFor(...texts) {
  const list = new List();
  const rows = new Map();
  for (const letters of texts) {
    list.put = 0;
    drawList(list, [...letters], rows, (letter) => letter, (letter, known) => known ?? list.row(letter));
    assert.deepEqual(list.rows.map((row) => row.name), [...letters]);
    assert.equal(rows.size, letters.length);
  }
  return list.put;
}

test("a window that slides puts in what is new, and moves nothing", () => {
  assert.equal(putFor(ALPHABET.slice(0, 10), ALPHABET.slice(3, 12)), 2);
  assert.equal(putFor(ALPHABET.slice(3, 12), ALPHABET.slice(0, 10)), 3);
});

test("a row that moves, up or down, moves alone", () => {
  assert.equal(putFor("abcdef", "fabcde"), 1);
  assert.equal(putFor("fabcde", "abcdef"), 1);
  assert.equal(putFor("abcdef", "acdebf"), 1);
});

test("any order follows from any other", () => {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const some = () => ALPHABET.filter(() => random() < 0.6).sort(() => random() - 0.5);
  putFor(...Array.from({ length: 200 }, some));
});
