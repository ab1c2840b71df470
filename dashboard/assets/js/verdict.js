// What the doctor says of a run: one line a failure, and behind it the evidence and what to try.

import * as api from "./api.js";
import { KINDS, MEANING, byGravity, isOpen, kindName } from "./alerts.js";
import { h, icon } from "./dom.js";
import * as format from "./format.js";

const NEEDED = { sample: "samples and a reference (run.samples, run.reference)", "spectral_norm/": "run.watch", "logits/validation": "logits of held-out images" };
const WATCHED = ["grad_norm/", "update_ratio/"];

export class Verdict {
  /** @param element its place. `look(from, to)` zooms the charts to some steps; `shade(stretches)` shades them. */
  constructor(element, look, shade) {
    this.element = element;
    this.look = look;
    this.shade = shade;
    this.alerts = new Map();
    this.lacks = {};
    this.unfolded = new Set();
  }

  replace({ alerts, lacks }) {
    this.alerts = new Map(alerts.map((alert) => [alert.id, alert]));
    this.lacks = lacks;
    this.draw();
  }

  /** Alerts that changed. */
  absorb(alerts) {
    for (const alert of alerts) this.alerts.set(alert.id, alert);
    if (alerts.length) this.draw();
  }

  draw() {
    const all = [...this.alerts.values()];
    const open = all.filter(isOpen).sort(byGravity);
    const kinds = new Set(open.map((alert) => alert.kind));
    const roots = open.filter((alert) => !kinds.has(alert.consequence_of));
    const past = all.filter((alert) => !isOpen(alert)).sort((a, b) => b.step - a.step);
    this.element.replaceChildren(
      ...(roots.length ? roots.map((alert) => this.card(alert, open)) : [this.healthy()]),
      ...(past.length ? [this.history(past)] : []),
    );
    this.element.hidden = false;
    const shaded = all.filter((alert) => !alert.consequence_of && alert.severity !== "info" && (isOpen(alert) || alert.resolved_step !== null));
    this.shade(shaded.map((alert) => ({ from: alert.onset_step, to: isOpen(alert) ? null : alert.resolved_step, severity: alert.severity })));
  }

  healthy() {
    const unseen = Object.entries(this.lacks).filter(([kind]) => kind !== "discriminator_overfit" && kind !== "spectral_collapse");
    const kinds = unseen.map(([kind]) => KINDS[kind]?.toLowerCase() ?? kind);
    const needed = [...new Set(unseen.flatMap(([, signals]) => signals.map(inWords)))];
    const text = `Can’t tell ${list(kinds)} without ${list(needed, "and")}.`;
    const hint = kinds.length ? h("span", { class: "muted hint", title: text }, text) : null;
    return h("div", { class: "verdict well" }, icon("good"), h("span", { class: "verdict-text" }, "Nothing wrong seen"), hint);
  }

  card(alert, open) {
    const id = `alert-${alert.id}`;
    const card = h(
      "details",
      { class: `verdict ${alert.severity}`, id, open: this.unfolded.has(alert.id) },
      h(
        "summary",
        {},
        h("span", { class: `badge ${alert.severity === "critical" ? "bad" : alert.severity === "warning" ? "warn" : "calm"}` }, kindName(alert)),
        h("span", { class: "verdict-text" }, alert.summary),
        alert.advice.length ? h("span", { class: "muted first-try" }, `First try: ${alert.advice[0].name.toLowerCase()}`) : null,
        alert.state !== "open" ? h("span", { class: "badge calm" }, alert.state) : null,
      ),
      h("p", { class: "muted meaning" }, MEANING[alert.kind] ?? ""),
      h("div", { class: "verdict-parts" }, this.evidence(alert), advice(alert)),
      consequences(alert, open),
      this.actions(alert),
    );
    card.addEventListener("toggle", () => (card.open ? this.unfolded.add(alert.id) : this.unfolded.delete(alert.id)));
    return card;
  }

  evidence(alert) {
    const rows = alert.evidence.map((one) =>
      h(
        "li",
        {},
        h("span", {}, one.says),
        h("span", { class: "muted" }, ` · ${one.signal} ${format.value(one.value)}, limit ${format.value(one.threshold)}`),
      ),
    );
    const sure = `${Math.round(alert.confidence * 100)} % sure`;
    const since = h("p", { class: "muted" }, `Since step ${format.steps(alert.onset_step)}, told at step ${format.steps(alert.step)}, ${sure}.`);
    const from = Math.max(0, alert.onset_step - Math.max(100, 0.3 * (alert.step - alert.onset_step)));
    const to = Math.max(alert.step, ...alert.evidence.map((one) => one.last_step));
    const button = h("button", { class: "button", onclick: () => this.look(from, to) }, "Show in the charts");
    return h("div", {}, h("h4", {}, "What was seen"), h("ul", {}, ...rows), since, button);
  }

  actions(alert) {
    const act = async (action, body = {}) => this.absorb([await api.post(`alerts/${alert.id}/${action}`, body)]);
    const button = (name, action, body) => h("button", { class: "button", onclick: () => act(action, body).catch((error) => (problem.textContent = error.message)) }, name);
    const problem = h("span", { class: "bad-text", role: "status" });
    return h(
      "div",
      { class: "verdict-actions" },
      alert.state === "open" ? button("Acknowledge", "ack") : null,
      alert.state !== "snoozed" ? button("Snooze 1 h", "snooze", { seconds: 3600 }) : null,
      button("Resolve", "resolve"),
      problem,
    );
  }

  history(past) {
    const rows = past.map((alert) =>
      h(
        "li",
        {},
        h("b", {}, kindName(alert)),
        h("span", { class: "muted" }, ` from step ${format.steps(alert.onset_step)}${alert.resolved_step === null ? ", resolved by hand" : ` to ${format.steps(alert.resolved_step)}`}`),
      ),
    );
    return h("details", { class: "verdict past", open: this.unfolded.has("past"), ontoggle: ({ target }) => (target.open ? this.unfolded.add("past") : this.unfolded.delete("past")) }, h("summary", {}, `${past.length} earlier ${past.length === 1 ? "alert" : "alerts"}`), h("ul", {}, ...rows));
  }
}

function advice(alert) {
  const rows = alert.advice.map((one) =>
    h(
      "li",
      {},
      h("b", {}, one.name),
      h("span", {}, `: ${one.why}.`),
      one.flag ? h("code", { class: "flag" }, one.flag) : null,
      h("details", {}, h("summary", {}, "Code"), h("pre", { class: "code" }, one.code, copy(one.code)), h("p", { class: "muted" }, one.paper)),
    ),
  );
  return h("div", {}, h("h4", {}, "What to try"), h("ol", {}, ...rows));
}

function copy(text) {
  const button = h("button", { class: "ghost copy", title: "Copy", "aria-label": "Copy the code" }, icon("copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(text).catch(() => null);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1200);
  });
  return button;
}

function consequences(alert, open) {
  const found = open.filter((one) => one.consequence_of === alert.kind);
  return found.length ? h("p", { class: "muted" }, `Also seen, most likely because of it: ${list(found.map((one) => kindName(one).toLowerCase()), "and")}.`) : null;
}

const inWords = (signal) => NEEDED[signal] ?? (WATCHED.some((start) => signal.startsWith(start)) ? "run.watch" : signal);
const list = (words, last = "or") => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`);
