// The samples of several runs on one step slider: play, keys, prefetch, follow the newest.

import * as api from "./api.js";
import { h, setText } from "./dom.js";
import * as format from "./format.js";
import { Picture, told } from "./picture.js";
import { merged } from "./run_data.js";
import { Stepper } from "./stepper.js";
import * as view from "./view.js";
import { t } from "./words.js";

const AHEAD = 3; // pictures fetched before they are asked for

export class Samples {
  /** @param lanes [{ id, label }]: one picture each. */
  constructor(element, lanes, signal) {
    this.element = element;
    this.known = new Map(lanes.map((lane) => [lane.id, []])); // run → its grids by step
    this.lanes = lanes.map((lane) => ({ ...lane, picture: new Picture(lane.label) }));
    this.stepper = new Stepper({ signal, steps: () => this.#steps() });
    this.build(signal);
    view.listen((changed) => (changed.has("sample") || changed.has("grid")) && this.render(), signal);
  }

  build(signal) {
    this.picker = h("select", { class: "select", "aria-label": t("Which grid"), hidden: true });
    this.picker.addEventListener("change", () => view.set({ grid: this.picker.value === this.#names()[0] ? null : this.picker.value }));
    this.empty = h("p", { class: "muted samples-empty" }, t("No samples yet."), " ", h("code", {}, "run.samples(G(z), step=step)"), " ", t("puts them here."));
    this.pictures = h("div", { class: "pictures" }, ...this.lanes.map((lane) => lane.picture.element));
    this.element.replaceChildren(
      h("header", { class: "card-head" }, h("h3", {}, t("Samples")), this.stepper.output, this.picker),
      this.empty,
      this.stepper.element,
      this.pictures,
    );
    this.stepper.keys(this.element, signal);
  }

  /** Puts grids of a run in, by step; a grid of the same step, name and kind takes the old one's place. */
  add(id, fresh) {
    const all = this.known.get(id);
    if (!all || !fresh.length) return;
    this.known.set(id, merged(all, fresh));
    this.render();
  }

  /** All grids of the runs are these now: run → its grids. */
  replace(all) {
    for (const id of this.known.keys()) this.known.set(id, merged([], all[id] ?? []));
    this.render();
  }

  /** Leaves out the pictures of some runs. */
  hide(hidden) {
    for (const lane of this.lanes) lane.picture.element.hidden = hidden.has(lane.id);
  }

  #names() {
    const found = new Map(); // name → kind; grids of the same noise come first: they can be followed from step to step
    for (const all of this.known.values()) for (const one of all) if (one.kind !== "reference") found.set(one.name, one.kind);
    const rank = ([name, kind]) => `${kind === "fixed" ? 0 : 1}${name}`;
    return [...found].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)).map(([name]) => name);
  }

  get name() {
    const names = this.#names();
    const asked = view.get("grid");
    return names.includes(asked) ? asked : names[0];
  }

  #grids(id) {
    const { name } = this;
    return this.known.get(id).filter((one) => one.name === name && one.kind !== "reference");
  }

  /** Every step at which a run has a grid. */
  #steps() {
    const found = new Set();
    for (const id of this.known.keys()) for (const one of this.#grids(id)) found.add(one.step);
    return [...found].sort((a, b) => a - b);
  }

  pause() {
    this.stepper.pause();
  }

  render() {
    const steps = this.#steps();
    const names = this.#names();
    const any = steps.length > 0;
    this.element.classList.toggle("without", !any);
    this.empty.hidden = any;
    this.pictures.hidden = !any;
    this.stepper.render();
    this.picker.hidden = names.length < 2;
    if (this.picker.dataset.names !== names.join("\n")) {
      this.picker.dataset.names = names.join("\n");
      this.picker.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
    }
    if (!any) return;
    this.picker.value = this.name;
    const { at } = this.stepper;
    for (const lane of this.lanes) this.#lane(lane, steps[at]);
    this.#prefetch(steps, at);
    this.onRender?.();
  }

  /** The grid that is shown of a run, or null. */
  shown(id) {
    const steps = this.#steps();
    return steps.length ? this.#nearest(id, steps[this.stepper.at]) : null;
  }

  #nearest(id, step) {
    return this.#grids(id).reduce((best, one) => (best && Math.abs(best.step - step) <= Math.abs(one.step - step) ? best : one), null);
  }

  /** A run shows its grid of that step, or the nearest one that it has, and says which. */
  #lane(lane, step) {
    const nearest = this.#nearest(lane.id, step);
    lane.picture.element.classList.toggle("none", !nearest);
    if (!nearest) return setText(lane.picture.caption, t("no grids"));
    const off = nearest.step === step ? "" : ` (${t("nearest to {n}", { n: format.steps(step) })})`;
    lane.picture.show(nearest, t("step {n}", { n: format.steps(nearest.step) }) + off);
    lane.picture.element.title = told(nearest);
  }

  #prefetch(steps, at) {
    const near = new Set(steps.slice(Math.max(0, at - 1), at + 1 + AHEAD));
    for (const id of this.known.keys()) {
      for (const one of this.#grids(id)) if (near.has(one.step)) new Image().src = api.blob(one.hash);
    }
  }
}
