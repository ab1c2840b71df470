// The samples of a run through training: grids of fixed and of fresh noise, held against other steps and against real ones.

import * as api from "../api.js";
import { h, setText } from "../dom.js";
import * as format from "../format.js";
import { Lightbox } from "../gallery/lightbox.js";
import { Metrics } from "../gallery/metrics.js";
import { nearestReal } from "../gallery/nearest.js";
import { PlaneView } from "../gallery/plane.js";
import { Stage, save } from "../gallery/stage.js";
import { Strip } from "../gallery/strip.js";
import { Frames } from "../maps/frames.js";
import { stored, told } from "../picture.js";
import { pictured, planar } from "../sheets.js";
import { Stepper } from "../stepper.js";
import * as view from "../view.js";
import { t } from "../words.js";

const AHEAD = 3; // grids fetched before they are asked for
// kind of a grid → what it is called, and what it means
const NOISE = {
  fixed: ["Fixed noise", "The same noise at every step: each cell can be followed"],
  random: ["Fresh noise", "New noise at every step"],
  interpolation: ["Interpolation", "Each row is a way through latent space from one noise to another"],
};
const AGAINST = { real: "Real data", previous: "Previous step", nearest: "Nearest real", none: "Nothing" };
const HOW = { beside: "Side by side", flicker: "Flicker", swipe: "Swipe", difference: "Difference" };

export class SamplesTab {
  constructor(page, place) {
    this.page = page;
    const { signal } = page;
    this.stepper = new Stepper({ signal, steps: () => this.grids.map((one) => one.step), ready: () => !this.busy });
    this.stage = new Stage({ signal, onopen: () => this.enlarge() });
    this.strip = new Strip();
    this.plane = new PlaneView(page.id, signal);
    this.metrics = new Metrics(page.data, signal);
    this.frames = new Frames(page.id, signal);
    this.lightbox = new Lightbox({ signal, move: (by) => this.stepper.move(by) });
    this.#build(place);
    view.listen((changed) => this.#changed(changed), signal);
    this.stepper.keys(this.card, signal, { Enter: () => this.enlarge(), ...this.plane.map.keys });
  }

  #build(place) {
    this.noises = h("div", { class: "segments", role: "group", "aria-label": t("Which grid") });
    const select = (label, key, options) => {
      const made = h("select", { class: "select", "aria-label": label }, ...Object.entries(options).map(([value, name]) => h("option", { value }, t(name))));
      made.addEventListener("change", () => view.set({ [key]: made.value === Object.keys(options)[0] ? null : made.value }));
      return made;
    };
    this.against = select(t("Hold against"), "against", AGAINST);
    this.manner = select(t("How"), "how", HOW);
    this.manner.dataset.manners = ""; // the keyboard finds it so
    this.save = h("button", { class: "chip", title: t("Download as PNG"), onclick: () => this.download() }, t("PNG"));
    this.empty = h("p", { class: "muted samples-empty" }, t("No samples yet."), " ", h("code", {}, "run.samples(G(z), step=step)"), " ", t("puts them here."));
    this.note = h("p", { class: "muted gallery-note", hidden: true });
    this.thinned = h("p", { class: "muted gallery-note", hidden: true });
    this.compare = h("span", { class: "tool gallery-compare" }, h("span", { class: "label" }, t("Beside it")), this.against, this.manner);
    this.tools = h("span", { class: "gallery-tools" }, this.noises, this.compare, this.save);
    this.card = h(
      "section",
      { id: "run-samples", class: "card gallery", "aria-label": t("Samples") },
      h("header", { class: "card-head" }, h("h3", {}, t("Samples")), this.stepper.output, this.tools),
      this.empty,
      this.strip.element,
      this.stepper.element,
      this.thinned,
      this.note,
      this.stage.element,
      this.plane.element,
    );
    place.append(h("div", { class: "gallery-page" }, this.card, this.metrics.element));
  }

  async open() {
    await this.page.data.loadSamples(this.page.signal);
    if (this.page.data.samples.some(planar)) await this.plane.load();
    await this.draw();
  }

  /** Names of the generated grids → their kind; those of the same noise come first: they can be followed from step to step. */
  get names() {
    const found = new Map();
    for (const one of this.page.data.samples) if (one.kind !== "reference") found.set(one.name, one.kind);
    const rank = ([name, kind]) => `${Object.keys(NOISE).indexOf(kind)}${name}`;
    return new Map([...found].sort((a, b) => (rank(a) < rank(b) ? -1 : 1)));
  }

  get name() {
    const names = [...this.names.keys()];
    const asked = view.get("grid");
    return names.includes(asked) ? asked : names[0];
  }

  get grids() {
    return this.page.data.samples.filter((one) => one.name === this.name && one.kind !== "reference");
  }

  get real() {
    return this.page.data.samples.findLast((one) => one.kind === "reference") ?? null;
  }

