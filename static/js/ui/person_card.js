// Who somebody is, beside what they wrote: to write to them, or to name them.

import { drawAvatar } from "../dom/avatar.js";
import { listenAsMenu, placeAt } from "../dom/menu.js";
import { part } from "../dom/template.js";
import { drawState } from "./room_name.js";

export class PersonCard extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {User | undefined} */
  #user;
  /** @type {(user: User) => void} */
  #mention = () => undefined;

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    listenAsMenu(this);
    part(this, "message").onclick = () => this.#user && chat.openDirect(this.#user.name);
    part(this, "mention").addEventListener("click", () => this.#user && this.#mention(this.#user));
    chat.store.subscribe(({ presence }) => presence && this.#drawState());
    // What it was about may go while it is open.
    chat.viewListeners.add(() => this.matches(":popover-open") && this.hidePopover());
  }

  /**
   * Opens under `element`, with the focus in it; the focus goes back where it was.
   * @param {User} user
   * @param {Element} element
   * @param {(user: User) => void} mention  names somebody where one writes
   */
  open(user, element, mention) {
    this.#user = user;
    this.#mention = mention;
    const self = user.id === this.#chat.user.id;
    drawAvatar(part(this, "avatar"), user);
    this.#drawState();
    part(this, "name").textContent = user.display;
    part(this, "hint").textContent = `@${user.name}`;
    part(this, "bot").hidden = !user.bot;
    part(this, "message").hidden = self;
    part(this, "mention").hidden = self || !!this.#chat.room?.info.closed;
    this.showPopover();
    placeAt(this, element, "left");
    if (!this.contains(document.activeElement)) this.focus();
  }

  #drawState() {
    if (this.#user) drawState(this, this.#chat.store.presence.of(this.#user));
  }
}
