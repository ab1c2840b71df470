// How a run does, in one line on top of all tabs: the gravest failure and what to try first, or that nothing is wrong.

import { KINDS, isOpen, kindName } from "./alerts.js";
import { h, icon } from "./dom.js";
import { said } from "./sentences.js";
import { t } from "./words.js";

const NEEDED = { sample: "samples and a reference (run.samples, run.reference)", "spectral_norm/": "run.watch", "logits/validation": "logits of held-out images" };
const WATCHED = ["grad_norm/", "update_ratio/"];
const TONE = { critical: "bad", warning: "warn", info: "calm" };

export const severityBadge = (alert) => h("span", { class: `badge ${TONE[alert.severity]}` }, t(alert.severity));

export class Verdict {
  /** @param element its place. @param data the run's. @param show called with an alert (or null) to show it in the diagnosis. */
  constructor(element, data, show) {
    this.element = element;
    this.data = data;
    this.show = show;
  }

  draw(findings) {
    const [worst, ...others] = findings.roots;
    const past = findings.past.length;
    const more = others.map((alert) => this.link(kindName(alert), alert, "chip"));
    const told = past ? [this.link(past === 1 ? t("1 earlier alert") : t("{n} earlier alerts", { n: past }), null, "chip")] : [];
    this.element.replaceChildren(worst ? this.line(worst, [...more, ...told]) : findings.blind(this.data.info) ? this.blind(told) : this.healthy(findings.lacks, told));
    this.element.hidden = false;
  }

  line(alert, more) {
    const first = alert.advice[0];
    const state = alert.state === "open" || !isOpen(alert) ? null : h("span", { class: "badge calm" }, t(alert.state));
    return h(
      "div",
      { class: `verdict ${alert.severity}`, "data-kind": alert.kind },
      severityBadge(alert),
      h("span", { class: "verdict-text" }, told(alert)),
      state,
      first ? h("span", { class: "muted first-try" }, t("First try: {remedy}.", { remedy: named(first) })) : null,
      h("span", { class: "verdict-more" }, ...more, this.link(t("Why, and what to do"), alert, "button")),
    );
  }

  healthy(lacks, told) {
    const unseen = Object.entries(lacks).filter(([kind]) => kind !== "discriminator_overfit" && kind !== "spectral_collapse");
    const kinds = unseen.map(([kind]) => t(KINDS[kind] ?? kind).toLowerCase());
    const needed = [...new Set(unseen.flatMap(([, signals]) => signals.map(inWords)))];
    const text = t("Can’t tell {kinds} without {signals}.", { kinds: list(kinds, "or"), signals: list(needed, "and") });
    const hint = kinds.length ? h("span", { class: "muted hint", title: text }, text) : null;
    return h("div", { class: "verdict well" }, icon("good"), h("span", { class: "verdict-text" }, t("Nothing wrong seen")), hint, told.length ? h("span", { class: "verdict-more" }, ...told) : null);
  }

  blind(told) {
    const text = this.data.info.series.length ? howToName() : null;
    return h("div", { class: "verdict well blind" }, h("span", { class: "verdict-text" }, t("Nothing to judge by")), text ? h("span", { class: "muted hint", title: text }, text) : null, told.length ? h("span", { class: "verdict-more" }, ...told) : null);
  }

  link(text, alert, look) {
    return h("button", { class: look, onclick: () => this.show(alert) }, text);
  }
}

/** What to do about signals that the doctor does not know. */
export const howToName = () => t("The doctor knows none of its signals. It reads losses, gradients and samples; monitor.init(signals=…) says which of your names is which.");

/** The sentence of an alert, which names its kind: "Mode collapse since step 3,200: …". */
export const told = (alert) => {
  const name = kindName(alert);
  const sentence = said(alert.summary);
  if (sentence !== alert.summary) return sentence;
  return alert.summary.split(":")[0].toLowerCase().includes(name.toLowerCase()) ? alert.summary : `${name}: ${alert.summary[0].toLowerCase()}${alert.summary.slice(1)}`;
};

/** The name of a remedy within a sentence. */
export const named = ({ name }) => (t(name) === name ? name.toLowerCase() : t(name));

const inWords = (signal) => t(NEEDED[signal] ?? (WATCHED.some((start) => signal.startsWith(start)) ? "run.watch" : signal));

/** "a, b or c". */
export const list = (words, last) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} ${t(last)} ${words.at(-1)}`);
