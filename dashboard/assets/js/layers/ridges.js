// How the values of a layer are spread, through training: one ridge a step, the newest in front.

import { h, setText } from "../dom.js";
import * as format from "../format.js";
import { palette } from "../theme.js";
import { nearest } from "../stepper.js";
import { t } from "../words.js";
import * as tip from "./tip.js";

const [TOP, BOTTOM, LEFT, RIGHT] = [58, 22, 58, 12]; // pixels around the ridges; the first one needs room above it

export class Ridges {
  /** @param onpick called with a step when its ridge is clicked. */
  constructor(kind, title, { onpick, signal }) {
    this.kind = kind;
    this.title = title;
    this.frames = [];
    this.canvas = h("canvas", { role: "img" });
    this.told = h("span", { class: "told muted" });
    this.empty = h("p", { class: "muted hint", hidden: true }, t("No histograms yet."));
    this.element = h(
      "section",
      { class: "card ridges", "aria-label": title, "data-kind": kind },
      h("header", { class: "card-head" }, h("h3", {}, title), this.told),
      h("div", { class: "ridge-plot" }, this.canvas),
      this.empty,
    );
    this.canvas.addEventListener("pointermove", (event) => this.#hover(event), { signal });
    this.canvas.addEventListener("pointerleave", () => tip.hide(), { signal });
    this.canvas.addEventListener("click", (event) => {
      const at = this.#at(event);
      if (at >= 0) onpick(this.frames[at].step);
    }, { signal });
  }

  /** @param frames histograms by step. @param colour of the network. @param step the chosen one, or null: the last. */
  draw(frames, colour, step) {
    this.frames = frames;
    const known = frames.filter((one) => one.counts.length);
    this.empty.hidden = known.length > 0;
    this.canvas.hidden = !known.length;
    if (!known.length) return setText(this.told, "");
    this.chosen = step === null ? frames.length - 1 : nearest(frames.map((one) => one.step), step);
    this.extent = [Math.min(...known.map((one) => one.low)), Math.max(...known.map((one) => one.high))];
    if (this.extent[0] === this.extent[1]) this.extent = [this.extent[0] - 0.5, this.extent[1] + 0.5];
    this.#paint(colour);
    const one = frames[this.chosen];
    const odd = one.nonfinite ? ` · ${t("{n} not finite", { n: format.steps(one.nonfinite) })}` : "";
    setText(this.told, `${t("step {n}", { n: format.steps(one.step) })}: ${format.value(one.min)} … ${format.value(one.max)}${odd}`);
    this.canvas.setAttribute("aria-label", `${this.title}: ${t("{n} histograms", { n: frames.length })}`);
    this.canvas.dataset.step = one.step;
    this.canvas.dataset.frames = frames.length;
    return undefined;
  }

  #size() {
    const scale = devicePixelRatio || 1;
    const [width, height] = [this.canvas.clientWidth, this.canvas.clientHeight];
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const context = this.canvas.getContext("2d");
    context.scale(scale, scale);
    return { context, width, height };
  }

