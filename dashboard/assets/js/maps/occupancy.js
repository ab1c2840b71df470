// Mode occupancy over time: the share of the samples in each cluster of the data, as a stacked area; beside it the data's own shares.

import { h } from "../dom.js";
import * as format from "../format.js";
import { called } from "../modes.js";
import { plotly } from "../plot.js";
import { nearest } from "../stepper.js";
import * as theme from "../theme.js";
import * as view from "../view.js";
import { t } from "../words.js";

const MOST = 240; // steps that are drawn
const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: false, showTips: false };

export class Occupancy {
  constructor(signal) {
    this.plot = h("div", { class: "plot" });
    this.cross = h("div", { class: "now-line", hidden: true });
    this.told = h("span", { class: "muted told" });
    this.element = h(
      "section",
      { class: "card occupancy", "aria-label": t("Mode occupancy over time") },
      h("header", { class: "card-head" }, h("h3", { title: t("Which part of the data each sample is nearest to, as shares of all samples. What lies too far from any real sample is off the data.") }, t("Mode occupancy over time")), this.told),
      h("div", { class: "plot-box" }, this.plot, this.cross),
    );
    this.modes = null;
    this.step = null;
    this.resizer = new ResizeObserver(() => this.modes && this.draw());
    this.resizer.observe(this.plot);
    theme.listen(() => this.modes && this.draw(), signal);
    signal.addEventListener("abort", () => this.close());
    this.plot.addEventListener("pointermove", (event) => this.#hover(event));
    this.plot.addEventListener("pointerleave", () => this.#tell(this.step));
    this.plot.addEventListener("click", (event) => this.#click(event));
  }

  show(modes) {
    this.modes = modes;
    this.element.hidden = !modes?.steps.length;
    if (!this.element.hidden) this.draw();
  }

  /** The step that everything else shows. */
  at(step) {
    this.step = step;
    this.#mark();
    this.#tell(step);
  }

  async draw() {
    const Plotly = await plotly().catch(() => null);
    if (!Plotly || !this.plot.clientWidth || !this.modes.steps.length) return;
    const colours = theme.palette();
    await Plotly.react(this.plot, traces(this.modes, colours.maps), layout(this.modes, colours, this.plot), CONFIG);
    this.#mark();
    this.#tell(this.step);
  }

  #mark() {
    const full = this.plot._fullLayout;
    this.cross.hidden = !full || this.step === null;
    if (this.cross.hidden) return;
    const { l, t: top, h: height } = full._size;
    this.cross.style.cssText = `left:${l + full.xaxis._offset - l + full.xaxis.d2p(this.step)}px;top:${top}px;height:${height}px`;
  }

  #stepAt(event) {
    const full = this.plot._fullLayout;
    if (!full || !this.modes) return null;
    const left = event.clientX - this.plot.getBoundingClientRect().left - full.xaxis._offset;
    if (left < 0 || left > full.xaxis._length) return null;
    return this.modes.steps[nearest(this.modes.steps, full.xaxis.p2d(left))];
  }

  #hover(event) {
    this.#tell(this.#stepAt(event) ?? this.step);
  }

  #click(event) {
    const step = this.#stepAt(event);
    if (step !== null) view.set({ sample: step });
  }

  /** The largest shares at a step, in words. */
  #tell(step) {
    const { modes } = this;
    if (!modes?.steps.length) return;
    const at = nearest(modes.steps, step ?? Infinity);
    const percent = (share) => `${(100 * share).toFixed(0)} %`;
    const largest = modes.clusters
      .map((one, i) => [modes.shares[i][at] ?? 0, one])
      .sort((a, b) => b[0] - a[0])
      .filter(([share]) => share >= 0.005)
      .slice(0, 3)
      .map(([share, one]) => `${called(one, t)} ${percent(share)}`);
    this.told.textContent = `${t("step {n}", { n: format.steps(modes.steps[at]) })}: ${[...largest, `${t("off the data")} ${percent(modes.off[at] ?? 0)}`].join(", ")}`;
  }

  close() {
    this.resizer.disconnect();
    window.Plotly?.purge(this.plot);
  }
}

/** At most `MOST` places, evenly spread, the last among them. */
function places(length) {
  const stride = Math.ceil(length / MOST);
  const found = [];
  for (let i = 0; i < length; i += stride) found.push(i);
  if (length && found.at(-1) !== length - 1) found.push(length - 1);
  return found;
}

function traces(modes, colours) {
  const at = places(modes.steps.length);
  const x = at.map((i) => modes.steps[i]);
  // uids get into selectors: they may hold no blanks or slashes of a label
  const area = (shares, name, uid, color) => ({
    type: "scatter", mode: "lines", stackgroup: "all", x, y: at.map((i) => shares[i] ?? 0), name, uid, hoverinfo: "skip",
    line: { width: 0.5, color: colours.ground }, fillcolor: color,
  });
  const bar = (share, uid, color) => ({
    type: "bar", x: [0], y: [share], xaxis: "x2", uid, hoverinfo: "skip", width: 1, marker: { color, line: { width: 0.5, color: colours.ground } },
  });
  const paint = (one) => colours.clusters[one.cluster % colours.clusters.length];
  return [
    ...modes.clusters.map((one, i) => area(modes.shares[i], called(one, t), `mode${one.cluster}`, paint(one))),
    area(modes.off, t("off the data"), "off", `${colours.muted}2e`),
    ...modes.clusters.map((one) => bar(one.share, `data${one.cluster}`, paint(one))),
  ];
}

function layout(modes, { layout: base }, plot) {
  const last = modes.steps.at(-1);
  const range = [modes.steps[0], last > modes.steps[0] ? last : last + 1];
  return {
    ...base,
    width: plot.clientWidth,
    height: plot.clientHeight,
    barmode: "stack",
    dragmode: false,
    xaxis: { ...base.xaxis, range, domain: [0, 0.955], fixedrange: true },
    xaxis2: { domain: [0.965, 1], anchor: "y", range: [-0.5, 0.5], fixedrange: true, tickvals: [0], ticktext: [t("data")], tickfont: base.xaxis.tickfont, showgrid: false, zeroline: false },
    yaxis: { ...base.yaxis, range: [0, 1], tickformat: ".0%", exponentformat: undefined, minexponent: undefined },
    datarevision: Math.random(),
  };
}
