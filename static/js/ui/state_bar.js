// What the page says by itself: the state of the connection, with what becomes of what is written meanwhile, and notices.

import { part } from "../dom/template.js";
import { t } from "../strings.js";

/** A short break is not worth a line that comes and goes. */
const PATIENCE = 1500;
/** Pixels: too few for whole sentences beside one another. */
const NARROW = 660;
const READ_WITHIN = 6000;

export class StateBar extends HTMLElement {
  #ticker = 0;
  #patience = 0;

  /** @param {Chat} chat */
  connect(chat) {
    part(this, "now").onclick = () => chat.socket.now();
    chat.connectionListeners.add((connection) => this.#changed(connection));
  }

  /** @param {Connection} connection */
  #changed(connection) {
    this.dataset.state = connection.silent ? "silent" : connection.state;
    clearInterval(this.#ticker);
    if (connection.problem === "signed_out") return this.#signIn();
    if (connection.problem === "suspended") return location.assign("/"); // which says why, and until when
    if (connection.state === "open" && !connection.silent) {
      clearTimeout(this.#patience);
      this.#patience = 0;
      this.hidden = true;
      return;
    }
    this.#patience ||= setTimeout(() => (this.hidden = false), PATIENCE);
    if (connection.problem || connection.silent) this.hidden = false;
    this.#say(connection);
    if (connection.state === "waiting") this.#ticker = setInterval(() => this.#say(connection), 1000);
  }

  /** Signs in again, and comes back here. */
  #signIn() {
    location.assign(`${this.dataset.login}?next=${encodeURIComponent(location.pathname)}`);
  }

  /** @param {Connection} connection */
  #say({ state, silent, until, problem }) {
    const n = Math.max(1, Math.ceil(((until ?? 0) - Date.now()) / 1000));
    const short = /** @type {HTMLElement} */ (this.parentElement).clientWidth < NARROW;
    const next = state === "waiting" ? t(short ? "again_in_short" : "again_in", { n }) : "";
    const [long, brief] = silent ? ["silent", "silent_short"] : ["no_connection", "no_connection_short"];
    part(this, "text").textContent = t(problem ?? (short ? brief : long));
    part(this, "countdown").textContent = state === "connecting" ? t("connecting") : next;
    part(this, "now").hidden = state === "connecting" || !!silent;
  }
}

/** A sentence that comes, is read, and goes. */
export class NoticeLine extends HTMLElement {
  #timer = 0;

  /** @param {Chat} chat */
  connect(chat) {
    chat.noticeListeners.add((sentence) => {
      clearTimeout(this.#timer);
      this.hidden = false;
      this.textContent = sentence;
      this.#timer = setTimeout(() => (this.hidden = true), READ_WITHIN);
    });
  }
}
