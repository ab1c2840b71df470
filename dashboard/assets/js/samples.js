// The samples of one or more runs on one step slider: play, keys, prefetch, follow the newest.

import * as api from "./api.js";
import { h, icon, setText } from "./dom.js";
import * as format from "./format.js";
import { Picture, told } from "./picture.js";
import { merged } from "./run_data.js";
import { lowerBound } from "./series.js";
import * as view from "./view.js";

const PLAY = 250; // ms a picture
const AHEAD = 3; // pictures fetched before they are asked for

export class Samples {
  /** @param lanes [{ id, label }]: one picture each. @param reference whether real data are shown beside. */
  constructor(element, lanes, { reference, signal }) {
    this.element = element;
    this.reference = reference;
    this.known = new Map(lanes.map((lane) => [lane.id, []])); // run → its grids by step
    this.lanes = lanes.map((lane) => ({ ...lane, picture: new Picture(lane.label) }));
    this.real = reference ? new Picture("Reference") : null;
    this.playing = null;
    this.build(signal);
    signal.addEventListener("abort", () => this.pause());
    view.listen((changed) => (changed.has("sample") || changed.has("grid")) && this.render(), signal);
  }

  build(signal) {
    const button = (name, label, onclick) => h("button", { class: "ghost", "aria-label": label, title: label, onclick }, icon(name));
    this.slider = h("input", { type: "range", min: 0, max: 0, value: 0, step: 1, class: "slider", "aria-label": "Step of the samples" });
    this.slider.addEventListener("input", () => (this.pause(), this.to(Number(this.slider.value))));
    this.playButton = button("play", "Play", () => (this.playing ? this.pause() : this.play()));
    this.follow = h("button", { class: "chip", title: "Show each new grid as it comes", onclick: () => (this.pause(), view.set({ sample: null })) }, "Latest");
    this.step = h("output", { class: "sample-step" });
    this.picker = h("select", { class: "select", "aria-label": "Which grid", hidden: true });
    this.picker.addEventListener("change", () => view.set({ grid: this.picker.value === this.#names()[0] ? null : this.picker.value }));
    this.empty = h("p", { class: "muted samples-empty" }, "No samples yet. ", h("code", {}, "run.samples(G(z), step=step)"), " puts them here.");
    this.pictures = h("div", { class: "pictures" }, ...this.lanes.map((lane) => lane.picture.element), this.real?.element);
    this.controls = h(
      "div",
      { class: "sample-controls" },
      button("back", "Previous grid", () => this.move(-1)),
      this.playButton,
      button("forward", "Next grid", () => this.move(1)),
      this.slider,
      this.follow,
    );
    this.element.replaceChildren(
      h("header", { class: "card-head" }, h("h3", {}, "Samples"), this.step, this.picker),
      this.empty,
      this.controls,
      this.pictures,
    );
    const keys = { ArrowLeft: () => this.move(-1), ArrowRight: () => this.move(1), " ": () => this.playButton.click() };
    this.element.tabIndex = 0;
    this.element.addEventListener(
      "keydown",
      (event) => {
        if (["SELECT", "BUTTON"].includes(event.target.tagName) || !(event.key in keys)) return;
        event.preventDefault();
        keys[event.key]();
      },
      { signal },
    );
  }

  /** Puts grids of a run in, by step; a grid of the same step, name and kind takes the old one's place. */
  add(id, fresh) {
    const all = this.known.get(id);
    if (!all || !fresh.length) return;
    this.known.set(id, merged(all, fresh));
    this.render();
  }

  /** All grids of a run are these now. */
  replace(id, all) {
    this.known.set(id, []);
    if (all.length) this.add(id, all);
    else this.render();
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
    return this.known.get(id).filter((one) => one.name === this.name && one.kind !== "reference");
  }

  /** Every step at which a run has a grid. */
  #steps() {
    const found = new Set();
    for (const id of this.known.keys()) for (const one of this.#grids(id)) found.add(one.step);
    return [...found].sort((a, b) => a - b);
  }

  #at(steps) {
    const asked = view.number("sample");
    if (asked === null) return steps.length - 1;
    const at = lowerBound(steps, asked);
    if (at === 0) return 0;
    if (at === steps.length) return at - 1;
    return steps[at] - asked < asked - steps[at - 1] ? at : at - 1;
  }

  /** Shows the grid at a position of the slider; the last one means to follow. */
  to(at) {
    const steps = this.#steps();
    const place = Math.min(Math.max(at, 0), steps.length - 1);
    view.set({ sample: place === steps.length - 1 ? null : steps[place] });
  }

  move(by) {
    this.pause();
    this.to(this.#at(this.#steps()) + by);
  }

  play() {
    const steps = this.#steps();
    if (steps.length < 2) return;
    if (this.#at(steps) === steps.length - 1) this.to(0);
    this.playButton.replaceChildren(icon("pause"));
    this.playButton.setAttribute("aria-label", "Pause");
    this.playing = setInterval(() => {
      const now = this.#steps();
      const at = this.#at(now);
      if (at >= now.length - 1) this.pause();
      else this.to(at + 1);
    }, PLAY);
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    this.playButton.replaceChildren(icon("play"));
    this.playButton.setAttribute("aria-label", "Play");
  }

  render() {
    const steps = this.#steps();
    const names = this.#names();
    const any = steps.length > 0;
    this.element.classList.toggle("without", !any);
    this.empty.hidden = any;
    this.pictures.hidden = this.controls.hidden = !any;
    this.picker.hidden = names.length < 2;
    if (this.picker.dataset.names !== names.join("\n")) {
      this.picker.dataset.names = names.join("\n");
      this.picker.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
    }
    if (!any) return setText(this.step, "");
    this.picker.value = this.name;
    const at = this.#at(steps);
    this.slider.max = steps.length - 1;
    this.slider.value = at;
    this.slider.setAttribute("aria-valuetext", `step ${steps[at]}`);
    this.follow.setAttribute("aria-pressed", String(view.get("sample") === null));
    setText(this.step, `step ${format.steps(steps[at])}`);
    for (const lane of this.lanes) this.#lane(lane, steps[at]);
    this.#prefetch(steps, at);
    const real = this.real && [...this.known.values()].flat().find((one) => one.kind === "reference");
    if (this.real) this.real.element.hidden = !real;
    if (real) this.real.show(real, told(real));
  }

  /** A run shows its grid of that step, or the nearest one that it has, and says which. */
  #lane(lane, step) {
    const grids = this.#grids(lane.id);
    const nearest = grids.reduce((best, one) => (best && Math.abs(best.step - step) <= Math.abs(one.step - step) ? best : one), null);
    lane.picture.element.classList.toggle("none", !nearest);
    if (!nearest) return setText(lane.picture.caption, "no grids");
    const off = nearest.step === step ? "" : ` (nearest to ${format.steps(step)})`;
    const label = this.lanes.length > 1 ? `step ${format.steps(nearest.step)}${off}` : told(nearest);
    lane.picture.show(nearest, label);
    lane.picture.element.title = told(nearest);
  }

  #prefetch(steps, at) {
    const near = new Set(steps.slice(Math.max(0, at - 1), at + 1 + AHEAD));
    for (const id of this.known.keys()) {
      for (const one of this.#grids(id)) if (near.has(one.step)) new Image().src = api.blob(one.hash);
    }
  }
}
