// A grid of samples as a picture.

import * as api from "./api.js";
import { h, setText } from "./dom.js";

/** One picture with its caption; it keeps the last one until the next can be shown, so nothing flickers. */
export class Picture {
  constructor(label) {
    this.image = h("img", { alt: "", draggable: "false", hidden: true });
    this.stage = h("div", { class: "stage" }, this.image);
    this.label = h("span", { class: "picture-label" }, label ?? "");
    this.caption = h("span", { class: "caption" });
    this.element = h("figure", { class: "picture" }, this.stage, h("figcaption", {}, this.label, this.caption));
  }

  async show(sample, caption) {
    setText(this.caption, caption);
    if (!sample || this.hash === sample.hash) return;
    this.hash = sample.hash;
    this.stage.style.aspectRatio = `${sample.columns * sample.tile_width} / ${sample.rows * sample.tile_height}`;
    const next = new Image();
    next.src = api.blob(sample.hash);
    await next.decode().catch(() => null);
    if (this.hash !== sample.hash) return; // another step was asked for meanwhile
    this.image.src = next.src;
    this.image.alt = `Grid of ${sample.count} samples at step ${sample.step}`;
    this.image.hidden = false;
    this.image.dataset.step = sample.step;
  }
}

/** What a grid holds, in words. */
export const told = (sample) => `${sample.count} samples, range ${sample.value_range}${sample.inferred ? " (inferred)" : ""}`;
