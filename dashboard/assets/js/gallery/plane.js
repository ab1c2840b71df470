// Samples in the plane: real and generated points as logged, and what the discriminator makes of the plane behind them.

import * as api from "../api.js";
import { h, setText } from "../dom.js";
import * as format from "../format.js";
import { PointMap } from "../maps/point_map.js";
import { extent } from "../maps/scale.js";
import { address } from "../sheets.js";
import * as theme from "../theme.js";
import { t } from "../words.js";

const KEPT = 60; // answers in memory, some 40 kB each

export class PlaneView {
  constructor(run, signal) {
    Object.assign(this, { run, signal, fields: [], held: new Map(), turn: 0 });
    this.map = new PointMap({ label: t("Real and generated points in the plane"), signal, axes: true });
    this.legend = h("div", { class: "legend" });
    this.element = h("div", { class: "plane" }, this.map.element, this.legend);
    theme.listen(() => this.#legend(), signal);
  }

  /** Which fields of the discriminator there are. */
  async load() {
    const { fields } = await api.get(`runs/${encodeURIComponent(this.run)}/fields`, { signal: this.signal });
    this.fields = fields;
  }

  add(fresh) {
    const steps = new Set(fresh.map((one) => `${one.step}/${one.name}`));
    this.fields = [...this.fields.filter((one) => !steps.has(`${one.step}/${one.name}`)), ...fresh].sort((a, b) => a.step - b.step);
    for (const one of fresh) this.held.delete(this.#path(one));
  }

  #path = (field) => `runs/${encodeURIComponent(this.run)}/fields/${field.step}?${api.query({ name: field.name })}`;

  #get(path) {
    const known = this.held.get(path);
    if (known) return known;
    const asked = api.get(path, { signal: this.signal });
    asked.catch(() => this.held.delete(path));
    this.held.set(path, asked);
    if (this.held.size > KEPT) this.held.delete(this.held.keys().next().value);
    return asked;
  }

  /** The field that was logged nearest to a step, at it or before; null: none. */
  #field(step) {
    return this.fields.findLast((one) => one.step <= step) ?? null;
  }

  /** Shows a grid's batch over the real points. @param real the reference's grid or null. @param next grids that are fetched ahead. */
  async show(grid, real, next = []) {
    const turn = (this.turn += 1);
    const about = this.#field(grid.step);
    const [made, data, field] = await Promise.all([
      this.#get(address(this.run, grid, "points")),
      real ? this.#get(address(this.run, real, "points")) : null,
      about ? this.#get(this.#path(about)) : null,
    ]);
    if (turn !== this.turn) return;
    const points = ({ x, y }) => ({ x: x.map((one) => one ?? NaN), y: y.map((one) => one ?? NaN) });
    const range = field?.bounds ?? extent([data ?? made], 0.3);
    this.map.set({ real: data ? points(data) : { x: [], y: [] }, range: this.range && !field ? this.range : range, field: field?.low === null ? null : field });
    this.range = range;
    this.map.show(points(made), grid.kind !== "random");
    this.map.element.dataset.step = grid.step;
    this.field = field;
    this.#legend();
    for (const one of next) {
      this.#get(address(this.run, one, "points")).catch(() => {});
      const ahead = this.#field(one.step);
      if (ahead) this.#get(this.#path(ahead)).catch(() => {});
    }
  }

  /** How much of a picture of points lies outside of what is shown, on each side in percent: pictures are of the grid's whole value range. */
  cut(grid) {
    const [low, high] = grid.value_range.replace(/[[\]]/g, "").split(",").map(Number);
    const reach = Math.max(...this.range.map(Math.abs));
    return Math.min(45, Math.max(0, 50 * (1 - (2 * reach) / (high - low))));
  }

  #legend() {
    const colours = theme.palette().maps;
    const dot = (name, colour) => h("span", { class: "legend-row" }, h("i", { class: "dot", style: `--dot:${colour}` }), name);
    const ramp = this.field
      ? h(
          "span",
          { class: "legend-row" },
          h("span", { class: "label" }, t("Discriminator: takes it for generated")), h("span", { class: "label" }, format.value(this.field.low)),
          h("span", { class: "ramp field", style: `--near:${colours.fake};--far:${colours.real}` }),
          h("span", { class: "label" }, format.value(this.field.high)), h("span", { class: "label" }, t("for real")),
        )
      : "";
    this.legend.replaceChildren(dot(t("real"), colours.real), dot(t("generated"), colours.fake), ramp);
  }

  close() {
    this.map.close();
  }
}
