/** What travels on the wire (docs/protocol.md) and what the page makes of it. Types only: never loaded by a browser. */

interface User {
  id: string;
  name: string;
  display: string;
  bot?: boolean;
}

interface Message {
  id: string;
  room: string;
  seq: number;
  pos: number;
  key: string;
  user: User;
  at: string;
  body?: string;
  html?: string;
  edited?: string;
  deleted?: boolean;
  hidden?: boolean;
  held?: boolean;
  reply_to?: string;
  reactions?: Record<string, string[]>;
  counts?: Record<string, number>;
  files?: object[];
  mentions?: string[];
}

interface Member {
  user: User;
  role: "owner" | "moderator" | "member";
  left?: boolean;
  pos: number;
}

interface Counts {
  read: number;
  unread: number;
  mentions: number;
}

interface RoomInfo extends Counts {
  id: string;
  slug: string;
  name: string;
  topic: string;
  kind: "public" | "private" | "direct";
  role: Member["role"] | null;
  closed: boolean;
  head: number;
  users?: User[];
}

interface Limits {
  body: number;
  frame: number;
  [name: string]: number;
}

/** Any frame, from either side. `type` decides which of the rest is there. */
interface Frame {
  type: string;
  [field: string]: any;
}

/** A message of one's own that the server has not acknowledged yet; a row of the outbox in IndexedDB. */
interface Entry {
  key: string;
  user: string;
  room: string;
  body: string;
  reply_to?: string;
  /** When it was written, in milliseconds; orders the outbox of a room. */
  at: number;
  state: "waiting" | "failed";
  /** The server's sentence, where it was refused. */
  detail?: string;
  /** Connections that broke while this entry was on its way. */
  drops?: number;
}

interface OutboxStorage {
  all(user: string): Promise<Entry[]>;
  put(entry: Entry): Promise<void>;
  remove(key: string): Promise<void>;
}

/** What happened to the store: a room, the list of rooms, or messages of one's own that have arrived. */
interface Change {
  room?: string;
  rooms?: boolean;
  presence?: boolean;
  sent?: string[];
}

/** `until` (milliseconds) is when the next attempt begins; `problem` names why there will be none. */
interface Connection {
  state: "connecting" | "open" | "waiting" | "offline" | "stopped";
  /** Open, but what was asked is not answered. */
  silent?: boolean;
  until?: number;
  problem?: "signed_out" | "suspended" | "too_many";
}

/** What the server rendered into the page. */
interface Page {
  user: User;
  /** May use the administration. */
  staff: boolean;
  server: { name: string; description: string };
  ws: string;
  room: string | null;
  seq: number | null;
  language: string;
  /** Address of the names of emoji. */
  emoji: string;
  preferences: Preferences;
}

interface Preferences {
  /** Otherwise Ctrl+Enter does. */
  enterSends: boolean;
  /** Keys without Ctrl or Alt do something (WCAG 2.1.4). */
  singleKeys: boolean;
}

/** What is looked at: the messages around `seq`, or the newest. `quiet`: without pointing at one. */
interface View {
  slug: string | null;
  seq: number | null;
  quiet?: true;
}

type Chat = import("./chat.js").Chat;
type Room = import("./state/room.js").Room;

/** What a row of the message list shows: a message, or an entry as long as it is on its way. */
interface Item {
  message?: Message;
  entry?: Entry;
  /** One's own text that the server no longer shows. */
  copy?: { body: string; html?: string };
  /** What it answers, if that is known. */
  quoted?: Message;
  /** Follows a message of the same author closely. */
  grouped: boolean;
}

/** Who looks at a row, and what a row needs to know beyond its item. */
interface Reader {
  me: User;
  /** The room can be read, not written in. */
  closed: boolean;
  moderates: boolean;
  /** The message that is being answered or edited, by its id. */
  writesAbout: string | undefined;
  nameOf(user: string): string | undefined;
  /** Another number than before: somebody who was known has another name. */
  namings: number;
  linkTo(message: Message): string;
}

/** `room-action`, which bubbles from wherever one decides to do something with rooms. */
interface RoomAction {
  action: "browse" | "create" | "direct" | "members" | "settings" | "invite" | "link" | "read" | "leave";
  /** Of the room to create. */
  name?: string;
}

/** `message-action`, which bubbles from the message list. */
interface MessageAction {
  action: "edit" | "delete" | "reply" | "react" | "toggle" | "link" | "unread" | "retry" | "discard" | "quoted" | "author";
  emoji?: string;
  item: Item;
  button: HTMLElement;
}
