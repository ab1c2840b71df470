// The filters at a network's images' side, as pictures, each by its own scale.

import { h, setText } from "../dom.js";
import * as format from "../format.js";
import { palette } from "../theme.js";
import { rgb } from "../layers/ramp.js";
import { t } from "../words.js";
import * as tip from "./tip.js";

const GAP = 5; // pixels of the screen between two tiles
const [LEAST, MOST] = [3, 14]; // pixels of the screen for a weight
const ACROSS = 16; // tiles in a row

export class FilterTiles {
  constructor(network, signal) {
    this.network = network;
    this.canvas = h("canvas", { role: "img", class: "filter-tiles" });
    this.head = h("h3", {}, t(network));
    this.told = h("span", { class: "told muted" });
    this.element = h(
      "section",
      { class: "card filters", "aria-label": t("Filters of the {network}", { network: t(network) }), "data-network": network },
      h("header", { class: "card-head" }, this.head, this.told),
      h("div", { class: "filter-place" }, this.canvas),
      h("p", { class: "muted hint" }, t("Each filter by its own scale: black is −scale, white +scale. Point at one for its scale.")),
    );
    this.canvas.addEventListener("pointermove", (event) => this.#hover(event), { signal });
    this.canvas.addEventListener("pointerleave", () => tip.hide(), { signal });
  }

  /** @param filters an answer of `GET /runs/{id}/filters?network=`. */
  draw(filters) {
    this.filters = filters;
    const { count, height, width, layer, step, scales } = filters;
    const room = Math.max(120, this.canvas.parentElement.clientWidth);
    const across = Math.min(count, ACROSS);
    this.size = Math.max(LEAST, Math.min(MOST, Math.floor((room / across - GAP) / width)));
    this.across = Math.max(1, Math.min(count, ACROSS, Math.floor((room + GAP) / (width * this.size + GAP))));
    const down = Math.ceil(count / this.across);
    this.canvas.width = this.across * (width * this.size + GAP) - GAP;
    this.canvas.height = down * (height * this.size + GAP) - GAP;
    this.canvas.style.width = `${this.canvas.width}px`;
    const context = this.canvas.getContext("2d");
    for (let at = 0; at < count; at += 1) this.#tile(context, at);
    const finite = scales.filter(Number.isFinite);
    const range = finite.length ? `, ±${format.value(Math.min(...finite))} … ±${format.value(Math.max(...finite))}` : "";
    setText(this.head, `${t(this.network)} · ${layer}`);
    setText(this.told, `${t("step {n}", { n: format.steps(step) })}${range}`);
    this.canvas.dataset.step = step;
    this.canvas.setAttribute("aria-label", t("{n} filters of {layer} at step {step}", { n: count, layer, step: format.steps(step) }));
  }

  #tile(context, at) {
    const { channels, height, width, pixels } = this.filters;
    const odd = rgb(palette().heat.odd);
    const [left, top] = [(at % this.across) * (width * this.size + GAP), Math.floor(at / this.across) * (height * this.size + GAP)];
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const of = (channel) => pixels[((at * channels + channel) * height + y) * width + x];
        const grey = (value) => Math.round(((value + 127) / 254) * 255);
        const values = [0, 1, 2].map((c) => of(channels === 3 ? c : 0));
        const [r, g, b] = values.includes(-128) ? odd : values.map(grey);
        context.fillStyle = `rgb(${r},${g},${b})`;
        context.fillRect(left + x * this.size, top + y * this.size, this.size, this.size);
      }
    }
  }

  #hover(event) {
    const { count, height, width, scales } = this.filters ?? {};
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / (width * this.size + GAP));
    const at = Math.floor((event.clientY - box.top) / (height * this.size + GAP)) * this.across + column;
    if (!(at >= 0 && at < count) || column >= this.across) return tip.hide();
    const scale = scales[at] === null ? t("a weight is not finite") : `${t("scale")} ±${format.value(scales[at])}`;
    return tip.show(event, t("filter {n}", { n: at }), [scale]);
  }
}
