// Asks the server for people while somebody types.

/** So long nobody types on before the server is asked. */
const ASK_AFTER = 120;

export class PeopleSearch {
  #chat;
  #show;
  #timer = 0;
  #asked = "";

  /**
   * @param {Chat} chat
   * @param {(found: User[]) => void} show  called for the newest question alone
   */
  constructor(chat, show) {
    this.#chat = chat;
    this.#show = show;
  }

  /** @param {string} q */
  ask(q) {
    clearTimeout(this.#timer);
    this.#asked = q;
    this.#timer = setTimeout(async () => {
      const answer = await this.#chat.command({ type: "people", q }).catch(() => null);
      if (this.#asked === q) this.#show(answer?.users ?? []);
    }, q ? ASK_AFTER : 0);
  }
}
