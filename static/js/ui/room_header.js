// The open room's name and what may be done with it.

import { batched } from "../dom/batched.js";
import { listenAsMenu, placeAt } from "../dom/menu.js";
import { part, setIcon } from "../dom/template.js";
import { iconOf } from "./room_mark.js";
import { roomName } from "./room_name.js";

export class RoomHeader extends HTMLElement {
  /** @type {Chat} */
  #chat;

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    const draw = batched(() => this.#draw());
    chat.viewListeners.add(draw);
    chat.store.subscribe((change) => change.rooms && draw());
    const menu = part(this, "menu");
    listenAsMenu(menu);
    menu.addEventListener("toggle", () => placeAt(menu, part(this, "more")));
    this.addEventListener("click", (event) => {
      const button = /** @type {HTMLElement} */ (event.target).closest("[data-action]");
      if (button instanceof HTMLElement) this.#act(/** @type {RoomAction["action"]} */ (button.dataset.action));
    });
    draw();
  }

  #draw() {
    const { room } = this.#chat;
    const shared = room !== undefined && room.info.kind !== "direct";
    const moderates = shared && room.info.role !== "member";
    part(this, "name").textContent = room ? roomName(room.info, this.#chat.user) : "";
    part(this, "topic").textContent = part(this, "topic").title = room?.info.topic ?? "";
    part(this, "kind").hidden = !shared;
    if (room) setIcon(part(this, "kind"), iconOf(room.info));
    part(this, "count").textContent = room?.everybodyKnown ? String(room.members.size) : "";
    part(this, "members").hidden = !shared;
    part(this, "more").hidden = !room;
    for (const action of ["invite", "leave"]) part(this, action).hidden = !shared;
    part(this, "invite").hidden = !shared || (room.info.kind === "private" && !moderates) || room.info.closed;
    part(this, "settings").hidden = !moderates;
    part(this, "closed").hidden = !room?.info.closed;
  }

  /** @param {RoomAction["action"]} action */
  #act(action) {
    this.dispatchEvent(new CustomEvent("room-action", { bubbles: true, detail: { action } }));
  }
}
