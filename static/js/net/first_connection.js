// The page's first connection is made while most of its modules are still on their way: they find the welcome here.

/** @type {Page} */
const page = JSON.parse(document.getElementById("page")?.textContent ?? "");
const url = new URL(page.ws, location.href).href.replace(/^http/, "ws");
const open = () => new WebSocket(url, "chatconnet.v1");

/** @type {WebSocket | null} */
let first = open();
/** @type {MessageEvent[]} */
const heard = [];
first.onmessage = (event) => heard.push(event);

/** A new connection and what it has said already: for whoever asks first and in time, the first one. */
export function connect() {
  const ws = first;
  first = null;
  return ws && ws.readyState <= WebSocket.OPEN ? { ws, heard } : { ws: open(), heard: [] };
}
