// What JavaScript says must be in templates/chat/strings.html, where it can be translated.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { readStrings, t } from "../../static/js/strings.js";

const ROOT = new URL("../../", import.meta.url);
const template = readFileSync(new URL("templates/chat/strings.html", ROOT), "utf8");
const names = [...template.matchAll(/data-string="([\w.]+)"/g)].map(([, name]) => name);

test("every sentence that a module names is there", () => {
  const modules = readdirSync(new URL("static/js/", ROOT), { recursive: true }).filter((file) => file.endsWith(".js"));
  const used = modules.flatMap((file) => {
    const source = readFileSync(new URL(`static/js/${file}`, ROOT), "utf8");
    return [...source.matchAll(/\bt\("([\w.]+)"/g)].map(([, name]) => name);
  });
  assert.ok(used.length > 10);
  assert.deepEqual(used.filter((name) => !names.includes(name) && !names.includes(`${name}.other`)), []);
});

test("every sentence that is there is named by a module, whole or in part", () => {
  const modules = readdirSync(new URL("static/js/", ROOT), { recursive: true }).filter((file) => file.endsWith(".js"));
  const sources = modules.map((file) => readFileSync(new URL(`static/js/${file}`, ROOT), "utf8")).join("\n");
  const patterns = [...sources.matchAll(/\bt\(`([^`]+)`/g)].map(
    ([, pattern]) => new RegExp(`^${pattern.replace(/\$\{[^}]*\}/g, "\\w+")}$`),
  );
  const unused = names.filter((name) => {
    const base = name.replace(/\.(one|other)$/, "");
    return !sources.includes(`"${base}"`) && !patterns.some((pattern) => pattern.test(base));
  });
  assert.deepEqual(unused, []);
});

test("what is counted has a form for one and for others", () => {
  const ones = names.filter((name) => name.endsWith(".one")).map((name) => name.slice(0, -4));
  assert.deepEqual(names.filter((name) => name.endsWith(".other")).map((name) => name.slice(0, -6)), ones);
});

test("a sentence takes its form from the number, and its words from the values", () => {
  const sentences = { "new.one": "{n} new in {room}", "new.other": "{n} news in {room}" };
  const elements = Object.entries(sentences).map(([string, textContent]) => ({ dataset: { string }, textContent }));
  readStrings({ querySelectorAll: () => elements }, "en");
  assert.deepEqual([t("new", { n: 1, room: "A" }), t("new", { n: 2, room: "A" })], ["1 new in A", "2 news in A"]);
});
