// What tests/browser/agreement.py and random_use.py ask a page; put into it before its own scripts.

const inside = (window.inside = {
  /** The page's store, once the debugger has found it. @type {any} */
  store: undefined,

  /** What the page knows, room by room. */
  held: () =>
    [...inside.store.rooms.values()].map((room) => ({
      info: room.info,
      position: room.position,
      syncing: room.syncing,
      loaded: room.loaded,
      pending: [...room.pending.values()],
      liveFrom: room.timeline.span(null).from,
      messages: room.timeline.all(),
      members: room.everybodyKnown ? [...room.members.values()].map(({ user, role }) => [user.name, role]) : null,
    })),

  /** How many messages are held in all. */
  size: () => [...inside.store.rooms.values()].reduce((n, room) => n + room.timeline.all().length, 0),

  /** What the page shows. */
  drawn: () => ({
    connection: document.querySelector("state-bar").dataset.state,
    slug: /^\/r\/([^/]+)/.exec(location.pathname)?.[1],
    noRoom: !document.querySelector("no-room").hidden,
    title: document.title,
    name: text(document.querySelector("room-header h1")),
    topic: text(document.querySelector("room-header [data-part=topic]")),
    draft: document.querySelector("message-composer .about").hidden ? inside.field().value : null,
    atNewest: document.querySelector("message-list .latest").hidden,
    sections: ["rooms", "directs"].map((name) =>
      [...document.querySelectorAll(`room-list [data-part=${name}] a`)].map((link) => ({
        slug: link.dataset.slug,
        name: text(link.querySelector(".name")),
        unread: badge(link.querySelector("[data-part=unread]")),
        mentions: badge(link.querySelector("[data-part=mentions]")),
        news: link.classList.contains("unread"),
        open: link.hasAttribute("aria-current"),
        draft: !link.querySelector(".draft").hidden,
      })),
    ),
    rows: rows().map((row) => ({
      seq: seqOf(row),
      author: text(row.querySelector("[data-part=author]")),
      text: shown(row.querySelector("[data-part=text]")),
      deleted: row.classList.contains("deleted"),
      edited: !row.querySelector("[data-part=edited]").hidden,
      quote: shown(row.querySelector("[data-part=quote]")) && line(row.querySelector("[data-part=quoted-text]")),
      reactions: [...row.querySelectorAll(".reactions button")].map((chip) => [
        chip.dataset.emoji,
        Number(text(chip.querySelector("[data-part=count]"))),
        chip.getAttribute("aria-pressed") === "true",
      ]),
      pending: row.matches(".pending, .failed"),
    })),
  }),

  /** Messages whose middle can be seen, as far as choosing one to act on is concerned. */
  seen: () => {
    const { top, bottom } = document.querySelector("message-list .scroller").getBoundingClientRect();
    const middle = (row) => (row.getBoundingClientRect().top + row.getBoundingClientRect().bottom) / 2;
    return rows()
      .filter((row) => seqOf(row) && middle(row) > top + 60 && middle(row) < bottom - 60)
      .map((row) => (point(row), {
        seq: seqOf(row),
        deleted: row.classList.contains("deleted"),
        mine: !row.querySelector("[data-part=edit]").hidden,
        deletable: !row.querySelector("[data-part=delete]").hidden,
        chips: row.querySelectorAll(".reactions button").length,
        quotes: !row.querySelector("[data-part=quote]").hidden,
      }));
  },

  /** Something lies over the page. */
  covered: () => document.querySelector("dialog[open], :popover-open") !== null,

  field: () => document.querySelector("message-composer textarea"),

  /** Where Back (-1) or Forward (1) leads, if that is in the chat, and whether the page is loaded then. */
  way: (step) => {
    const entry = navigation.entries()[navigation.currentEntry.index + step];
    const path = entry?.url && new URL(entry.url).pathname;
    return path && /^\/(r\/.*)?$/.test(path) ? { path, loads: !entry.sameDocument } : null;
  },

  /** The entries of the outbox, as this browser keeps them. */
  outbox: async () => {
    const database = await answered(indexedDB.open("chatconnet"));
    const entries = await answered(database.transaction("outbox").objectStore("outbox").getAll());
    database.close();
    return entries;
  },
});

const rows = () => [...document.querySelectorAll("message-list li.message")];
const text = (element) => element.textContent.trim();
const line = (element) => text(element).replace(/\s+/g, " ");
const shown = (element) => (element.hidden ? null : element.textContent);
const badge = (element) => (element.hidden ? "" : text(element.querySelector("[data-part=n]")));
const seqOf = (row) => Number(row.dataset.seq);
const point = (row) => row.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  console.error(`CSP: ${violatedDirective} forbids ${blockedURI}`),
);
