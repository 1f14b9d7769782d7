// A sentence that comes, is read, and goes.

const READ_WITHIN = 6000;

export class NoticeLine extends HTMLElement {
  #timer = 0;

  /** @param {Chat} chat */
  connect(chat) {
    chat.noticeListeners.add((sentence) => {
      clearTimeout(this.#timer);
      this.textContent = sentence;
      this.#timer = setTimeout(() => (this.textContent = ""), READ_WITHIN);
    });
  }
}
