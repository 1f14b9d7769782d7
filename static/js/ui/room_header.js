// The open room's name and what may be done with it.

import { listenAsMenu, placeAt } from "../dom/menu.js";
import { batched, part, setIcon } from "../dom/template.js";
import { t } from "../strings.js";
import { iconOf, otherPerson, roomName } from "./room_name.js";

export class RoomHeader extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** What the button of the drawer is called. @type {string | undefined} */
  #rooms;

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    const draw = batched(() => this.#draw());
    chat.viewListeners.add(draw);
    chat.store.subscribe((change) => (change.rooms || change.presence) && draw());
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
    this.classList.toggle("direct", room !== undefined && !shared);
    const state = room && !shared && t(`state_${this.#chat.store.presence.of(otherPerson(room.info, this.#chat.user))}`);
    part(this, "topic").textContent = part(this, "topic").title = state || (room?.info.topic ?? "");
    part(this, "kind").hidden = !shared;
    if (room) setIcon(part(this, "kind"), iconOf(room.info));
    part(this, "members").hidden = !shared;
    part(this, "more").hidden = !room;
    for (const action of ["invite", "leave"]) part(this, action).hidden = !shared;
    part(this, "invite").hidden = !shared || (room.info.kind === "private" && !moderates) || room.info.closed;
    part(this, "settings").hidden = !moderates;
    part(this, "closed").hidden = !room?.info.closed;
    this.#drawWaiting();
  }

  /** A dot where something waits for the reader alone in another room, which a drawer hides. */
  #drawWaiting() {
    const others = [...this.#chat.store.rooms.values()].filter((room) => room !== this.#chat.room);
    const n = others.reduce((sum, { info }) => sum + (info.kind === "direct" ? info.unread : info.mentions), 0);
    const invited = others.some(({ fresh }) => fresh);
    const button = part(this, "rooms");
    this.#rooms ??= button.getAttribute("aria-label") ?? "";
    button.classList.toggle("waits", n > 0 || invited);
    const news = [n && t("n_unread", { n }), invited && t("invited_you")].filter(Boolean);
    button.setAttribute("aria-label", [this.#rooms, ...news].join(", "));
  }

  /** @param {RoomAction["action"]} action */
  #act(action) {
    this.dispatchEvent(new CustomEvent("room-action", { bubbles: true, detail: { action } }));
  }
}
