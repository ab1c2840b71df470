// Parts of the data that the generator does not reach, or makes too often: by share, with their real images, and since when.

import { h } from "../dom.js";
import * as format from "../format.js";
import { called, listed } from "../modes.js";
import { palette } from "../theme.js";
import { tiles } from "./tiles.js";
import { t } from "../words.js";

const IMAGES = 6;
const percent = (share) => `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;

export class Missing {
  /** @param onlight (cluster | null): the pointer is on one. */
  constructor(onlight) {
    this.onlight = onlight;
    this.element = h("section", { class: "card missing-modes", "aria-label": t("Missing modes") });
  }

  /** @param modes their columns. @param at place of the step. @param sheet the reference's, or null. */
  show(modes, at, sheet) {
    this.element.hidden = !modes?.steps.length || at < 0;
    if (this.element.hidden) return;
    const key = [modes.name, modes.steps[at], modes.steps.length, Boolean(sheet), palette().maps.ground].join();
    if (key === this.key) return;
    this.key = key;
    const [missing, over] = [listed(modes, at, "missing"), listed(modes, at, "over")];
    const reached = modes.clusters.length - missing.length;
    this.element.replaceChildren(
      h("header", { class: "card-head" }, h("h3", {}, t("Missing modes")), h("span", { class: "muted" }, t("{n} of {all} reached at step {step}", { n: reached, all: modes.clusters.length, step: format.steps(modes.steps[at]) }))),
      ...(missing.length ? missing.map((one) => this.#row(one, sheet)) : [h("p", { class: "muted hint" }, t("Every part of the data is reached."))]),
      over.length ? h("h4", { class: "mode-head" }, t("Made too often")) : "",
      ...over.map((one) => this.#row(one, sheet)),
    );
  }

  #row({ one, expected, share, step, always }, sheet) {
    const colour = palette().maps.clusters[one.cluster % palette().maps.clusters.length];
    const when = always ? t("since the first step told") : t("since step {n}", { n: format.steps(step) });
    return h(
      "div",
      { class: "mode-row", tabindex: 0, onpointerenter: () => this.onlight(one.cluster), onpointerleave: () => this.onlight(null), onfocus: () => this.onlight(one.cluster), onblur: () => this.onlight(null) },
      h("i", { class: "dot", style: `--dot:${colour}` }),
      h("div", { class: "mode-text" }, h("b", {}, called(one, t)), h("span", { class: "muted" }, ` ${t("{a} of the data, {b} of the samples", { a: percent(expected), b: percent(share) })}`), h("div", { class: "muted" }, when)),
      sheet ? tiles(sheet, one.rows.slice(0, IMAGES), { size: 26, label: t("Real samples of {name}", { name: called(one, t) }) }) : null,
    );
  }
}
