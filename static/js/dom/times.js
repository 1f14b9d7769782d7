// Times in the reader's language and zone.

const language = document.documentElement.lang || undefined;
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium" });

/** @param {string | number} at */
export const clockTime = (at) => clock.format(new Date(at));

/** @param {string | number} at */
export const dayName = (at) => day.format(new Date(at));

/** @param {string | number} at */
export const fullTime = (at) => full.format(new Date(at));
