// Parallel coordinates: the values in which the configs differ, and what the runs came to.

import { h } from "../dom.js";
import * as format from "../format.js";
import { wholePlotly } from "../plot.js";
import { palette } from "../theme.js";
import * as theme from "../theme.js";
import { signalOf } from "../sections.js";
import { t } from "../words.js";
import { compared } from "./differences.js";
import { direction, valueOf } from "./results.js";

const MOST = 12; // axes
const LONG = 16; // characters of a value beside its axis

/** A value in a word; numbers in four digits. */
function told(value) {
  if (value === undefined || value === null || Number.isNaN(value)) return "–";
  if (typeof value === "number") return format.value(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const short = (text) => (text.length > LONG ? `${text.slice(0, LONG - 1)}…` : text);

/** An axis of plotly: numbers as they are, anything else by its place among the values there are. */
export function axis(label, values) {
  if (values.every((value) => typeof value === "number" && Number.isFinite(value))) return { label, values };
  const texts = values.map(told);
  const kinds = [...new Set(texts)].sort();
  return { label, values: texts.map((text) => kinds.indexOf(text)), tickvals: kinds.map((_, at) => at), ticktext: kinds.map(short) };
}

export class Parallel {
  static title = "Parallel coordinates";

  constructor(place, comparison) {
    this.place = place;
    this.comparison = comparison;
    theme.listen(() => this.drawn && this.render(), comparison.signal);
  }

  axes(runs) {
    const differing = compared(runs.map((run) => run.data.info.config)).filter((row) => !row.same).map((row) => axis(row.path, row.values));
    const names = [...new Set(runs.flatMap((run) => run.data.info.series.map(signalOf)))];
    const results = names.filter((name) => direction(name) || name === "loss/generator" || name === "loss/discriminator").sort((a, b) => Math.abs(direction(b)) - Math.abs(direction(a)));
    const room = Math.max(2, MOST - Math.min(differing.length, MOST - 4));
    return [...differing.slice(0, MOST - Math.min(results.length, room)), ...results.slice(0, room).map((name) => axis(name, runs.map((run) => valueOf(run.data, name))))];
  }

  async render() {
    this.drawn = true;
    const runs = this.comparison.visible;
    const dimensions = this.axes(runs);
    if (runs.length < 2 || dimensions.length < 2) return this.place.replaceChildren(h("p", { class: "muted" }, t("Runs whose configs differ, or that have results, are needed.")));
    const Plotly = await wholePlotly();
    if (this.comparison.signal.aborted) return null;
    const colours = palette();
    const last = Math.max(1, runs.length - 1);
    const colorscale = runs.length === 1 ? [[0, colours.runs[runs[0].slot].color], [1, colours.runs[runs[0].slot].color]] : runs.map((run, at) => [at / last, colours.runs[run.slot].color]);
    const plot = this.plot ?? h("div", { class: "parallel" });
    if (!this.plot) this.place.replaceChildren(h("div", { class: "sheet-box" }, plot), h("p", { class: "muted" }, t("Drag along an axis to keep runs of that range alone; drag its name to move it.")));
    this.plot = plot;
    const font = { ...colours.layout.font };
    const width = Math.max(this.place.clientWidth - 24, dimensions.length * 90);
    const layout = { font, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: { l: 110, r: 60, t: 64, b: 22 }, width, height: 340 };
    const trace = { type: "parcoords", dimensions, line: { color: runs.map((_, at) => at), colorscale, cmin: 0, cmax: last }, labelangle: dimensions.length > 6 ? -14 : 0, labelfont: font, tickfont: font, rangefont: { ...font, color: "rgba(0,0,0,0)" } };
    Plotly.react(plot, [trace], layout, { displayModeBar: false, displaylogo: false });
    return null;
  }
}
