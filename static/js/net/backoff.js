// When to come back after a connection ended. Pure.

const FIRST = 500;
const LONGEST = 30_000;
/** Close codes after which coming back by itself is of no use. @type {Record<number, "signed_out" | "suspended" | "too_many">} */
const FINAL = { 4401: "signed_out", 4403: "suspended", 4409: "too_many" };
const TOO_FAST = 4429;

/**
 * Milliseconds to wait before the attempt after `failures` failed ones: full jitter, so that pages that lost the
 * server together do not come back together.
 * @param {number} failures  from 1
 * @param {() => number} [random]
 */
export function backoff(failures, random = Math.random) {
  return Math.round(random() * Math.min(LONGEST, FIRST * 2 ** failures));
}

/**
 * What to do after a close: the problem that ends it all, or the wait in milliseconds.
 * @param {number} code
 * @param {{failures: number, retryAfter?: number}} past  `retryAfter` in seconds, from the server's `bye`
 * @param {() => number} [random]
 * @returns {{problem: "signed_out" | "suspended" | "too_many"} | {wait: number}}
 */
export function afterClose(code, { failures, retryAfter }, random = Math.random) {
  if (code in FINAL) return { problem: FINAL[code] };
  if (code === TOO_FAST) return { wait: (retryAfter ?? 10) * 1000 + backoff(failures, random) };
  if (retryAfter !== undefined) return { wait: Math.round(random() * retryAfter * 1000) };
  return { wait: backoff(failures, random) };
}
