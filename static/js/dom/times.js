// Times in the reader's language and zone.

const language = document.documentElement.lang || undefined;
const timeZone = zoneOf(document.documentElement.dataset.timeZone);
const clock = new Intl.DateTimeFormat(language, { timeZone, timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { timeZone, weekday: "long", day: "numeric", month: "long", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const full = new Intl.DateTimeFormat(language, { timeZone, dateStyle: "full", timeStyle: "medium" });
/** Year, month and day as numbers, whatever the language. */
const date = new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" });

/** The zone that was chosen, if this browser knows it, else its own. @param {string | undefined} name */
function zoneOf(name) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name || undefined }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** @param {string | number} at */
export const clockTime = (at) => clock.format(new Date(at));

/** Where there is no room for the half of the day. @param {string | number} at */
export function shortTime(at) {
  const parts = clock.formatToParts(new Date(at)).filter(({ type }) => type !== "dayPeriod");
  return parts.map(({ value }) => value).join("").trim();
}

/** The same for all times of one day, here. @param {string | number} at */
export const dayKey = (at) => date.format(new Date(at));

/** "Today" and "Yesterday", else the date. @param {number} at */
export function dayName(at) {
  const ago = (Date.parse(dayKey(Date.now())) - Date.parse(dayKey(at))) / 86_400_000;
  const name = ago === 0 || ago === 1 ? relative.format(-ago, "day") : day.format(at);
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** @param {string | number} at */
export const fullTime = (at) => full.format(new Date(at));
