// One network's layers over the steps, as a heat map: a row a layer, the input at the top.

import { h, setText } from "../dom.js";
import * as format from "../format.js";
import { palette } from "../theme.js";
import { t } from "../words.js";
import { behind, place, row } from "./cells.js";
import { colour, ramp, rgb } from "./ramp.js";
import * as tip from "./tip.js";

export class HeatMap {
  /** @param onpick called with a layer's name when its row is clicked. */
  constructor(network, { onpick, signal }) {
    this.network = network;
    this.signal = signal;
    this.canvas = h("canvas", { role: "img" });
    this.names = h("div", { class: "heat-names" });
    this.cross = h("div", { class: "cross", hidden: true });
    this.now = h("div", { class: "cross now", hidden: true });
    this.axis = h("div", { class: "heat-axis", "aria-hidden": "true" });
    this.plot = h("div", { class: "heat-plot" }, this.canvas, this.cross, this.now);
    this.element = h(
      "section",
      { class: "card heat", "aria-label": t(network), "data-network": network },
      h("header", { class: "card-head" }, h("h3", {}, t(network))),
      h("div", { class: "heat-body" }, this.names, this.plot, this.axis),
    );
    this.plot.addEventListener("pointermove", (event) => this.#hover(event), { signal });
    this.plot.addEventListener("pointerleave", () => this.#leave(), { signal });
    this.plot.addEventListener("click", (event) => {
      const hit = this.#hit(event);
      if (hit) onpick(hit.layer.layer);
    }, { signal });
  }

  /** The rows for so many pixels. @param layers [{ layer, name }]. @param series name → Series. */
  rows(layers, series, from, to) {
    this.layers = layers;
    this.series = layers.map(({ name }) => series(name));
    this.window = [from, to];
    this.columns = Math.max(1, Math.min(1200, Math.floor(this.plot.clientWidth)));
    this.cells = this.series.map((one) => row(one, this.columns, from, to));
    return this.cells;
  }

  /** Draws the rows in the colours of `span`. @param step where the cursor stands, or null. */
  draw(span, { log, title }, step, chosen) {
    const { heat } = palette();
    const colours = ramp(heat.stops);
    const bad = rgb(heat.odd);
    const { canvas, columns, cells } = this;
    canvas.width = columns;
    canvas.height = Math.max(1, cells.length);
    const context = canvas.getContext("2d");
    const image = context.createImageData(columns, canvas.height);
    cells.forEach(({ values, odd }, y) => {
      for (let x = 0; x < columns; x += 1) {
        const known = Number.isFinite(values[x]);
        if (!known && !odd.has(x)) continue;
        const found = odd.has(x) ? bad : colour(colours, span ? place(values[x], span, log) : 0);
        image.data.set([...found, 255], 4 * (y * columns + x));
      }
    });
    context.putImageData(image, 0, 0);
    this.element.style.setProperty("--rows", cells.length);
    canvas.setAttribute("aria-label", t("{title} of {network}: {n} layers over steps {from} to {to}", { title, network: t(this.network), n: cells.length, from: format.steps(this.window[0]), to: format.steps(this.window[1]) }));
    canvas.dataset.drawn = `${title}/${cells.length}`;
    this.#labels(chosen);
    this.#ticks();
    this.mark(step);
  }

  #labels(chosen) {
    const told = this.layers.map(({ layer }) => layer).join("\n");
    if (told !== this.told) {
      this.told = told;
      this.names.replaceChildren(...this.layers.map(({ layer }) => h("span", { title: layer }, h("bdi", {}, layer))));
    }
    this.layers.forEach(({ layer }, at) => this.names.children[at].classList.toggle("chosen", layer === chosen));
  }

  #ticks() {
    const [from, to] = this.window;
    const places = this.columns > 360 ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1];
    if (this.axis.childElementCount !== places.length) this.axis.replaceChildren(...places.map(() => h("span")));
    places.forEach((share, at) => {
      setText(this.axis.children[at], format.steps(from + share * (to - from)));
      this.axis.children[at].style.left = `${100 * share}%`;
    });
  }

  /** Where the step cursor stands. */
  mark(step) {
    const [from, to] = this.window ?? [0, 0];
    const share = step === null || !(to > from) ? -1 : (step - from) / (to - from);
    this.now.hidden = share < 0 || share > 1;
    this.now.style.left = `${100 * share}%`;
  }

  #hit(event) {
    if (!this.cells?.length) return null;
    const box = this.canvas.getBoundingClientRect();
    const x = Math.floor(((event.clientX - box.left) / box.width) * this.columns);
    const y = Math.floor(((event.clientY - box.top) / box.height) * this.cells.length);
    if (x < 0 || x >= this.columns || y < 0 || y >= this.cells.length) return null;
    return { x, y, layer: this.layers[y], series: this.series[y], left: event.clientX - box.left };
  }

  #hover(event) {
    const hit = this.#hit(event);
    if (!hit) return this.#leave();
    this.cross.hidden = false;
    this.cross.style.left = `${hit.left}px`;
    return tip.show(event, hit.layer.layer, this.#values(hit));
  }

  /** Exact steps and values behind a cell. */
  #values({ x, y, series }) {
    const { values, odd } = this.cells[y];
    if (!series?.rows || (Number.isNaN(values[x]) && !odd.has(x))) return [t("nothing was read here")];
    const [first, end] = behind(series, this.columns, ...this.window, x);
    const steps = end - first > 1 ? `${format.steps(series.step[first])} – ${format.steps(series.step[end - 1])}` : format.steps(series.step[first]);
    const numbers = (name) => series[name].slice(first, end).filter(Number.isFinite);
    const [low, high] = [Math.min(...numbers("min")), Math.max(...numbers("max"))];
    const value = !Number.isFinite(high) ? "" : low === high ? format.value(high) : `${format.value(low)} … ${format.value(high)}`;
    return [`${t("step {n}", { n: steps })}: ${value}`, odd.has(x) ? t("NaN or Inf among them") : null];
  }

  #leave() {
    this.cross.hidden = true;
    tip.hide();
  }
}
