// What was measured of the samples at a step, beside what the data read against themselves.

import { h, setText } from "../dom.js";
import { floor } from "../floors.js";
import * as format from "../format.js";
import { t } from "../words.js";

// name → [what it is called, what it says, which way is better: 1 more, -1 less, 0 neither]
const METRICS = {
  diversity: ["Diversity", "Mean distance between samples, over that between real ones", 1],
  precision: ["Precision", "Share of the samples that look like data", 1],
  recall: ["Recall", "Share of the data that the samples cover", 1],
  density: ["Density", "How deep in the data the samples lie", 1],
  coverage: ["Coverage", "Share of real samples that have a generated one near", 1],
  effective_modes: ["Effective modes", "How evenly the clusters of the data are met, over the data's own", 1],
  vendi: ["Vendi score", "How many different samples there are, over that of the data", 1],
  fid: ["FID", "Fréchet distance of the features' Gaussians; comparable under one extractor only", -1],
  kid: ["KID", "Squared MMD with a cubic kernel", -1],
  inception_score: ["Inception score", "How sure and how varied a classifier's answers are", 1],
  energy_distance: ["Energy distance", "0: one law", -1],
  two_sample_accuracy: ["Two-sample accuracy", "How often a nearest-neighbour test tells real from generated; 0.5: never better than chance", -1],
  duplicates: ["Near-copies", "Share nearer to another sample than 5 % of real ones are", -1],
  memorization: ["Memorised", "Share nearer to a real sample than 1 % of real ones are to theirs", -1],
  modes: ["Clusters reached", "Of the data's", 1],
  non_finite: ["Not finite", "Share of samples that hold NaN or Inf", -1],
};
const PREFIX = "sample/";

export class Metrics {
  /** @param data the run's RunData. @param signal ends fetches. */
  constructor(data, signal) {
    Object.assign(this, { data, signal });
    this.head = h("span", { class: "muted" });
    this.body = h("tbody", {});
    this.foot = h("p", { class: "muted hint" });
    this.element = h(
      "section",
      { class: "card metrics", hidden: true, "aria-label": t("Sample metrics") },
      h("header", { class: "card-head" }, h("h3", {}, t("Sample metrics")), this.head),
      h("table", { class: "metric-table" }, h("thead", {}, h("tr", {}, h("td", {}), h("th", {}, t("samples")), h("th", { title: t("What the data read against themselves, at equal numbers: no generator does better but by chance") }, t("data")))), this.body),
      this.foot,
    );
  }

  /** The metrics that the run has, in order. */
  get names() {
    return Object.keys(METRICS).filter((name) => this.data.summary(PREFIX + name));
  }

  /** Shows what was measured at the step nearest to `step`, of which it is told. */
  async show(step, extractor) {
    const { names } = this;
    this.element.hidden = !names.length;
    if (!names.length || step === null) return;
    await this.data.want(names.map((name) => PREFIX + name), this.signal);
    let at = null;
    const rows = names.map((name) => {
      const [label, hint, better] = METRICS[name];
      const series = this.data.get(PREFIX + name);
      const row = series?.rows ? series.nearest(step) : -1;
      if (row >= 0) at ??= series.step[row];
      const value = row >= 0 ? series.mean[row] : null;
      const least = floor(this.data, PREFIX + name);
      const worse = least !== null && Number.isFinite(value) && better !== 0 && better * (value - least) < -0.3 * Math.max(Math.abs(least), 0.1);
      return h("tr", { title: t(hint), class: worse ? "worse" : null }, h("th", {}, t(label)), h("td", {}, format.value(value)), h("td", { class: "muted" }, least === null ? "–" : format.value(least)));
    });
    this.body.replaceChildren(...rows);
    setText(this.head, at === null ? "" : t("at step {n}", { n: format.steps(at) }));
    setText(this.foot, extractor ? t("On features of {name}; values are comparable under one extractor only.", { name: extractor }) : t("Values are comparable under one feature extractor only."));
  }
}
