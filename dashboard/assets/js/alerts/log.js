// What was sent, what waits, what was given up, and what was left unsent on purpose.

import * as api from "../api.js";
import { KINDS, RULE, inWords } from "../alerts.js";
import { here } from "../boot.js";
import { h } from "../dom.js";
import { fault } from "../faults.js";
import * as format from "../format.js";
import { t } from "../words.js";

const EVERY = 5000; // ms between two looks while the log is shown: messages are no news of the live answer
const SHOWN = 200;
const STATES = { pending: ["warn", "waiting"], sent: ["good", "sent"], dead: ["bad", "given up"], dropped: ["calm", "not sent"] };

// what the service writes before a kind, and the whole title
const TITLES = { opened: ["", "{kind}: {run}"], escalated: ["Worse: ", "Worse: {kind}: {run}"], resolved: ["Over: ", "Over: {kind}: {run}"], reminded: ["Still: ", "Still: {kind}: {run}"] };
const TEST = "Test of ";

export class Log {
  static title = "Delivery log";

  constructor(page, place) {
    this.page = page;
    this.place = place;
  }

  async open() {
    this.chips = h("div", { class: "alert-filters", role: "group", "aria-label": t("State") });
    this.list = h("div", { class: "card things", id: "deliveries" });
    this.problem = h("p", { class: "fault", role: "alert", hidden: true });
    this.place.replaceChildren(this.chips, this.problem, this.list);
    this.page.view.listen((changed) => changed.has("sent") && this.anew(), this.page.signal);
    this.clock = setInterval(() => !document.hidden && this.list.offsetParent && this.anew().catch(() => {}), EVERY);
    await this.anew();
  }

  async anew() {
    const asked = this.page.view.get("sent");
    const state = asked in STATES ? asked : null;
    const { deliveries, counts } = await api.get(`deliveries?${api.query({ limit: SHOWN, state })}`, { signal: this.page.signal });
    const key = JSON.stringify([asked, deliveries, counts]);
    if (key === this.shown) return;
    this.shown = key;
    this.#drawChips(state, counts);
    const rows = deliveries.map((one) => this.#row(one));
    this.list.replaceChildren(...(rows.length ? rows : [h("p", { class: "muted none" }, t("Nothing was sent yet."))]));
  }

  absorb() {
    return this.anew();
  }

  #drawChips(state, counts) {
    const chip = (value, words) => h("button", { class: "chip", "aria-pressed": String(state === value), onclick: () => this.page.view.set({ sent: value }) }, words);
    const chips = Object.entries(STATES).map(([value, [, words]]) => chip(value, `${t(words)} ${format.steps(counts[value])}`));
    const focused = [...this.chips.children].indexOf(document.activeElement);
    this.chips.replaceChildren(chip(null, t("all")), ...chips);
    this.chips.children[focused]?.focus();
  }

  /** What a message says on top, which the service writes in English. */
  #title({ event, kind, title }) {
    if (event === "test" && title.startsWith(TEST)) return t("Test of {channel}", { channel: title.slice(TEST.length) });
    const [before, text] = TITLES[event] ?? [];
    const name = kind.startsWith(RULE) ? kind.slice(RULE.length) : KINDS[kind];
    const start = `${before}${name}: `;
    return before !== undefined && title.startsWith(start) ? t(text, { kind: inWords(kind), run: title.slice(start.length) }) : t(title);
  }

  #row(one) {
    const [look, words] = STATES[one.state];
    const when = one.state === "pending" ? t("next try in {time}", { time: format.duration(one.due_at - Date.now() / 1000) }) : format.ago(one.done_at ?? one.created_at);
    const tries = one.attempts > 1 ? t("{n} tries", { n: one.attempts }) : null;
    const again = h("button", { class: "button small", onclick: () => this.#retry(one.id) }, t("Send again"));
    const title = one.run ? h("a", { class: "alert-run", href: here(`runs/${encodeURIComponent(one.run)}`) }, this.#title(one)) : h("b", {}, this.#title(one));
    return h(
      "div",
      { class: "thing", "data-delivery": one.id },
      h(
        "div",
        { class: "thing-what" },
        h("div", { class: "thing-head" }, h("span", { class: `badge ${look}` }, t(words)), title, h("span", { class: "muted" }, `→ ${one.channel_name}`), one.digest && one.state === "pending" ? h("span", { class: "badge calm" }, t("digest")) : null),
        h("div", { class: "muted thing-head" }, h("span", {}, when), tries ? h("span", {}, tries) : null, one.error ? h("span", { class: one.state === "dropped" ? "" : "bad-text" }, fault(one.error)) : null),
      ),
      h("div", { class: "thing-acts" }, one.state === "dead" ? again : null),
    );
  }

  async #retry(id) {
    this.problem.hidden = true;
    try {
      await api.post(`deliveries/${id}/retry`);
    } catch (error) {
      this.problem.textContent = error.message;
      this.problem.hidden = false;
    }
    await this.anew();
  }

  close() {
    clearInterval(this.clock);
  }
}
