// Thumbnails through training, evenly spread over the steps; a click shows that step.

import * as api from "../api.js";
import { h } from "../dom.js";
import * as format from "../format.js";
import * as view from "../view.js";
import { t } from "../words.js";

const MOST = 16;

export class Strip {
  constructor() {
    this.element = h("div", { class: "strip", role: "group", "aria-label": t("Steps") });
    this.buttons = new Map(); // hash → its thumbnail
  }

  /** @param grids of one name, by step. @param step the one that is shown. @param cut how much of each side is left out, in percent. */
  show(grids, step, cut = null) {
    this.element.style.setProperty("--cut", cut === null ? null : `${cut}%`);
    this.element.classList.toggle("cut", cut !== null);
    const chosen = spread(grids);
    const wanted = chosen.map((grid) => this.#thumbnail(grid));
    if (wanted.some((one, i) => this.element.children[i] !== one) || this.element.children.length !== wanted.length) this.element.replaceChildren(...wanted);
    for (const hash of [...this.buttons.keys()]) if (!chosen.some((grid) => grid.hash === hash)) this.buttons.delete(hash);
    const nearest = chosen.reduce((best, grid) => (best && Math.abs(best.step - step) <= Math.abs(grid.step - step) ? best : grid), null);
    chosen.forEach((grid, i) => wanted[i].setAttribute("aria-pressed", String(grid === nearest)));
    this.element.hidden = chosen.length < 2;
  }

  #thumbnail(grid) {
    const held = this.buttons.get(grid.hash);
    if (held?.dataset.step === String(grid.step)) return held;
    const button = h(
      "button",
      { class: grid.columns > 4 ? "thumbnail part" : "thumbnail", "data-step": grid.step, "aria-label": t("step {n}", { n: format.steps(grid.step) }), onclick: () => view.set({ sample: grid.step }) },
      h("img", { src: api.blob(grid.hash), alt: "", loading: "lazy", decoding: "async", width: 64, height: 64 }),
      h("span", {}, format.steps(grid.step)),
    );
    this.buttons.set(grid.hash, button);
    return button;
  }
}

/** At most `MOST` of them with equal gaps, the first and the last among them. */
export function spread(all, most = MOST) {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]);
}
