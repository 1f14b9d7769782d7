// The page: reads what the server rendered, makes the parts and introduces them to one another.

import { Chat } from "./chat.js";
import { drawAvatar } from "./dom/avatar.js";
import { part } from "./dom/template.js";
import { readStrings, t } from "./strings.js";
import { MessageAnnouncer } from "./ui/announcer.js";
import { MessageComposer } from "./ui/composer.js";
import { ask, openBrowse, openForm, openSheet } from "./ui/dialogs.js";
import { namesFrom } from "./ui/emoji.js";
import { EmojiPicker } from "./ui/emoji_picker.js";
import { MessageList } from "./ui/message_list.js";
import { NoticeLine } from "./ui/notice_line.js";
import { ReactionPicker } from "./ui/reaction_picker.js";
import { RoomHeader } from "./ui/room_header.js";
import { RoomList } from "./ui/room_list.js";
import { listenToKeys } from "./ui/shortcuts.js";
import { StateBar } from "./ui/state_bar.js";
import { RoomSwitcher } from "./ui/switcher.js";
import { TypingLine } from "./ui/typing_line.js";

/** @type {Record<string, CustomElementConstructor>} */
const ELEMENTS = {
  "emoji-picker": EmojiPicker,
  "message-announcer": MessageAnnouncer,
  "message-composer": MessageComposer,
  "message-list": MessageList,
  "notice-line": NoticeLine,
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
const [composer, list, picker, switcher] = /** @type {[MessageComposer, MessageList, ReactionPicker, RoomSwitcher]} */ (
  ["message-composer", "message-list", "reaction-picker", "room-switcher"].map((name) => document.querySelector(name))
);

root.addEventListener("message-sent", () => list.toLatest());
root.addEventListener("message-action", (event) => onMessage(/** @type {CustomEvent<MessageAction>} */ (event).detail));
root.addEventListener("room-action", (event) => onRoom(/** @type {CustomEvent<string>} */ (event).detail));
for (const name of ["browse", "create", "direct"]) part(root, name).onclick = () => onRoom(name);
part(root, "switch").onclick = () => switcher.open();
root.addEventListener("shortcuts-asked", () => openSheet("shortcuts"));
part(root, "shortcuts").onclick = () => openSheet("shortcuts");
for (const button of root.querySelectorAll("[data-drawer]")) {
  button.addEventListener("click", () => root.classList.toggle("drawer"));
}
chat.viewListeners.add(() => root.classList.remove("drawer"));
drawAvatar(part(root, "avatar"), chat.user);
listenToKeys(chat, {
  switchRoom: () => switcher.open(),
  toLatest: () => list.toLatest(),
  toUnread: () => list.toUnread(),
});
chat.start();

/** @param {MessageAction} action */
async function onMessage({ action, emoji, item: { message, entry, quoted }, button }) {
  if (action === "retry" && entry) return chat.outbox.retry(entry.key);
  if (action === "discard" && entry) return chat.outbox.settle(entry.key);
  if (action === "quoted" && quoted) return chat.open(chat.view.slug, quoted.seq);
  if (!message) return;
  if (action === "edit") composer.edit(message);
  if (action === "reply") composer.reply(message);
  if (action === "link") copyLink(message);
  if (action === "unread") list.markUnread(message);
  if (action === "react") picker.open(button, (chosen) => react(message, chosen, true));
  if (action === "toggle") react(message, emoji ?? "", button.getAttribute("aria-pressed") !== "true");
  if (action === "delete" && (await ask("confirm-delete"))) chat.tryCommand({ type: "delete", message: message.id });
}

/**
 * @param {Message} message
 * @param {string} emoji
 * @param {boolean} on
 */
function react(message, emoji, on) {
  chat.tryCommand({ type: "react", message: message.id, emoji, on });
}

/** @param {Message} message */
async function copyLink(message) {
  const url = new URL(chat.link(chat.view.slug, message.seq), location.href).href;
  try {
    await navigator.clipboard.writeText(url);
    chat.notice(t("link_copied"));
  } catch {
    chat.notice(url);
  }
}

/** @param {string} action */
async function onRoom(action) {
  const room = chat.room?.id;
  if (action === "browse") openBrowse(chat);
  if (action === "create") {
    openForm("create", chat, async ({ name, topic, kind }) => {
      const ok = await chat.command({ type: "create", name, kind, ...(topic && { topic }) });
      chat.open(ok.room.slug);
    });
  }
  if (action === "direct") {
    openForm("direct", chat, async ({ user }) => {
      const ok = await chat.command({ type: "direct", user: user.replace(/^@/, "") });
      chat.open(ok.room.slug);
    });
  }
  if (action === "invite" && room) {
    openForm("invite", chat, ({ user }) => chat.command({ type: "invite", room, user: user.replace(/^@/, "") }));
  }
  if (action === "leave" && room && (await ask("confirm-leave"))) {
    if (await chat.tryCommand({ type: "leave", room })) chat.open(null);
  }
}
