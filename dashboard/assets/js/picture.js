// A grid of samples as a picture.

import * as api from "./api.js";
import { h, setText } from "./dom.js";
import { t } from "./words.js";

/** One picture with its caption; it keeps the last one until the next can be shown, so nothing flickers. */
export class Picture {
  constructor(label) {
    this.image = h("img", { alt: "", draggable: "false", hidden: true });
    this.stage = h("div", { class: "stage" }, this.image);
    this.label = h("span", { class: "picture-label" }, label ?? "");
    this.caption = h("span", { class: "caption" });
    this.element = h("figure", { class: "picture" }, this.stage, h("figcaption", {}, this.label, this.caption));
  }

  /** A stored grid. */
  show(sample, caption) {
    if (!sample) return setText(this.caption, caption);
    return this.put(stored(sample, caption));
  }

  /** @param what { src, key: changes with the content, ratio, alt, step, caption }. */
  async put({ src, key, ratio, alt, step, caption }) {
    setText(this.caption, caption ?? "");
    if (this.key === key) return;
    this.key = key;
    this.stage.style.aspectRatio = ratio;
    const next = new Image();
    next.src = src;
    await next.decode().catch(() => null);
    if (this.key !== key) return; // another was asked for meanwhile
    this.image.src = next.src;
    this.image.alt = alt;
    this.image.hidden = false;
    if (step !== undefined) this.image.dataset.step = step;
  }
}

/** What a picture needs to know of a stored grid. */
export const stored = (sample, caption) => ({
  src: api.blob(sample.hash),
  key: sample.hash,
  ratio: `${sample.columns * sample.tile_width} / ${sample.rows * sample.tile_height}`,
  alt: t("Grid of {n} samples at step {step}", { n: sample.count, step: sample.step }),
  step: sample.step,
  caption: caption ?? told(sample),
});

/** What a grid holds, in words. */
export const told = (sample) =>
  t(sample.inferred ? "{n} samples, range {range} (inferred)" : "{n} samples, range {range}", { n: sample.count, range: sample.value_range });
