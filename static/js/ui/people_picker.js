// Chooses people by a few letters of their names: a field over a list, with those chosen before it. With `one`,
// whoever is chosen is taken at once.

import { drawAvatar } from "../dom/avatar.js";
import { fromTemplate, part } from "../dom/template.js";
import { t } from "../strings.js";
import { PeopleSearch } from "./people_search.js";

export class PeoplePicker extends HTMLElement {
  /** @type {User[]} */
  chosen = [];
  /** Called with each person who is chosen. @type {(person: User) => void} */
  onchoice = () => undefined;
  /** @type {PeopleSearch} */
  #search;
  /** @type {HTMLInputElement} */
  #text;
  /** @type {Set<string>} user ids that are not offered */
  #without = new Set();
  /** @type {User[]} */
  #found = [];
  #active = 0;
  /** The server was asked, and has not answered. */
  #waits = false;
  /** Enter was pressed meanwhile: the first who is found is meant. */
  #eager = false;

  /** @param {Chat} chat */
  connect(chat) {
    this.#text = part(this, "text");
    this.#search = new PeopleSearch(chat, (found) => this.#show(found));
    this.#text.addEventListener("input", () => this.#typed());
    this.#text.addEventListener("focus", () => this.#typed());
    this.#text.addEventListener("keydown", (event) => this.#pressed(event));
    part(this, "list").addEventListener("pointerdown", (/** @type {Event} */ event) => event.preventDefault());
    part(this, "list").addEventListener("click", (/** @type {MouseEvent} */ event) => {
      const row = /** @type {HTMLElement} */ (event.target).closest("[role=option]");
      if (row) this.#choose([...part(this, "list").children].indexOf(row));
    });
  }

  /**
   * @param {Iterable<string>} [without]  ids of people who are not offered
   * @param {User[]} [chosen]
   */
  start(without = [], chosen = []) {
    this.#without = new Set(without);
    this.chosen = chosen;
    this.#text.value = "";
    this.#show([]);
    this.#drawChosen();
  }

  #typed() {
    const q = this.#text.value.trim();
    this.#eager = false;
    this.#waits = q !== "" || this.hasAttribute("offers");
    if (this.#waits) this.#search.ask(q);
    else this.#show([]);
  }

  /** @param {User[]} found */
  #show(found) {
    const taken = new Set(this.chosen.map(({ id }) => id));
    this.#found = found.filter(({ id }) => !taken.has(id) && !this.#without.has(id));
    const list = part(this, "list");
    list.replaceChildren(...this.#found.map((person, n) => {
      const row = fromTemplate("person");
      row.id = `${list.id}-${n}`;
      drawAvatar(part(row, "avatar"), person);
      part(row, "name").textContent = person.display;
      part(row, "hint").textContent = `@${person.name}`;
      return row;
    }));
    list.hidden = !this.#found.length;
    this.#text.setAttribute("aria-expanded", String(!list.hidden));
    part(this, "none").hidden = !this.#text.value.trim() || !list.hidden;
    this.#point(0);
    this.#waits = false;
    if (this.#eager && this.#found.length) this.#choose(0);
    this.#eager = false;
  }

  /** @param {number} n */
  #point(n) {
    this.#active = n;
    const rows = /** @type {HTMLElement[]} */ ([...part(this, "list").children]);
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === n)));
    rows[n]?.scrollIntoView({ block: "nearest" });
    if (rows[n]) this.#text.setAttribute("aria-activedescendant", rows[n].id);
    else this.#text.removeAttribute("aria-activedescendant");
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const n = this.#found.length;
    const last = this.chosen.at(-1);
    if (event.isComposing) return;
    if (step && n) this.#point((this.#active + step + n) % n);
    else if (event.key === "Enter" && (this.#text.value || this.hasAttribute("one"))) {
      if (this.#waits) this.#eager = true;
      else if (n) this.#choose(this.#active);
    } else if (event.key === "Backspace" && !this.#text.value && last) this.#drop(last);
    else return;
    event.preventDefault();
  }

  /** @param {number} n */
  #choose(n) {
    const person = this.#found[n];
    if (!this.hasAttribute("one")) {
      this.chosen = [...this.chosen, person];
      this.#text.value = "";
      this.#typed();
      this.#drawChosen();
    }
    this.onchoice(person);
  }

  /** @param {User} person */
  #drop(person) {
    this.chosen = this.chosen.filter(({ id }) => id !== person.id);
    this.#drawChosen();
    this.#text.focus();
    this.onchoice(person);
  }

  #drawChosen() {
    part(this, "chosen").replaceChildren(...this.chosen.map((person) => {
      const chip = fromTemplate("chosen-person");
      const drop = part(chip, "drop");
      drawAvatar(part(chip, "avatar"), person);
      part(chip, "name").textContent = person.display;
      drop.ariaLabel = drop.title = t("take_back", { name: person.display });
      drop.onclick = () => this.#drop(person);
      return chip;
    }));
  }
}
