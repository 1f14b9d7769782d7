// The one WebSocket of this page: connects, comes back, knows whether it is alive, matches answers to commands.

import { afterClose } from "./backoff.js";

const ANSWER_WITHIN = 15_000;
/** The browser says that there is no network: a server on this machine would answer at once. */
const OFFLINE_ANSWER_WITHIN = 2_000;
/** So long a command may wait while nothing at all is heard, before the server is asked whether it is there. */
const SILENT_AFTER = 4_000;
const SILENT_ANSWER_WITHIN = 6_000;
const WELCOME_WITHIN = 10_000;
/** A connection that held this long was a good one: the next failure counts as the first. */
const STABLE_AFTER = 10_000;
const UNUSABLE = 4000;

/**
 * @typedef {object} Ears
 * @property {(frame: Frame, command?: Frame) => void} onframe  every frame, answers with the command they answer
 * @property {(connection: Connection) => void} onstate
 * @property {() => Record<string, number>} positions  what a heartbeat tells the server
 */

export class Socket {
  /** @type {Connection} */
  connection = { state: "connecting" };
  #connect;
  #ears;
  /** @type {WebSocket | null} */
  #ws = null;
  /** @type {Map<string, {command: Frame, resolve: (ok: Frame) => void, reject: (why: Refusal) => void, timer: number}>} */
  #waiting = new Map();
  #next = 1;
  #failures = 0;
  /** @type {number | undefined} */
  #retryAfter;
  #timers = { connect: 0, beat: 0, stable: 0, silent: 0 };

  /**
   * @param {() => {ws: WebSocket, heard: MessageEvent[]}} connect
   * @param {Ears} ears
   */
  constructor(connect, ears) {
    this.#connect = connect;
    this.#ears = ears;
    window.addEventListener("online", () => this.now());
    window.addEventListener("offline", () => this.#beat(OFFLINE_ANSWER_WITHIN));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.now());
  }

  /** Connects, without waiting for the next attempt's turn. A living connection is left alone. */
  now() {
    if (this.#ws) return;
    clearTimeout(this.#timers.connect);
    this.#retryAfter = undefined;
    this.#state({ state: "connecting" });
    const { ws, heard } = this.#connect();
    this.#ws = ws;
    const late = setTimeout(() => this.#ended(ws, 1006), WELCOME_WITHIN);
    ws.onmessage = ({ data }) => {
      clearTimeout(late);
      if (ws === this.#ws) this.#receive(JSON.parse(data));
    };
    ws.onclose = ({ code }) => {
      clearTimeout(late);
      this.#ended(ws, code);
    };
    for (const event of heard) ws.dispatchEvent(event);
  }

  /**
   * Sends a command and gives its `ok`.
   * @param {Frame} command  without `id`
   * @param {number} [within]  milliseconds
   * @returns {Promise<Frame>}
   * @throws {Refusal}
   */
  request(command, within = ANSWER_WITHIN) {
    const id = String(this.#next++);
    return new Promise((resolve, reject) => {
      if (!this.post({ ...command, id })) return reject(new Refusal("lost"));
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Refusal("silent"));
      }, within);
      this.#waiting.set(id, { command, resolve, reject, timer });
      this.#listen();
    });
  }

  /** Sends a command whose answer nobody waits for. @param {Frame} command */
  post(command) {
    if (this.#ws?.readyState !== WebSocket.OPEN) return false;
    this.#ws.send(JSON.stringify(command));
    return true;
  }

  /** Leaves the present connection, which is of no use, and makes a new one. */
  restart() {
    if (this.#ws) this.#ended(this.#ws, 1006);
  }

  /** @param {Frame} frame */
  #receive(frame) {
    this.#heard();
    if (frame.type === "bye") this.#retryAfter = frame.retry_after;
    if (frame.type === "welcome") this.#welcomed(frame);
    const waiting = this.#waiting.get(frame.re);
    if (waiting) {
      this.#waiting.delete(frame.re);
      clearTimeout(waiting.timer);
    }
    this.#ears.onframe(frame, waiting?.command);
    if (frame.type === "error") waiting?.reject(new Refusal(frame.code, frame));
    else waiting?.resolve(frame);
    if (this.#waiting.size) this.#listen();
  }

  /** Something is waited for: a silence from now on is noticed, once. */
  #listen() {
    this.#timers.silent ||= setTimeout(() => this.#wonder(), SILENT_AFTER);
  }

  #stopListening() {
    clearTimeout(this.#timers.silent);
    this.#timers.silent = 0;
  }

  /** Whatever came: the server is there. */
  #heard() {
    this.#stopListening();
    if (this.connection.silent) this.#state({ state: "open" });
  }

  /** Something was asked, and nothing at all has come since. */
  #wonder() {
    if (this.connection.state !== "open") return;
    this.#state({ state: "open", silent: true });
    this.#beat(SILENT_ANSWER_WITHIN);
  }

  /** @param {Frame} welcome */
  #welcomed({ heartbeat }) {
    this.#timers.stable = setTimeout(() => (this.#failures = 0), STABLE_AFTER);
    this.#timers.beat = setInterval(() => this.#beat(), (heartbeat ?? 30) * 1000);
    this.#state({ state: "open" });
  }

  /** @param {number} [within]  milliseconds */
  async #beat(within) {
    try {
      await this.request({ type: "ping", rooms: this.#ears.positions() }, within);
    } catch (why) {
      if (why instanceof Refusal && why.code === "silent") this.restart();
    }
  }

  /**
   * @param {WebSocket} ws
   * @param {number} code
   */
  #ended(ws, code) {
    if (ws !== this.#ws) return;
    this.#ws = null;
    ws.onmessage = ws.onclose = null;
    ws.close(UNUSABLE);
    clearTimeout(this.#timers.stable);
    this.#stopListening();
    clearInterval(this.#timers.beat);
    this.#failures += 1;
    const next = afterClose(code, { failures: this.#failures, retryAfter: this.#retryAfter });
    if ("problem" in next) this.#state({ state: "stopped", problem: next.problem });
    else this.#wait(next.wait);
    for (const [id, { reject, timer }] of this.#waiting) {
      this.#waiting.delete(id);
      clearTimeout(timer);
      const why = new Refusal("lost");
      why.closed = code;
      reject(why);
    }
  }

  /** @param {number} wait */
  #wait(wait) {
    clearTimeout(this.#timers.connect);
    this.#timers.connect = setTimeout(() => this.now(), wait);
    // A server on this machine answers without a network too, so the attempts go on.
    this.#state({ state: navigator.onLine ? "waiting" : "offline", until: Date.now() + wait });
  }

  /** @param {Connection} connection */
  #state(connection) {
    this.connection = connection;
    this.#ears.onstate(connection);
  }
}

/** A command that was not carried out. */
export class Refusal extends Error {
  /**
   * @param {string} code  one of the server's, or `lost` (the connection broke), `silent` (no answer came)
   * @param {Frame} [frame]  the server's error
   */
  constructor(code, frame) {
    super(frame?.detail ?? code);
    this.code = code;
    /** The server's sentence, in the reader's language. @type {string | undefined} */
    this.detail = frame?.detail;
    /** The field that was not accepted. @type {string | undefined} */
    this.field = frame?.field;
    /** Seconds. @type {number | undefined} */
    this.retryAfter = frame?.retry_after;
    /** Close code, where the connection broke. @type {number | undefined} */
    this.closed = undefined;
  }

  /** Nothing was stored, or it is not known: the same command may go again. */
  get passing() {
    return ["lost", "silent", "busy", "unavailable", "internal"].includes(this.code);
  }
}
