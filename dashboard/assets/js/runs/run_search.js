// The search field of the runs page: the query language with suggestions as one types, and a panel that explains it.

import * as api from "../api.js";
import { KINDS } from "../alerts.js";
import { h, icon } from "../dom.js";
import { popover } from "../popover.js";
import { t } from "../words.js";

const WAIT = 220; // ms after the last key
const MOST = 9;
const HALF = /(^|\s)-?([\w./-]+(:|=|<|>|,)|-|[^\s"]*"([^"\\]|\\.)*)$/; // the last term waits for its value, or for its closing quote
const EXAMPLES = ["loss:wgan-gp health:critical", "state:running step>5000", "config.lr<1e-3 -tag:broken", 'name:dcgan* "two words"'];

/** The term that the caret is in: where it begins, and what of it stands before the caret. */
export function termAt(text, caret) {
  const before = text.slice(0, caret);
  let quoted = false;
  let start = 0;
  for (let at = 0; at < before.length; at += 1) {
    if (before[at] === '"' && before[at - 1] !== "\\") quoted = !quoted;
    else if (!quoted && /\s/.test(before[at])) start = at + 1;
  }
  return { start, term: before.slice(start) };
}

/** What could stand there: [{ text: the whole term, says }]. @param told the answer of `GET /query`. @param names { project, group }. */
export function offers(term, told, names) {
  const minus = term.startsWith("-") ? "-" : "";
  const found = /^-?([A-Za-z_][\w./-]*)(<=|>=|!=|:|=|<|>)(.*)$/.exec(term);
  const typed = term.slice(minus.length).toLowerCase();
  if (!found) {
    const keys = typed.startsWith("config.") ? told.offers.config.map((key) => ({ text: key, says: "" })) : [];
    const fields = told.fields.map(({ field, says, kind }) => ({ text: field.replace("…", "") + (field.endsWith("…") || kind === "number" ? "" : ":"), says: t(says) }));
    return [...keys, ...fields].filter(({ text }) => text.toLowerCase().startsWith(typed) && text !== typed).map((one) => ({ ...one, text: minus + one.text })).slice(0, MOST);
  }
  const [, field, operator, value] = found;
  const last = value.split(",").at(-1);
  const head = minus + field + operator + value.slice(0, value.length - last.length);
  const choices = told.fields.find((one) => one.field === field)?.allowed ?? [];
  const values = { ...told.offers, ...names }[field] ?? choices;
  return values
    .filter((one) => one.toLowerCase().includes(last.replace(/^"/, "").toLowerCase()) && one !== last)
    .slice(0, MOST)
    .map((one) => ({ text: head + (/[\s",]/.test(one) ? `"${one.replace(/(["\\])/g, "\\$1")}"` : one), says: KINDS[one] ? t(KINDS[one]) : "", done: true }));
}

export class RunSearch {
  /** @param on called with the text once typing rests. @param names () => { project, group }. */
  constructor(place, { value, on, names, signal }) {
    this.on = on;
    this.names = names;
    this.signal = signal;
    this.field = h("input", {
      type: "search", id: "runs-search", class: "field", value, placeholder: t("Search runs"), "aria-label": t("Search runs"), role: "combobox",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "runs-offers", autocomplete: "off", spellcheck: "false", maxlength: 1000,
    });
    this.list = h("div", { id: "runs-offers", class: "offers", role: "listbox", hidden: true });
    const help = popover({ label: t("How to search"), sign: "help", wide: true, signal, content: () => this.help() });
    place.replaceChildren(icon("search"), this.field, h("kbd", { "aria-hidden": "true" }, "/"), help, this.list);
    this.field.addEventListener("focus", () => this.learn().then(() => this.offer()));
    this.field.addEventListener("input", () => (this.offer(), this.soon()));
    this.field.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    this.field.addEventListener("keydown", (event) => this.key(event));
  }

  /** Asks once what there is to search for. */
  async learn() {
    this.told ??= await api.get("query", { signal: this.signal }).catch(() => null);
  }

  /** Searches once typing rests: later while a suggestion may be taken, not at all while a term is half written. */
  soon(wait = this.list.hidden ? WAIT : 3 * WAIT) {
    clearTimeout(this.timer);
    if (wait && HALF.test(this.field.value)) return;
    this.timer = setTimeout(() => this.on(this.field.value.trim()), wait);
  }

  set(text) {
    if (this.field.value.trim() !== text) this.field.value = text;
  }

  fault(message) {
    this.field.setAttribute("aria-invalid", String(Boolean(message)));
  }

  offer() {
    if (!this.told || document.activeElement !== this.field) return;
    const { start, term } = termAt(this.field.value, this.field.selectionStart);
    this.start = start;
    this.found = term ? offers(term, this.told, this.names()) : [];
    this.at = -1;
    this.list.replaceChildren(
      ...this.found.map((one, at) =>
        h("div", { class: "offer", role: "option", id: `offer-${at}`, onpointerdown: (event) => (event.preventDefault(), this.take(at)) }, h("code", {}, one.text), h("span", { class: "muted" }, one.says)),
      ),
    );
    this.list.hidden = !this.found.length;
    this.field.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === this.at)));
    if (this.at >= 0) this.field.setAttribute("aria-activedescendant", `offer-${this.at}`);
    else this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
  }

  take(at) {
    const { text, done } = this.found[at];
    const rest = this.field.value.slice(this.field.selectionStart);
    const put = text + (done && !rest.startsWith(" ") ? " " : "");
    this.field.value = this.field.value.slice(0, this.start) + put + rest;
    this.field.setSelectionRange(this.start + put.length, this.start + put.length);
    this.offer();
    if (done) this.soon(0);
    else clearTimeout(this.timer);
  }

  key(event) {
    const open = !this.list.hidden;
    if (event.key === "Escape") {
      event.preventDefault();
      if (open) this.close();
      else this.field.blur();
    } else if (event.key === "Enter") {
      if (open && this.at >= 0) this.take(this.at);
      else (this.close(), this.soon(0));
    } else if (open && event.key === "Tab" && !event.shiftKey) {
      event.preventDefault();
      this.take(Math.max(this.at, 0));
    } else if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      const count = this.found.length;
      this.at = event.key === "ArrowDown" ? (this.at + 1) % count : (this.at + count - (this.at < 0 ? 0 : 1)) % count;
      this.mark();
    }
  }

  help() {
    const fill = (text) => h("button", { class: "plain example", onclick: () => ((this.field.value = text), this.field.focus(), this.soon(0)) }, h("code", {}, text));
    const rows = (this.told?.fields ?? []).map((one) => h("tr", {}, h("td", {}, h("code", {}, one.field)), h("td", {}, t(one.says)), h("td", {}, fill(one.example))));
    if (!this.told) this.learn().then(() => this.told && this.field.parentElement.querySelector(".pop-box").refresh());
    return [
      h("p", {}, t("Words are looked for in name, id, group and notes. All terms must hold; - before one turns it round, a,b means either, * stands for anything, quotes keep spaces.")),
      h("div", { class: "examples" }, ...EXAMPLES.map(fill)),
      h("table", { class: "fields" }, h("tbody", {}, ...rows)),
    ];
  }
}
