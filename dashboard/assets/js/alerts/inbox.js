// The inbox: alerts by state, severity, kind, project and run; what people do with them, one by one or many at once.

import * as api from "../api.js";
import { byId, h, icon, setText } from "../dom.js";
import { inWords } from "../alerts.js";
import * as format from "../format.js";
import { t } from "../words.js";
import { choice } from "./fields.js";
import { row, snoozes } from "./inbox_row.js";

const MOST = 500; // rows
const STATES = { "": ["open", "acknowledged", "snoozed"], open: ["open"], acknowledged: ["acknowledged"], snoozed: ["snoozed"], resolved: ["resolved"], all: [] };
const KEYS = ["state", "severity", "kind", "project", "run"];
const RANK = { critical: 0, warning: 1, info: 2 };
const AGO = 20000; // ms between two looks at "5 min ago"

export class Inbox {
  static title = "Inbox";

  constructor(page, place) {
    this.page = page;
    this.place = place;
    this.alerts = new Map();
    this.rows = new Map(); // id → element
    this.chosen = new Set();
    this.kinds = new Set();
    this.projects = new Set();
  }

  async open() {
    this.filters = h("div", { class: "alert-filters", role: "search" });
    this.bulk = h("div", { class: "alert-bulk", hidden: true });
    this.problem = h("p", { class: "fault", role: "alert", hidden: true });
    this.list = h("div", { class: "card alert-list", role: "list", "aria-label": t("Alerts") });
    this.list.addEventListener("keydown", (event) => this.#key(event));
    this.place.replaceChildren(this.filters, this.bulk, this.problem, this.list);
    this.page.view.listen((changed) => KEYS.some((key) => changed.has(key)) && this.anew(), this.page.signal);
    const clock = setInterval(() => !document.hidden && this.draw(), AGO);
    this.page.signal.addEventListener("abort", () => clearInterval(clock));
    await this.anew();
  }

  /** What the address asks for. */
  get asked() {
    return Object.fromEntries(KEYS.map((key) => [key, this.page.view.get(key) ?? ""]));
  }

  async anew() {
    const asked = this.asked;
    const states = STATES[asked.state] ?? STATES[""];
    const words = [...states.map((one) => `state=${one}`), api.query({ limit: MOST, ...only(asked, ["severity", "kind", "project", "run"]) })];
    const { alerts, runs } = await api.get(`alerts?${words.join("&")}`, { signal: this.page.signal });
    if (JSON.stringify(asked) !== JSON.stringify(this.asked)) return;
    this.page.know(Object.entries(runs));
    this.alerts = new Map(alerts.map((alert) => [alert.id, alert]));
    this.chosen = new Set([...this.chosen].filter((id) => this.alerts.has(id)));
    this.draw();
  }

  absorb(alerts) {
    for (const alert of alerts) {
      if (this.#fits(alert)) this.alerts.set(alert.id, alert);
      else this.alerts.delete(alert.id);
    }
    this.draw();
  }

  #fits(alert) {
    const asked = this.asked;
    const states = STATES[asked.state] ?? STATES[""];
    return (
      (!states.length || states.includes(alert.state)) &&
      ["severity", "kind", "run"].every((key) => !asked[key] || alert[key] === asked[key]) &&
      (!asked.project || this.page.runs.get(alert.run)?.project === asked.project)
    );
  }

  draw() {
    const all = [...this.alerts.values()].sort((a, b) => (a.state === "resolved") - (b.state === "resolved") || RANK[a.severity] - RANK[b.severity] || b.created_at - a.created_at);
    for (const alert of all) {
      this.kinds.add(alert.kind);
      const project = this.page.runs.get(alert.run)?.project;
      if (project) this.projects.add(project);
    }
    this.#drawFilters();
    const focused = document.activeElement?.closest?.(".alert-row")?.dataset.alert;
    const menu = document.activeElement?.matches?.(".alert-row select"); // an open menu must not be drawn anew
    if (menu) return;
    const rows = all.map((alert) => this.#row(alert));
    this.list.replaceChildren(...(rows.length ? rows : [this.#empty()]));
    if (focused) this.list.querySelector(`[data-alert="${focused}"]`)?.focus({ preventScroll: true });
    const count = all.length === MOST ? `${MOST}+` : String(all.length);
    setText(byId("alerts-count"), all.length ? count : "");
    this.#drawBulk();
  }

  #row(alert) {
    const about = this.page.runs.get(alert.run) ?? { name: alert.run, project: "" };
    return row({
      alert,
      about,
      chosen: this.chosen.has(alert.id),
      choose: (on) => (on ? this.chosen.add(alert.id) : this.chosen.delete(alert.id), this.#drawBulk()),
      act: (action, body) => this.act([alert.id], action, body),
      narrow: (key, value) => this.page.view.set({ [key]: value }),
    });
  }

  #empty() {
    const asked = this.asked;
    const plain = KEYS.every((key) => !asked[key]);
    const again = h("button", { class: "button", onclick: () => this.page.view.set(Object.fromEntries(KEYS.map((key) => [key, null]))) }, t("Show all that is open"));
    return h(
      "div",
      { class: "alert-none" },
      icon("good"),
      h("div", {}, h("b", {}, plain ? t("Nothing wants your attention") : t("No alert fits")), plain ? h("p", { class: "muted" }, t("The doctor follows every run; what it or a rule of yours sees comes up here.")) : again),
    );
  }

  #drawFilters() {
    const asked = this.asked;
    const any = (words) => [["", words]];
    const kinds = [...new Set([...this.kinds, ...(asked.kind ? [asked.kind] : [])])].sort().map((kind) => [kind, inWords(kind)]);
    const projects = [...new Set([...this.projects, ...(asked.project ? [asked.project] : [])])].sort().map((one) => [one, one]);
    const states = [["", t("Not resolved")], ["open", t("Open")], ["acknowledged", t("Acknowledged")], ["snoozed", t("Snoozed")], ["resolved", t("Resolved")], ["all", t("All")]];
    const key = JSON.stringify([asked, kinds, projects]);
    if (this.filters.dataset.key === key) return;
    this.filters.dataset.key = key;
    const set = (name) => (event) => this.page.view.set({ [name]: event.target.value || null });
    const pick = (name, label, options) => choice(name, options, asked[name], { "aria-label": label, onchange: set(name), class: "select" });
    const severities = [["critical", t("critical")], ["warning", t("warning")], ["info", t("info")]];
    const run = asked.run ? h("button", { class: "chip zoom-chip", title: t("Show all runs"), onclick: () => this.page.view.set({ run: null }) }, this.page.runs.get(asked.run)?.name ?? asked.run, icon("close")) : null;
    const had = document.activeElement?.name;
    this.filters.replaceChildren(
      ...[
        pick("state", t("State"), states),
        pick("severity", t("Severity"), [...any(t("Any severity")), ...severities]),
        pick("kind", t("Kind"), [...any(t("Any kind")), ...kinds]),
        pick("project", t("Project"), [...any(t("Any project")), ...projects]),
        run,
        h("label", { class: "form-check alert-all" }, h("input", { type: "checkbox", "aria-label": t("Select all"), onchange: ({ target }) => this.#all(target.checked) }), h("span", {}, t("Select all"))),
      ].filter(Boolean),
    );
    if (had) this.filters.querySelector(`[name="${had}"]`)?.focus();
  }

  #all(on) {
    this.chosen = on ? new Set([...this.alerts.values()].filter((alert) => alert.state !== "resolved").map((alert) => alert.id)) : new Set();
    this.draw();
  }

  #drawBulk() {
    const ids = [...this.chosen].filter((id) => this.alerts.get(id)?.state !== "resolved");
    this.bulk.hidden = !ids.length;
    if (!ids.length) return;
    const button = (words, action) => h("button", { class: "button small", onclick: () => this.act(ids, action) }, words);
    this.bulk.replaceChildren(
      h("b", {}, t("{n} selected", { n: format.steps(ids.length) })),
      button(t("Acknowledge"), "ack"),
      snoozes((seconds) => this.act(ids, "snooze", { seconds })),
      button(t("Resolve"), "resolve"),
      h("button", { class: "button small", onclick: () => this.#all(false) }, t("Clear")),
    );
  }

  /** Does something with alerts; what went wrong is said. */
  async act(ids, action, body = {}) {
    this.problem.hidden = true;
    document.activeElement?.blur?.();
    for (const id of ids) {
      try {
        this.absorb([await api.post(`alerts/${id}/${action}`, body)]);
        this.chosen.delete(id);
      } catch (error) {
        this.problem.textContent = error.message;
        this.problem.hidden = false;
      }
    }
    this.draw();
  }

  #key(event) {
    const current = event.target.closest(".alert-row");
    if (!current || event.target.matches("select, input") || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = Number(current.dataset.alert);
    const open = this.alerts.get(id)?.state !== "resolved";
    const moves = { ArrowDown: "nextElementSibling", j: "nextElementSibling", ArrowUp: "previousElementSibling", k: "previousElementSibling" };
    if (moves[event.key]) {
      current[moves[event.key]]?.focus();
    } else if (event.key === "x" && open) {
      current.querySelector("input").click();
    } else if (event.key === "a" && open) {
      this.act([id], "ack");
    } else if (event.key === "r" && open) {
      this.act([id], "resolve");
    } else if (event.key === "Enter" && event.target === current) {
      current.querySelector(".alert-go").click();
    } else return;
    event.preventDefault();
  }
}

const only = (values, names) => Object.fromEntries(names.map((name) => [name, values[name] || null]));
