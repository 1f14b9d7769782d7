// Times in the reader's language and zone.

const language = document.documentElement.lang || undefined;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium" });

/** @param {string | number} at */
export const clockTime = (at) => clock.format(new Date(at));

/** The same for all times of one day, here. @param {string | number} at */
export const dayKey = (at) => new Date(at).toDateString();

/** "Today" and "Yesterday", else the date. @param {number} at */
export function dayName(at) {
  const ago = Math.round((new Date(dayKey(Date.now())).getTime() - new Date(dayKey(at)).getTime()) / 86_400_000);
  const name = ago === 0 || ago === 1 ? relative.format(-ago, "day") : day.format(at);
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
}

/** @param {string | number} at */
export const fullTime = (at) => full.format(new Date(at));
