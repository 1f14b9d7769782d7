// The page: reads what the server rendered, makes the parts and introduces them to one another.

import { Chat } from "./chat.js";
import { drawAvatar } from "./dom/avatar.js";
import { listenAsMenu } from "./dom/menu.js";
import { part } from "./dom/template.js";
import { readStrings } from "./strings.js";
import { MessageAnnouncer } from "./ui/announcer.js";
import { MessageComposer } from "./ui/composer.js";
import { ask, openSheet } from "./ui/dialogs.js";
import { makeDrawer } from "./ui/drawer.js";
import { namesFrom } from "./ui/emoji.js";
import { EmojiPicker } from "./ui/emoji_picker.js";
import { MemberPanel } from "./ui/member_panel.js";
import { MessageList } from "./ui/message_list.js";
import { NoRoom } from "./ui/no_room.js";
import { PeoplePicker } from "./ui/people_picker.js";
import { PersonCard } from "./ui/person_card.js";
import { ReactionPicker } from "./ui/reaction_picker.js";
import { actOnRooms, copyLink } from "./ui/room_actions.js";
import { RoomHeader } from "./ui/room_header.js";
import { RoomList } from "./ui/room_list.js";
import { focusComposer, listenToKeys } from "./ui/shortcuts.js";
import { NoticeLine, StateBar } from "./ui/state_bar.js";
import { RoomSwitcher } from "./ui/switcher.js";
import { TypingLine } from "./ui/typing_line.js";

/** @type {Record<string, CustomElementConstructor>} */
const ELEMENTS = {
  "emoji-picker": EmojiPicker,
  "member-panel": MemberPanel,
  "message-announcer": MessageAnnouncer,
  "message-composer": MessageComposer,
  "message-list": MessageList,
  "no-room": NoRoom,
  "notice-line": NoticeLine,
  "people-picker": PeoplePicker,
  "person-card": PersonCard,
  "reaction-picker": ReactionPicker,
  "room-header": RoomHeader,
  "room-list": RoomList,
  "room-switcher": RoomSwitcher,
  "state-bar": StateBar,
  "typing-line": TypingLine,
};

/** @type {Page} */
const page = JSON.parse(document.getElementById("page")?.textContent ?? "");
readStrings(/** @type {HTMLTemplateElement} */ (document.getElementById("strings")).content, page.language);
namesFrom(page);
const root = /** @type {HTMLElement} */ (document.querySelector(".chat"));
const chat = new Chat(page);
for (const [name, element] of Object.entries(ELEMENTS)) {
  customElements.define(name, element);
  for (const found of document.querySelectorAll(name)) if ("connect" in found) /** @type {any} */ (found).connect(chat);
}
const [card, composer, list, panel, picker, switcher] =
  /** @type {[PersonCard, MessageComposer, MessageList, MemberPanel, ReactionPicker, RoomSwitcher]} */ (
    ["person-card", "message-composer", "message-list", "member-panel", "reaction-picker", "room-switcher"].map((name) =>
      document.querySelector(name),
    )
  );

root.addEventListener("message-sent", () => list.toLatest());
root.addEventListener("message-action", (event) => onMessage(/** @type {CustomEvent<MessageAction>} */ (event).detail));
root.addEventListener("room-action", (event) => onRoom(/** @type {CustomEvent<RoomAction>} */ (event).detail));
for (const action of /** @type {const} */ (["browse", "create", "direct"])) {
  part(root, action).onclick = () => onRoom({ action });
}
part(root, "switch").onclick = () => switcher.open();
root.addEventListener("shortcuts-asked", () => openSheet("shortcuts"));
part(root, "shortcuts").onclick = () => openSheet("shortcuts");
part(root, "read-all").onclick = () => chat.readAll();
listenAsMenu(part(root, "me-menu"));
chat.viewListeners.add(makeDrawer(part(root, "sidebar"), [part(root, "main"), panel]));
chat.viewListeners.add(entered);
/** With how many new names what stands for the reader was drawn. */
let namings = -1;
const drawMe = () => {
  if (namings === chat.store.namings) return;
  namings = chat.store.namings;
  drawAvatar(part(root, "avatar"), chat.user);
  part(root, "me-name").textContent = chat.user.display;
};
chat.store.subscribe(drawMe);
drawMe();
listenToKeys(chat, {
  switchRoom: () => switcher.open(),
  endWriting: () => composer.endAbout(),
  toLatest: () => list.toLatest(),
  toUnread: () => list.toUnread(),
});
/** The room that is open. @type {string | undefined} */
let shown;
chat.start();

/** @param {MessageAction} action */
async function onMessage({ action, emoji, item: { message, entry, quoted }, button }) {
  if (action === "retry" && entry) return chat.outbox.retry(entry.key);
  if (action === "discard" && entry) return chat.outbox.settle(entry.key);
  if (action === "author") return showAuthor(message?.user ?? chat.user, button);
  if (action === "quoted" && quoted) return chat.open(chat.view.slug, quoted.seq);
  if (!message) return;
  if (action === "edit") composer.edit(message);
  if (action === "reply") composer.reply(message);
  if (action === "link") copyLink(chat, chat.view.slug, message.seq);
  if (action === "unread") list.markUnread(message);
  if (action === "react") picker.open(button, (chosen) => react(message, chosen, true));
  if (action === "toggle") react(message, emoji ?? "", button.getAttribute("aria-pressed") !== "true");
  if (action === "delete" && (await ask("confirm-delete"))) chat.tryCommand({ type: "delete", message: message.id });
}

/**
 * @param {User} user
 * @param {HTMLElement} button
 */
function showAuthor(user, button) {
  // Who goes on is not named again.
  const place = button.checkVisibility() ? button : (button.closest("li") ?? button);
  card.open(user, place, (user) => composer.mention(user));
}

/**
 * @param {Message} message
 * @param {string} emoji
 * @param {boolean} on
 */
function react(message, emoji, on) {
  chat.tryCommand({ type: "react", message: message.id, emoji, on });
}

/** @param {RoomAction} what */
function onRoom(what) {
  if (what.action === "members") panel.toggle();
  else actOnRooms(chat, what);
}

/** In a room that one has chosen one can write at once; on a touch screen the keyboard would cover it. */
function entered() {
  const { room } = chat;
  if (room?.id === shown) return;
  const chosen = shown !== undefined;
  shown = room?.id;
  if (chosen && chat.view.seq === null && matchMedia("(pointer: fine) and (width >= 45rem)").matches) focusComposer();
}
