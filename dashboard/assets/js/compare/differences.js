// What differs between runs' configs: nested keys by their path, the keys alone whose values are not all the same.

import { h } from "../dom.js";
import * as view from "../view.js";
import { t } from "../words.js";

/** A config's values by path: { opt: { lr: 1 } } is "opt.lr" → 1. Lists are values. */
export function flat(config, prefix = "", into = new Map()) {
  for (const [key, value] of Object.entries(config ?? {})) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (value !== null && typeof value === "object" && !Array.isArray(value)) flat(value, path, into);
    else into.set(path, value);
  }
  return into;
}

/** Rows [path, values by run] of all keys; `same`: whether all runs have the same. undefined: the run has no such key. */
export function compared(configs) {
  const each = configs.map((config) => flat(config));
  const paths = [...new Set(each.flatMap((one) => [...one.keys()]))].sort();
  return paths.map((path) => {
    const values = each.map((one) => one.get(path));
    return { path, values, same: new Set(values.map((value) => JSON.stringify(value))).size === 1 };
  });
}

const told = (value) => (value === undefined ? "–" : typeof value === "string" ? value : JSON.stringify(value));

export class Differences {
  static title = "Config";

  constructor(place, comparison) {
    this.place = place;
    this.comparison = comparison;
    view.listen((changed) => changed.has("same") && this.render(), comparison.signal);
  }

  render() {
    const runs = this.comparison.visible;
    const rows = compared(runs.map((run) => run.data.info.config));
    const all = view.get("same") === "1";
    const shown = rows.filter((row) => all || !row.same);
    const box = h("input", { type: "checkbox", checked: all });
    box.addEventListener("change", () => view.set({ same: box.checked ? 1 : null }));
    const base = this.comparison.baseline;
    const body = shown.map(({ path, values, same }) => {
      const first = base ? runs.indexOf(base) : -1;
      const cells = values.map((value, at) => {
        const differs = !same && first >= 0 && at !== first && JSON.stringify(value) !== JSON.stringify(values[first]);
        return h("td", { class: `${value === undefined ? "muted" : ""}${differs ? " differs" : ""}` }, told(value));
      });
      return h("tr", {}, h("th", { scope: "row" }, h("code", {}, path)), ...cells);
    });
    this.place.replaceChildren(
      h("div", { class: "part-head" }, h("span", { class: "muted" }, t("{n} of {all} values differ", { n: rows.filter((row) => !row.same).length, all: rows.length })), h("label", { class: "check" }, box, t("show all"))),
      h("div", { class: "sheet-box" }, h("table", { class: "sheet" }, this.comparison.head(), h("tbody", {}, ...body))),
    );
  }
}
