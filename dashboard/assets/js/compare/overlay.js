// Two runs' grids at one place, for the same noise in the same cell: under a moving edge, in turn, or as what differs.

import { stored } from "../picture.js";
import { Stage } from "../gallery/stage.js";
import { h, setText } from "../dom.js";
import * as format from "../format.js";
import * as view from "../view.js";
import { t } from "../words.js";

const MODES = { "": "Side by side", swipe: "Swipe", flicker: "Flicker", difference: "Difference" };

export class Overlay {
  /** @param runs () => [{ id, label }]. @param grid (id) => the sample that is shown of a run, or null. @param pictures the pictures side by side. */
  constructor({ runs, grid, pictures, signal }) {
    Object.assign(this, { runs, grid, pictures });
    this.modes = h("div", { class: "segments", role: "group", "aria-label": t("How grids are compared") }, ...Object.entries(MODES).map(([name, label]) => h("button", { "data-mode": name, onclick: () => view.set({ grids: name || null }) }, t(label))));
    const select = (key, label) => {
      const element = h("select", { class: "select", "aria-label": label });
      element.addEventListener("change", () => view.set({ [key]: element.value }));
      return element;
    };
    this.sides = { left: select("left", t("First run")), right: select("right", t("Second run")) };
    this.chosen = h("span", { class: "tools" }, this.sides.left, "/", this.sides.right);
    this.controls = h("span", { class: "tools grids-tools" }, this.modes, this.chosen);
    this.stage = new Stage({ signal, onopen: () => {} });
    this.says = h("p", { class: "muted" });
    this.element = h("div", { class: "overlay" }, this.stage.element, this.says);
    view.listen((changed) => ["grids", "left", "right"].some((key) => changed.has(key)) && this.render(), signal);
  }

  render() {
    const runs = this.runs();
    const mode = view.get("grids") in MODES ? view.get("grids") : "";
    for (const button of this.modes.children) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    this.pictures.classList.toggle("away", Boolean(mode));
    this.element.hidden = this.chosen.hidden = !mode;
    if (!mode) return;
    const ids = Object.entries(this.sides).map(([key, select], at) => {
      const id = runs.some((run) => run.id === view.get(key)) ? view.get(key) : runs[Math.min(at, runs.length - 1)]?.id;
      select.replaceChildren(...runs.map((run) => h("option", { value: run.id, selected: run.id === id }, run.label)));
      return id;
    });
    const samples = ids.map((id) => id && this.grid(id));
    this.stage.element.hidden = samples.includes(null) || samples.includes(undefined) || runs.length < 2;
    if (this.stage.element.hidden) return void setText(this.says, t("Two runs with grids are needed."));
    const [first, second] = samples.map((sample, at) => ({ ...stored(sample, t("step {n}", { n: format.steps(sample.step) })), label: runs.find((run) => run.id === ids[at]).label }));
    this.stage.show(first, second, mode);
    const same = samples.every((sample) => sample.kind === "fixed");
    setText(this.says, same ? t("Fixed noise: a cell is the same noise in both, where both runs drew it from the same seed.") : t("Fresh noise: cells can’t be compared one by one."));
  }
}
