// A command that was not carried out.

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