  #base(at, height) {
    const room = height - TOP - BOTTOM;
    return TOP + (this.frames.length > 1 ? (room * at) / (this.frames.length - 1) : room);
  }

  #x(value, width) {
    const [low, high] = this.extent;
    return LEFT + ((value - low) / (high - low)) * (width - LEFT - RIGHT);
  }

  #paint(colour) {
    const { context, width, height } = this.#size();
    const { ridges } = palette();
    context.font = "11px system-ui, sans-serif";
    this.#axis(context, ridges, width, height);
    const tall = Math.min(TOP - 8, Math.max(16, ((height - TOP - BOTTOM) / this.frames.length) * 5));
    const order = this.frames.map((_, at) => at);
    for (const at of order) this.#ridge(context, at, { colour, ridges, width, height, tall });
    if (this.chosen < this.frames.length - 1) this.#ridge(context, this.chosen, { colour, ridges, width, height, tall });
    const labelled = Math.max(1, Math.ceil(this.frames.length / ((height - TOP - BOTTOM) / 16)));
    context.textAlign = "right";
    this.frames.forEach((one, at) => {
      const near = Math.abs(at - this.chosen) < labelled && at !== this.chosen;
      if (((this.frames.length - 1 - at) % labelled || near) && at !== this.chosen) return;
      context.fillStyle = at === this.chosen ? ridges.ink : ridges.muted;
      context.fillText(format.steps(one.step), LEFT - 7, this.#base(at, height) + 1);
    });
  }

  #axis(context, ridges, width, height) {
    const [low, high] = this.extent;
    context.textAlign = "center";
    context.fillStyle = ridges.muted;
    context.strokeStyle = ridges.grid;
    context.lineWidth = 1;
    const ends = [low, low < 0 && high > 0 ? 0 : (low + high) / 2, high];
    const crowded = ends.map((value) => this.#x(value, width));
    ends.forEach((value, at) => {
      if (at === 1 && Math.min(crowded[1] - crowded[0], crowded[2] - crowded[1]) < 60) return;
      const x = crowded[at];
      context.beginPath();
      context.moveTo(x, TOP - 40);
      context.lineTo(x, height - BOTTOM + 3);
      context.stroke();
      context.textAlign = ["left", "center", "right"][at];
      context.fillText(format.value(value), x, height - 6);
    });
  }

  #ridge(context, at, { colour, ridges, width, height, tall }) {
    const { low, high, counts, nonfinite } = this.frames[at];
    const base = this.#base(at, height);
    const chosen = at === this.chosen;
    context.strokeStyle = chosen ? ridges.ink : colour;
    context.lineWidth = chosen ? 1.8 : 1;
    context.globalAlpha = chosen ? 1 : 0.45 + (0.5 * at) / this.frames.length;
    if (counts.length) {
      const most = Math.max(...counts);
      const bin = (high - low) / counts.length;
      context.beginPath();
      context.moveTo(this.#x(low, width), base);
      if (!bin) context.lineTo(this.#x(low, width), base - tall);
      else counts.forEach((count, i) => context.lineTo(this.#x(low + (i + 0.5) * bin, width), base - (tall * count) / most));
      context.lineTo(this.#x(high, width), base);
      context.save();
      context.globalAlpha = 0.86;
      context.fillStyle = ridges.ground;
      context.fill();
      context.restore();
      context.stroke();
    }
    context.globalAlpha = 1;
    if (nonfinite) {
      context.fillStyle = ridges.odd;
      context.beginPath();
      context.arc(width - RIGHT + 5, base - 3, 3, 0, 2 * Math.PI);
      context.fill();
    }
  }

  #at(event) {
    if (!this.frames.length) return -1;
    const box = this.canvas.getBoundingClientRect();
    const y = event.clientY - box.top;
    const room = (box.height - TOP - BOTTOM) / Math.max(1, this.frames.length - 1);
    const at = Math.ceil((y - TOP) / room);
    return Math.min(this.frames.length - 1, Math.max(0, at));
  }

  #hover(event) {
    const at = this.#at(event);
    if (at < 0) return;
    const { step, low, high, counts, below, above, nonfinite, min, max, size } = this.frames[at];
    const box = this.canvas.getBoundingClientRect();
    const value = this.extent[0] + ((event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT)) * (this.extent[1] - this.extent[0]);
    const bin = high > low ? Math.floor(((value - low) / (high - low)) * counts.length) : -1;
    const edge = (i) => format.value(low + (i * (high - low)) / counts.length);
    const looked = counts.reduce((sum, count) => sum + count, 0) + below + above + nonfinite;
    tip.show(event, t("step {n}", { n: format.steps(step) }), [
      bin >= 0 && bin < counts.length ? `${edge(bin)} … ${edge(bin + 1)}: ${format.steps(counts[bin])}` : null,
      `${t("all")}: ${format.value(min)} … ${format.value(max)}`,
      looked < size ? t("{looked} of {size} values looked at", { looked: format.steps(looked), size: format.steps(size) }) : t("{size} values", { size: format.steps(size) }),
      below + above ? t("{n} outside of the bins", { n: format.steps(below + above) }) : null,
      nonfinite ? t("{n} not finite", { n: format.steps(nonfinite) }) : null,
    ]);
  }
}
