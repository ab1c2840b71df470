// What happened in a run, in order: its own events, and what the doctor said.

import { kindName } from "../alerts.js";
import { flatten } from "../facts.js";
import { h, setText } from "../dom.js";
import * as format from "../format.js";
import { said } from "../sentences.js";
import { RunEvents } from "../run_events.js";
import { t } from "../words.js";

const SHOWN = 1000; // the latest ones; a search looks through all

/** Data of an event in one line: "factor=0.1, why=plateau". */
const inLine = (data) => flatten(data ?? {}).filter(([key]) => key).map(([key, text]) => `${key}=${text}`).join(", ");

export class LogsTab {
  constructor(page, place) {
    this.page = page;
    this.events = new RunEvents(page.id, page.signal);
    this.field = h("input", { type: "search", class: "field", placeholder: t("Search events"), "aria-label": t("Search events"), "data-search": "" });
    this.field.addEventListener("input", () => this.draw());
    this.kind = h("select", { class: "select", "aria-label": t("Kind of event") });
    this.kind.addEventListener("change", () => this.draw());
    this.count = h("span", { class: "count", role: "status" });
    const head = ["Time", "Step", "Event", "What"].map((name) => h("th", { scope: "col" }, t(name)));
    this.rows = h("tbody", {});
    this.empty = h("p", { class: "muted", hidden: true });
    const zone = h("p", { class: "muted log-zone" }, t("Times are of {zone}.", { zone: format.zone() }));
    place.append(
      h("div", { class: "card logs" }, h("div", { class: "log-tools" }, this.field, this.kind, this.count), h("div", { class: "log-scroll", tabindex: 0, role: "region", "aria-label": t("Events") }, h("table", {}, h("thead", {}, h("tr", {}, ...head)), this.rows)), this.empty, zone),
    );
    page.findings.listen(() => this.events.ready && this.draw());
  }

  async open() {
    await this.events.load();
    this.draw();
  }

  absorb(change) {
    if (this.events.take(change)) this.draw();
  }

  anew() {
    return this.open();
  }

  /** Events and what became of alerts, the latest first: { time, step, kind, text, severity }. */
  entries() {
    const found = this.events.all.map(({ time, step, kind, data }) => ({ time, step, kind, text: data?.message ?? inLine(data) }));
    const { findings } = this.page;
    for (const alert of findings.alerts.values()) {
      found.push({ time: alert.created_at, step: alert.step, kind: "alert", text: said(alert.summary), severity: alert.severity });
      if (alert.resolved_at) found.push({ time: alert.resolved_at, step: alert.resolved_step, kind: "resolved", text: kindName(alert) });
    }
    const run = this.page.data.info;
    found.push({ time: run.started_at, step: null, kind: "start", text: run.name || run.id });
    if (run.finished_at) found.push({ time: run.finished_at, step: run.last_step, kind: run.state, text: run.reason ?? "" });
    return found.sort((a, b) => b.time - a.time);
  }

  draw() {
    const all = this.entries();
    const kinds = ["", ...new Set(all.map((one) => one.kind))].sort();
    if (this.kinds !== kinds.join()) {
      this.kinds = kinds.join();
      const held = this.kind.value;
      this.kind.replaceChildren(...kinds.map((kind) => h("option", { value: kind }, kind ? t(kind) : t("All kinds"))));
      this.kind.value = kinds.includes(held) ? held : "";
    }
    const asked = this.field.value.trim().toLowerCase();
    const kind = this.kind.value;
    const found = all.filter((one) => (!kind || one.kind === kind) && `${one.kind} ${t(one.kind)} ${one.text} ${one.step}`.toLowerCase().includes(asked));
    const row = (one) =>
      h("tr", { class: one.severity ?? "" }, h("td", { title: format.when(one.time) }, format.when(one.time)), h("td", { class: "number" }, one.step === null || one.step === undefined ? "" : format.steps(one.step)), h("td", {}, h("span", { class: "badge calm" }, t(one.kind))), h("td", {}, one.text));
    this.rows.replaceChildren(...found.slice(0, SHOWN).map(row));
    setText(this.count, found.length > SHOWN ? t("the latest {n} of {all}", { n: format.steps(SHOWN), all: format.steps(found.length) }) : t("{n} events", { n: format.steps(found.length) }));
    this.empty.hidden = found.length > 0;
    setText(this.empty, asked || kind ? t("No event fits.") : "");
  }
}
