// Owns one hard thing: where the reader is in a list that grows at both ends.

const NEAR = 60;

export class ScrollKeeper {
  /** The reader is at the newest message, and stays there as more arrive. */
  atEnd = true;
  /** What is drawn ends before the newest message: the end of the box is not the end. */
  moreBelow = false;
  #box;
  #list;

  /**
   * @param {HTMLElement} box  scrolls
   * @param {HTMLElement} list  of messages, in it; its rows are placed relative to it
   * @param {() => void} onscroll
   */
  constructor(box, list, onscroll) {
    this.#box = box;
    this.#list = list;
    box.addEventListener("scroll", () => {
      this.#look();
      onscroll();
    });
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(box);
  }

  /** The reader is this near (in screens) to the oldest row. @param {number} screens */
  nearStart(screens) {
    return this.#box.scrollTop < this.#box.clientHeight * screens;
  }

  /** @param {number} screens */
  nearEnd(screens) {
    return this.#below < this.#box.clientHeight * screens;
  }

  /** Draws; the message that was at the top stays where it is, or the end stays the end. @param {() => void} draw */
  keep(draw) {
    const top = this.#box.scrollTop;
    const anchor = this.atEnd ? undefined : this.#messages().find((row) => row.offsetTop + row.offsetHeight > top);
    const before = anchor?.offsetTop ?? 0;
    draw();
    if (this.atEnd) this.toEnd();
    else if (anchor?.isConnected) this.#box.scrollTop = top + anchor.offsetTop - before;
  }

  toEnd() {
    this.atEnd = true;
    this.#box.scrollTop = this.#box.scrollHeight;
  }

  /**
   * Puts a row at this part of the box's height; after drawing, or it would be undone.
   * @param {HTMLElement} row
   * @param {number} part
   */
  toRow(row, part) {
    const box = this.#box;
    box.scrollTop += row.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight * part;
    this.#look();
  }

  /** How much lies below what is seen, in pixels. */
  get #below() {
    return this.#box.scrollHeight - this.#box.scrollTop - this.#box.clientHeight;
  }

  #look() {
    this.atEnd = !this.moreBelow && this.#below < NEAR;
  }

  /** Lines between days are no anchor: they move when older messages of their day arrive. */
  #messages() {
    return /** @type {HTMLElement[]} */ ([...this.#list.querySelectorAll("li.message")]);
  }
}
