// Who is in the open room: found by name, written to, and given or denied their place by those who may.

import { drawAvatar } from "../dom/avatar.js";
import { cover } from "../dom/covers.js";
import { listenAsMenu, placeAt } from "../dom/menu.js";
import { batched, drawList, fromTemplate, part } from "../dom/template.js";
import { folded } from "../state/rank.js";
import { t } from "../strings.js";
import { drawState } from "./room_name.js";
import { dialogOf, openForm, tellWayBack } from "./dialogs.js";

const ASK_AFTER = 120;
const RANKS = { owner: 2, moderator: 1, member: 0 };
const ROLES = /** @type {const} */ (["owner", "moderator", "member"]);
const CHOICES = ["message", ...ROLES.map((role) => `make_${role}`), "remove"];

export class MemberPanel extends HTMLElement {
  /** @type {Chat} */
  #chat;
  /** @type {Map<string, HTMLElement>} */
  #rows = new Map();
  /** The member whose menu is open. @type {Member | undefined} */
  #of;
  /** The last one of the pages that were read. */
  #last = "";
  #timer = 0;
  /** What had the focus before. @type {Element | null} */
  #opener = null;
  #uncovered = () => {};
  #draw = batched(() => this.#redraw());

  /** @param {Chat} chat */
  connect(chat) {
    this.#chat = chat;
    chat.viewListeners.add(() => this.#opened());
    chat.store.subscribe((change) => {
      if (change.room === chat.room?.id) this.#changed();
      else if (change.presence) this.#draw();
    });
    part(this, "close").onclick = () => this.toggle();
    part(this, "more").onclick = () => this.#read(true);
    part(this, "q").addEventListener("input", () => {
      this.#draw();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#read(false), ASK_AFTER);
    });
    this.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector(":popover-open")) return;
      event.preventDefault();
      this.toggle();
    });
    this.#listenToMenu();
  }

  /** Opens it, with the focus in it, or closes it, with the focus where it was. */
  toggle() {
    this.hidden = !this.hidden;
    document.querySelector("room-header [data-part=members]")?.setAttribute("aria-expanded", String(!this.hidden));
    if (this.hidden) {
      this.#uncovered();
      return this.#opener instanceof HTMLElement && this.#opener.focus();
    }
    this.#uncovered = cover(() => this.hidden || this.toggle());
    this.#opener = document.activeElement;
    part(this, "q").focus();
    this.#opened();
  }

  #opened() {
    const { room } = this.#chat;
    if (this.hidden) return;
    if (!room || room.info.kind === "direct") return this.toggle();
    if (this.dataset.room === room.id && room.members.size) return this.#draw();
    this.dataset.room = room.id;
    part(this, "q").value = "";
    this.#read(false);
    this.#draw();
  }

  /** What was known may have been dropped. */
  #changed() {
    if (!this.hidden && !this.#chat.room?.members.size) this.#read(false);
    this.#draw();
  }

  /** @param {boolean} on  from where the last page ended */
  async #read(on) {
    const { room } = this.#chat;
    const q = part(this, "q").value.trim();
    if (!room) return;
    const command = { type: "members", room: room.id, ...(q && { q }), ...(on && { after: this.#last }) };
    const page = await this.#chat.tryCommand(command);
    if (!page || this.#chat.room !== room || q !== part(this, "q").value.trim()) return;
    this.#last = page.members.at(-1)?.user.id ?? "";
    part(this, "more").hidden = !page.more;
    this.#draw();
  }

  #redraw() {
    const { room } = this.#chat;
    if (this.hidden || !room) return;
    const q = folded(part(this, "q").value.trim().replace(/^@/, ""));
    const fits = (/** @type {Member} */ { user }) => [user.name, user.display].some((name) => folded(name).includes(q));
    const found = [...room.members.values()].filter(fits);
    found.sort((a, b) => RANKS[b.role] - RANKS[a.role] || a.user.display.localeCompare(b.user.display));
    drawList(part(this, "list"), found, this.#rows, ({ user }) => user.id, (member, row) => this.#row(member, row));
    part(this, "none").hidden = found.length > 0 || !q;
    part(this, "count").textContent = room.everybodyKnown ? String(room.members.size) : "";
    const online = this.#chat.store.presence.count(room.id);
    part(this, "online").textContent = online === undefined ? "" : t("n_online", { n: online });
  }

  /**
   * @param {Member} member
   * @param {HTMLElement | undefined} known
   */
  #row(member, known) {
    const row = known ?? fromTemplate("member");
    const { user, role } = member;
    const more = part(row, "more");
    drawAvatar(part(row, "avatar"), user);
    drawState(row, this.#chat.store.presence.of(user));
    part(row, "name").textContent = user.display;
    part(row, "hint").textContent = `@${user.name}`;
    part(row, "role").textContent = role === "member" ? "" : t(`role_${role}`);
    more.hidden = !this.#choices(member).length;
    more.ariaLabel = more.title = t("more_about", { name: user.display });
    more.onclick = () => this.#openMenu(user.id, more);
    return row;
  }

  /** What may be done with somebody: the parts of the menu. @param {Member} member */
  #choices({ user, role }) {
    const { room } = this.#chat;
    const mine = room?.info.role ?? "member";
    const below = RANKS[mine] > RANKS[role];
    const self = user.id === this.#chat.user.id;
    const isOtherOwner = (/** @type {Member} */ one) => one.role === "owner" && one.user.id !== user.id;
    // A room keeps an owner; the server knows those who have not been read yet.
    const isReplaceable = () => !room?.everybodyKnown || [...room.members.values()].some(isOtherOwner);
    const givesRole = mine === "owner" && (below || (self && isReplaceable()));
    const may = givesRole ? ROLES.filter((one) => one !== role).map((one) => `make_${one}`) : [];
    if (!self) may.unshift("message");
    if (below) may.push("remove");
    return may;
  }

  /**
   * @param {string} id  of a user
   * @param {HTMLElement} button
   */
  #openMenu(id, button) {
    const member = this.#chat.room?.members.get(id);
    if (!member) return;
    const choices = this.#choices(member);
    this.#of = member;
    for (const choice of CHOICES) part(this, choice).hidden = !choices.includes(choice);
    part(this, "menu").showPopover();
    placeAt(part(this, "menu"), button);
  }

  #listenToMenu() {
    listenAsMenu(part(this, "menu"));
    part(this, "message").onclick = () => this.#of && this.#chat.openDirect(this.#of.user.name);
    for (const role of ROLES) part(this, `make_${role}`).onclick = () => this.#change({ type: "role", role });
    part(this, "remove").onclick = () => this.#askToRemove();
  }

  #askToRemove() {
    const { room } = this.#chat;
    const user = this.#of?.user;
    if (!room || !user) return;
    tellWayBack("remove", room.info);
    part(dialogOf("remove"), "who").textContent = t("remove_who", { name: user.display, room: room.info.name });
    openForm("remove", this.#chat, () => this.#chat.command({ type: "remove", room: room.id, user: user.name }));
  }

  /** What is refused is said in the panel. @param {Frame} command */
  async #change(command) {
    part(this, "problem").hidden = true;
    try {
      await this.#chat.command({ ...command, room: this.#chat.room?.id, user: this.#of?.user.name });
    } catch (why) {
      part(this, "problem").textContent = this.#chat.explain(why);
      part(this, "problem").hidden = false;
    }
  }
}
