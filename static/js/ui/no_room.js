// What stands in the place of a room: there is none yet, or none with this address.

import { batched, part } from "../dom/template.js";
import { t } from "../strings.js";

export class NoRoom extends HTMLElement {
  /** @type {Chat} */
  #chat;

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    const draw = batched(() => this.#draw());
    chat.viewListeners.add(draw);
    chat.store.subscribe((change) => change.rooms && draw());
    for (const action of ["browse", "create"]) {
      part(this, action).onclick = () =>
        this.dispatchEvent(new CustomEvent("room-action", { bubbles: true, detail: { action } }));
    }
    draw();
  }

  #draw() {
    const { room, ready, view } = this.#chat;
    this.hidden = Boolean(room) || !ready;
    part(this, "why").textContent = t(view.slug ? "no_such_room" : "no_rooms");
  }
}
