// The newest grid of samples beside the charts, with real data below it; the slider over all steps has a tab of its own.

import { h, setText } from "./dom.js";
import * as format from "./format.js";
import { Picture, told } from "./picture.js";
import { t } from "./words.js";

export class Latest {
  /** @param page the run page's: { view } leads to the tab of samples. */
  constructor(page) {
    this.step = h("span", { class: "sample-step" });
    this.empty = h("p", { class: "muted samples-empty" }, t("No samples yet."), " ", h("code", {}, "run.samples(G(z), step=step)"), " ", t("puts them here."));
    this.picture = new Picture("");
    this.real = new Picture(t("Reference"));
    this.all = h("button", { class: "chip", hidden: true, onclick: () => page.view.set({ tab: "samples" }) }, t("All steps"));
    this.pictures = h("div", { class: "pictures", hidden: true }, this.picture.element, this.real.element);
    this.element = h("section", { id: "run-latest", class: "card samples", hidden: true, "aria-label": t("Latest samples") }, h("header", { class: "card-head" }, h("h3", {}, t("Latest samples")), this.step, this.all), this.empty, this.pictures);
  }

  /** @param samples all grids of the run, by step. */
  show(samples) {
    const made = samples.filter((one) => one.kind !== "reference");
    // grids of the same noise come first: they can be followed from step to step
    const newest = made.findLast((one) => one.kind === "fixed") ?? made.at(-1);
    const real = samples.find((one) => one.kind === "reference");
    this.empty.hidden = Boolean(newest);
    this.pictures.hidden = this.all.hidden = !newest;
    if (!newest) return setText(this.step, "");
    setText(this.step, t("step {n}", { n: format.steps(newest.step) }));
    this.picture.show(newest, told(newest));
    this.real.element.hidden = !real;
    if (real) this.real.show(real, told(real));
  }
}