  enlarge() {
    const grid = this.grids[this.stepper.at];
    if (grid) this.lightbox.open(grid, this.#title(grid));
  }

  #title = (grid) => `${t("step {n}", { n: format.steps(grid.step) })} · ${told(grid)}`;

  async download() {
    const name = `${this.page.data.info.name || this.page.id}-${this.name}-${this.stepper.step}.png`;
    if (this.plane.element.hidden) await this.stage.download(name);
    else save(await this.plane.map.png(), name);
  }

  async #changed(changed) {
    if (!["sample", "grid", "against", "how", "tab"].some((key) => changed.has(key))) return;
    if (view.get("tab") !== "samples") return this.stepper.pause(); // it is drawn when it is seen again
    try {
      await this.draw();
    } catch (error) {
      if (!this.page.signal.aborted && !(error instanceof TypeError) && !error.status) throw error; // the banner tells the rest
    }
  }

  async draw() {
    const { grids } = this;
    const { at, step } = this.stepper;
    const grid = grids[at];
    this.render(grid);
    if (!grid) return;
    this.busy = true;
    try {
      await (planar(grid) ? this.plane.show(grid, this.real, grids.slice(at + 1, at + 1 + AHEAD)) : this.#grids(grid, grids[at - 1]));
    } finally {
      this.busy = false;
    }
    this.strip.show(grids, step, planar(grid) ? this.plane.cut(grid) : null);
    if (this.lightbox.opened) this.lightbox.show(grid, this.#title(grid));
    for (const one of grids.slice(Math.max(0, at - 1), at + 1 + AHEAD)) new Image().src = api.blob(one.hash);
    await this.metrics.show(step, this.page.data.info.extractor);
  }

  /** The grid, and what it is held against. */
  async #grids(grid, before) {
    const [second, lack] = await this.#other(grid, before);
    this.note.hidden = !lack;
    setText(this.note, lack ?? "");
    await this.stage.show({ ...stored(grid), label: t(NOISE[grid.kind]?.[0] ?? grid.kind) }, second, view.get("how") in HOW ? view.get("how") : "beside");
  }

  /** [what the grid is held against or null, why not when that is not so by choice]. */
  async #other(grid, before) {
    const wanted = view.get("against") ?? "real";
    const { real } = this;
    if (wanted === "none") return [null, null];
    if (wanted === "previous") return before ? [{ ...stored(before), label: t("step {n}", { n: format.steps(before.step) }) }, null] : [null, t("There is no step before this one.")];
    if (wanted === "nearest") {
      if (real && !pictured(real)) return [null, t("The rows of these samples are no images: there is none to show of the nearest.")];
      const frame = pictured(real) ? await this.#frame(grid) : null;
      const found = frame && (await nearestReal(this.page.id, grid, frame, real));
      return found ? [found, null] : [null, t("Nearest real samples are told once the step has a map; that needs run.reference(…).")];
    }
    return [real ? { ...stored(real), label: t("Reference") } : null, null];
  }

  /** Where a grid's samples lie among the data, or null while that is not known. */
  async #frame({ step, name }) {
    if (!this.frames.steps(name).includes(step)) await this.frames.load();
    return this.frames.steps(name).includes(step) ? this.frames.get(step, name, "pca") : null;
  }

  render(grid) {
    const { names } = this;
    this.empty.hidden = Boolean(grid);
    this.tools.hidden = !grid;
    this.stage.element.hidden = !grid || planar(grid);
    this.plane.element.hidden = !grid || !planar(grid);
    this.compare.hidden = !grid || planar(grid);
    this.strip.element.hidden = !grid;
    this.stepper.render();
    const key = [...names].join();
    if (this.noises.dataset.key !== key) {
      this.noises.dataset.key = key;
      const [first] = names.keys();
      this.noises.replaceChildren(
        ...[...names].map(([name, kind]) =>
          h("button", { class: "segment", "data-name": name, title: kind in NOISE ? t(NOISE[kind][1]) : null, onclick: () => view.set({ grid: name === first ? null : name }) }, name === kind && kind in NOISE ? t(NOISE[kind][0]) : name),
        ),
      );
    }
    for (const button of this.noises.children) button.setAttribute("aria-pressed", String(button.dataset.name === this.name));
    this.noises.hidden = names.size < 2;
    const { thinned } = this.page.data.info;
    this.thinned.hidden = !thinned;
    if (thinned === 1) setText(this.thinned, t("The grids of 1 step were removed to stay within the run's media budget (media_bytes)."));
    else if (thinned) setText(this.thinned, t("The grids of {n} steps were removed to stay within the run's media budget (media_bytes).", { n: format.steps(thinned) }));
    this.against.value = view.get("against") in AGAINST ? view.get("against") : "real";
    this.manner.value = view.get("how") in HOW ? view.get("how") : "beside";
    this.manner.hidden = this.against.value === "none";
  }

  async absorb(change) {
    if (change?.fields?.length) this.plane.add(change.fields);
    if (change?.samples?.some(planar) && !this.plane.fields.length) await this.plane.load();
    if (view.get("tab") !== "samples") return; // it is drawn when it is seen again
    const measured = Object.keys(change?.points ?? {}).some((name) => name.startsWith("sample/"));
    const placed = view.get("against") === "nearest" && change?.projections?.length;
    if (placed) this.frames.forget(change.projections);
    if (change?.samples?.length || change?.fields?.length || placed) await this.draw();
    else if (measured) await this.metrics.show(this.stepper.step, this.page.data.info.extractor);
  }

  async anew() {
    this.frames.forget();
    await this.open();
  }

  close() {
    this.stepper.pause();
    this.plane.close();
  }
}
