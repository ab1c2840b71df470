// Rules of the users: a list, and the form that makes and changes them.

import * as api from "../api.js";
import { h, icon } from "../dom.js";
import { t } from "../words.js";
import { sure } from "./fields.js";
import { ruleForm } from "./rule_form.js";
import { forRuns, held, inWords } from "./rule_words.js";

const BADGES = { critical: "bad", warning: "warn", info: "calm" };

export class Rules {
  static title = "Rules";

  constructor(page, place) {
    this.page = page;
    this.place = place;
  }

  async open() {
    const add = h("button", { class: "button primary", onclick: () => this.edit(null) }, icon("plus"), t("New rule"));
    this.form = h("div", {});
    this.list = h("div", { class: "card things" });
    const intro = h("p", { class: "muted intro" }, t("A rule opens an alert when something that you say comes true, on any signals of any runs. It looks at what is logged from now on."));
    this.place.replaceChildren(h("div", { class: "things-head" }, intro, add), this.form, this.list);
    await this.anew();
  }

  async anew() {
    const { rules } = await api.get("rules", { signal: this.page.signal });
    const rows = rules.map((rule) => this.#row(rule));
    this.list.replaceChildren(...(rows.length ? rows : [h("p", { class: "muted none" }, t("No rules yet."))]));
  }

  /** How many alerts a rule has open may have changed. */
  async absorb(alerts) {
    if (alerts.some((alert) => alert.kind.startsWith("rule:"))) await this.anew();
  }

  edit(rule) {
    this.form.replaceChildren(ruleForm({ rule, signal: this.page.signal, saved: () => this.anew() }));
    this.form.scrollIntoView({ block: "nearest" });
  }

  #row(rule) {
    const open = rule.open ? h("button", { class: "badge bad alert-kind", onclick: () => this.page.view.set({ tab: null, state: null, kind: `rule:${rule.name}` }) }, t("{n} open", { n: rule.open })) : null;
    const off = rule.enabled ? null : h("span", { class: "badge calm" }, t("off"));
    const { id, created_at, updated_at, open: count, ...plain } = rule;
    const turn = async () => (await api.put(`rules/${id}`, { ...plain, enabled: !rule.enabled }), this.anew());
    return h(
      "div",
      { class: "thing", "data-rule": rule.name },
      h(
        "div",
        { class: "thing-what" },
        h("div", { class: "thing-head" }, h("b", {}, rule.name), h("span", { class: `badge ${BADGES[rule.severity]}` }, t(rule.severity)), open, off),
        h("div", {}, h("code", {}, rule.signal), " ", inWords(rule.condition), held(rule)),
        h("div", { class: "muted" }, forRuns(rule.runs)),
      ),
      h(
        "div",
        { class: "thing-acts" },
        h("button", { class: "button small", onclick: turn }, rule.enabled ? t("Turn off") : t("Turn on")),
        h("button", { class: "button small", onclick: () => this.edit(rule) }, t("Edit")),
        sure(t("Remove"), async () => (await api.remove(`rules/${id}`), this.anew())),
      ),
    );
  }
}
