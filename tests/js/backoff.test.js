import assert from "node:assert/strict";
import { test } from "node:test";
import { afterClose, backoff } from "../../static/js/net/backoff.js";

const least = () => 0;
const most = () => 1;

test("the longest wait doubles with each failure, up to half a minute", () => {
  assert.deepEqual([1, 2, 3, 6, 50].map((failures) => backoff(failures, most)), [1000, 2000, 4000, 30000, 30000]);
});

test("the wait is spread over the whole range, so pages do not come back together", () => {
  assert.equal(backoff(6, least), 0);
  assert.equal(backoff(6, () => 0.5), 15000);
});

test("after a restart pages come back spread over the time the server names", () => {
  assert.deepEqual(afterClose(4012, { failures: 1, retryAfter: 3 }, most), { wait: 3000 });
  assert.deepEqual(afterClose(4012, { failures: 1, retryAfter: 3 }, least), { wait: 0 });
});

test("who was too fast waits at least ten seconds", () => {
  assert.deepEqual(afterClose(4429, { failures: 1 }, least), { wait: 10000 });
});

for (const [code, problem] of [[4401, "signed_out"], [4403, "suspended"], [4409, "too_many"]]) {
  test(`after ${code} nothing is tried again by itself`, () => {
    assert.deepEqual(afterClose(code, { failures: 1 }), { problem });
  });
}

for (const code of [1000, 1006, 4012, 4400, 4408, 4413]) {
  test(`after ${code} it is tried again`, () => {
    assert.deepEqual(afterClose(code, { failures: 2 }, most), { wait: 2000 });
  });
}
