// What bench/page.py asks a page; put into it before its own scripts.

const watched = (window.watched = {
  firstMessage: 0,
  longTasks: [],

  over: (milliseconds) => watched.longTasks.filter((duration) => duration > milliseconds).length,
  longest: () => Math.max(0, ...watched.longTasks),

  /** Milliseconds from the click on a room until its messages are there; 0 for the room that is open. */
  async switchTo(slug) {
    const link = document.querySelector(`room-list a[data-slug="${CSS.escape(slug)}"]`);
    const before = document.querySelector("message-list li.message");
    if (!link || link.getAttribute("aria-current")) return 0;
    const begin = performance.now();
    link.click();
    while (performance.now() - begin < 5000) {
      await new Promise(requestAnimationFrame);
      const now = document.querySelector("message-list li.message");
      if (now && now !== before) break;
    }
    return performance.now() - begin;
  },

  /** How far the row in the middle of the window moves in so many milliseconds in which nobody scrolls. */
  async drift(milliseconds) {
    await new Promise(requestAnimationFrame);
    const scroller = document.querySelector("message-list [data-part=scroller]").getBoundingClientRect();
    const middle = scroller.top + scroller.height / 2;
    const rows = [...document.querySelectorAll("message-list li.message")];
    const row = rows.find((one) => one.getBoundingClientRect().bottom > middle);
    const before = row?.getBoundingClientRect().top;
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    return row?.isConnected ? Math.abs(row.getBoundingClientRect().top - before) : 0;
  },
});

new PerformanceObserver((list) => watched.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({
  type: "longtask",
  buffered: true,
});
new MutationObserver((_changes, observer) => {
  if (!document.querySelector("message-list li.message")) return;
  watched.firstMessage = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });
