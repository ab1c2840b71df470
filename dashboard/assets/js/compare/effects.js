// Before and after: what one group of runs came to against another, with how sure that is. The service computes it over all runs of both groups.

import * as api from "../api.js";
import { h } from "../dom.js";
import * as format from "../format.js";
import * as view from "../view.js";
import { t } from "../words.js";
import { direction } from "./results.js";

const number = (value) => (value === null || value === undefined ? "–" : format.value(value));
const interval = (one, as = number) => (one ? `${as(one.value)}${one.low === null ? "" : ` (${as(one.low)} … ${as(one.high)})`}` : "–");
const counted = (side, { length: n }) => (n === 1 ? t("{side} (1 run)", { side }) : t("{side} ({n} runs)", { side, n }));
const percent = (value) => `${Math.round(value * 100)} %`;

/** Hedges' g in words, after Cohen. */
export function size(g) {
  const large = Math.abs(g);
  return large < 0.2 ? t("none to speak of") : large < 0.5 ? t("small") : large < 0.8 ? t("medium") : t("large");
}

export class Effects {
  static title = "Before and after";

  constructor(place, comparison) {
    this.place = place;
    this.comparison = comparison;
    view.listen((changed) => (changed.has("before") || changed.has("after")) && this.render(), comparison.signal);
  }

  async render() {
    const { projects } = await api.get("projects?view=all", { signal: this.comparison.signal });
    const groups = projects.flatMap((one) => one.groups.map((group) => ({ key: `${one.project}//${group.group}`, project: one.project, ...group })));
    const mine = [...new Set(this.comparison.known.map(({ data: { info } }) => info.group && `${info.project}//${info.group}`).filter(Boolean))];
    const before = view.get("before") ?? mine[0];
    const after = view.get("after") ?? mine.find((key) => key !== before);
    if (groups.length < 2) return this.place.replaceChildren(h("p", { class: "muted" }, t("Two groups of runs are needed: give the seeds of one setting the same group.")));
    const choose = (label, key, value) => {
      const select = h("select", { class: "select", "aria-label": label }, h("option", { value: "" }, "–"), ...groups.map((one) => h("option", { value: one.key, selected: one.key === value }, `${one.project} · ${one.group} (${one.runs})`)));
      select.addEventListener("change", () => view.set({ [key]: select.value || null }));
      return h("label", { class: "check" }, label, select);
    };
    const answer = h("div", { "aria-live": "polite" });
    this.place.replaceChildren(h("div", { class: "part-head" }, choose(t("Before"), "before", before), choose(t("After"), "after", after)), answer);
    if (before && after && before !== after) await this.fill(answer, before, after);
    return null;
  }

  async fill(place, before, after) {
    const found = await api.get(`effects?${api.query({ before, after })}`, { signal: this.comparison.signal }).catch((error) => ({ fault: error.message }));
    if (found.fault) return place.replaceChildren(h("p", { class: "fault" }, found.fault));
    const rows = found.metrics
      .sort((a, b) => Math.abs(direction(b.name)) - Math.abs(direction(a.name)) || Math.abs(b.effect ?? 0) - Math.abs(a.effect ?? 0))
      .map((one) => {
        const way = direction(one.name);
        const sure = one.p !== null && one.p < 0.05;
        const grade = one.effect === null || !way || !sure ? "" : one.effect * way > 0 ? "better" : "worse";
        const effect = one.effect === null ? "–" : `${one.effect.toFixed(2)} (${size(one.effect)})`;
        const cells = [interval(one.before), interval(one.after), h("span", { class: `more ${grade}` }, effect), one.p === null ? "–" : one.p < 0.001 ? "< 0.001" : one.p.toFixed(3)];
        return h("tr", {}, h("th", { scope: "row" }, one.name, way ? h("span", { class: "muted" }, way > 0 ? " ↑" : " ↓") : null), ...cells.map((cell) => h("td", { class: "number" }, cell)));
      });
    const bad = ["collapsed", "diverged"].map((key) =>
      h("tr", { class: "share" }, h("th", { scope: "row" }, key === "collapsed" ? t("Seeds with a mode collapse") : t("Seeds that were no numbers at some step")), ...["before", "after"].map((side) => h("td", { class: "number" }, interval(found[key][side], percent))), h("td"), h("td")),
    );
    const head = [t("Metric, mean over its last tenth"), counted(t("Before"), found.before), counted(t("After"), found.after), t("Hedges’ g"), "p"];
    place.replaceChildren(
      h("div", { class: "sheet-box" }, h("table", { class: "sheet" }, h("thead", {}, h("tr", {}, ...head.map((text) => h("th", { scope: "col" }, text)))), h("tbody", {}, ...bad, ...rows))),
      h("p", { class: "muted" }, t("95 % intervals: Student’s for means, Wilson’s for shares. p: permutation test of the difference of means. Many rows, many tests: one in twenty is below 0.05 by chance.")),
    );
    return null;
  }
}
