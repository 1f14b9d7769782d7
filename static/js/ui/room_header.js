// The open room's name and what may be done with it; also what stands there when there is no such room.

import { batched } from "../dom/batched.js";
import { part, setIcon } from "../dom/template.js";
import { t } from "../strings.js";
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
    part(this, "leave").onclick = () => this.#act("leave");
    part(this, "invite").onclick = () => this.#act("invite");
    draw();
  }

  #draw() {
    const { room, ready, view } = this.#chat;
    const missing = !room && ready;
    part(this, "name").textContent = room ? roomName(room.info, this.#chat.user) : "";
    part(this, "topic").textContent = room?.info.topic ?? (missing ? t(view.slug ? "no_such_room" : "no_rooms") : "");
    part(this, "topic").title = room?.info.topic ?? "";
    part(this, "kind").hidden = !room || room.info.kind === "direct";
    if (room) setIcon(part(this, "kind"), iconOf(room.info));
    part(this, "leave").hidden = !room || room.info.kind === "direct";
    part(this, "invite").hidden = !room || room.info.kind === "direct";
  }

  /** @param {string} action */
  #act(action) {
    this.dispatchEvent(new CustomEvent("room-action", { bubbles: true, detail: action }));
  }
}
