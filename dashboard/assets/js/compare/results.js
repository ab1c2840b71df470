// The results side by side: a row a metric, a column a run, the best marked where it is known which way is better; against a pinned baseline in %.

import { boot } from "../boot.js";
import { h } from "../dom.js";
import { floor, isFloor } from "../floors.js";
import * as format from "../format.js";
import { signalOf } from "../sections.js";
import * as view from "../view.js";
import { t } from "../words.js";

const WHICH = { last: "last value", best: "best value" };

/** 1: the higher the better, -1: the lower, 0: nobody knows. */
export const direction = (name) => boot.catalog.better[name] ?? 0;

/** The best of some values, by position; -1 where nobody knows or all are alike. */
export function bestOf(values, way) {
  const known = values.filter((value) => Number.isFinite(value));
  if (!way || known.length < 2 || new Set(known).size === 1) return -1;
  return values.indexOf(way > 0 ? Math.max(...known) : Math.min(...known));
}

/** How much more than the baseline, in %; null where that means nothing. */
export function against(value, base) {
  if (!Number.isFinite(value) || !Number.isFinite(base) || base === 0) return null;
  return ((value - base) / Math.abs(base)) * 100;
}

function signed(percent) {
  const size = Math.abs(percent);
  return `${percent < 0 ? "−" : "+"}${size >= 1000 ? "1000+" : size >= 100 ? size.toFixed(0) : size.toFixed(1)} %`;
}

/** The value of a metric of a run: the last one, or the best so far (the last where nobody knows which way is better). */
export function valueOf(data, name, which = "last") {
  const summary = data.summary(name);
  if (!summary) return NaN;
  const way = direction(name);
  const value = which === "best" && way ? (way > 0 ? summary.max : summary.min) : summary.last;
  return value ?? NaN;
}

/** What a perfect generator would show of a metric, by the runs that know: one value where they agree, else the least and the largest. */
export function floorOf(name, runs) {
  const known = runs.map((run) => floor(run.data, name)).filter((value) => value !== null);
  if (!known.length) return null;
  const ends = [...new Set([Math.min(...known), Math.max(...known)].map(format.value))];
  return t("a perfect generator: {value}", { value: ends.join(" … ") });
}

export class Results {
  static title = "Results";

  constructor(place, comparison) {
    this.place = place;
    this.comparison = comparison;
    view.listen((changed) => (changed.has("value") || changed.has("base")) && this.render(), comparison.signal);
  }

  names() {
    const all = new Set(this.comparison.known.flatMap((run) => run.data.info.series.map(signalOf)));
    const rank = (name) => (direction(name) ? 0 : name.startsWith("loss/") ? 1 : 2);
    const hidden = new Set(boot.catalog.hidden);
    return [...all].filter((name) => !hidden.has(name) && !isFloor(name) && name.split("/").length < 3 && !name.startsWith("system/")).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  }

  render() {
    const which = view.get("value") in WHICH ? view.get("value") : "last";
    const runs = this.comparison.visible;
    const base = runs.indexOf(this.comparison.baseline);
    const pick = h("div", { class: "segments", role: "group" }, ...Object.entries(WHICH).map(([key, label]) => h("button", { "aria-pressed": String(key === which), onclick: () => view.set({ value: key === "last" ? null : key }) }, t(label))));
    const body = this.names().map((name) => {
      const way = direction(name);
      const values = runs.map((run) => valueOf(run.data, name, which));
      const best = bestOf(values, way);
      const leads = (value) => best >= 0 && value === values[best];
      const cells = values.map((value, at) => {
        const more = base >= 0 && at !== base ? against(value, values[base]) : null;
        const grade = more === null || !way || more === 0 ? "" : more * way > 0 ? " better" : " worse";
        return h(
          "td",
          { class: `number${leads(value) ? " best" : ""}` },
          leads(value) ? h("span", { class: "icon icon-good", title: t("best") }) : null,
          Number.isNaN(value) ? h("span", { class: "muted" }, "–") : format.value(value),
          more === null ? null : h("small", { class: `more${grade}` }, signed(more)),
        );
      });
      const arrow = way ? h("span", { class: "muted", title: way > 0 ? t("the higher the better") : t("the lower the better") }, way > 0 ? " ↑" : " ↓") : null;
      const perfect = floorOf(name, runs);
      return h("tr", {}, h("th", { scope: "row" }, name, arrow, perfect && h("small", { class: "floor", title: t("What the reference reads against itself at the same number of samples") }, perfect)), ...cells);
    });
    const hint = base < 0 ? t("Pin a run as baseline (the pin on its chip) to see differences in %.") : t("In %: against {name}.", { name: this.comparison.name(runs[base]) });
    this.place.replaceChildren(
      h("div", { class: "part-head" }, pick, h("span", { class: "muted" }, hint)),
      h("div", { class: "sheet-box" }, h("table", { class: "sheet" }, this.comparison.head(), h("tbody", {}, ...body))),
    );
  }
}
