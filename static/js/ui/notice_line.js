// A sentence that comes, is read, and goes.

const READ_WITHIN = 6000;

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
