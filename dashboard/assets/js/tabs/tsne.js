// Where the samples lie among the data, through training: one map of the real samples, and each step's generated ones placed on it.

import * as api from "../api.js";
import { h } from "../dom.js";
import { Frames } from "../maps/frames.js";
import { Inspector } from "../maps/inspector.js";
import { Joint } from "../maps/joint.js";
import { legend } from "../maps/legend.js";
import { Missing } from "../maps/missing.js";
import { Occupancy } from "../maps/occupancy.js";
import { PointMap } from "../maps/point_map.js";
import { progress, standIn, together } from "../maps/progress.js";
import { extent } from "../maps/scale.js";
import { joined } from "../modes.js";
import { pictured, sheet } from "../sheets.js";
import { Stepper, nearest } from "../stepper.js";
import * as theme from "../theme.js";
import * as view from "../view.js";
import { t } from "../words.js";

const METHODS = { tsne: "t-SNE", pca: "PCA", joint: "Joint t-SNE" };
const HINTS = {
  tsne: "One layout of the data; samples are placed on it",
  pca: "The two directions in which the data vary most",
  joint: "Several steps and the data laid out anew together, which shows what the fixed map has no room for; again: with the newest steps",
};
const PACE = 400; // ms a step while it plays
const TICK = 1000; // ms between two looks at how long the layout has taken

export class TsneTab {
  constructor(page, place) {
    this.page = page;
    const { signal } = page;
    this.frames = new Frames(page.id, signal);
    this.modes = null;
    this.joint = new Joint(page.id, signal);
    this.turn = 0; // the newest frame that was asked for
    this.stepper = new Stepper({ signal, steps: () => this.frames.steps(this.name, this.shown), pace: PACE, ready: () => !this.busy });
    this.map = new PointMap({
      label: t("Map of real and generated samples"),
      signal,
      onhover: (hit, event) => this.inspector.hover(hit, event),
      onpick: (hit) => this.inspector.pick(hit),
      onselect: (chosen) => this.inspector.select(chosen),
    });
    this.inspector = new Inspector(this.map, signal, (hit) => this.#near(hit));
    this.missing = new Missing((cluster) => this.map.set({ lit: cluster }));
    this.occupancy = new Occupancy(signal);
    this.#build(place);
    view.listen((changed) => this.#changed(changed), signal);
    theme.listen(() => this.render(), signal);
    this.stepper.keys(this.card, signal, { Escape: () => this.inspector.clear(), ...this.map.keys });
  }

  #build(place) {
    this.methods = h("div", { class: "segments", role: "group", "aria-label": t("Which map") }, ...Object.entries(METHODS).map(([key, name]) => h("button", { class: "segment", "data-method": key, title: t(HINTS[key]), onclick: () => this.#choose(key) }, t(name))));
    const toggle = (key, name, hint) => h("button", { class: "chip", "data-toggle": key, title: hint, onclick: () => this.flip(key) }, name);
    this.toggles = [
      toggle("density", t("Density"), t("Contours instead of points (key d)")),
      toggle("trail", t("Trail"), t("The way of the samples' mean so far (key m)")),
      toggle("real", t("Real samples"), t("Show or hide the data (key r)")),
    ];
    this.picker = h("select", { class: "select", "aria-label": t("Which samples"), hidden: true });
    this.picker.addEventListener("change", () => view.set({ grid: this.picker.value }));
    this.legend = h("div", { class: "legend-place" });
    this.note = h("p", { class: "map-note muted", hidden: true });
    this.state = h("div", { class: "map-state" });
    this.body = h("div", { class: "map-body" }, this.map.element, this.legend);
    this.card = h(
      "section",
      { class: "card map-card-large", "aria-label": t("Map of the samples") },
      h("header", { class: "card-head" }, h("h3", {}, t("Samples on the map of the data")), this.stepper.output, this.picker, this.methods),
      this.note,
      this.state,
      this.body,
      h("div", { class: "map-foot" }, this.stepper.element, h("div", { class: "chips" }, ...this.toggles)),
    );
    this.jobs = h("div");
    this.side = h("div", { class: "map-side" }, this.missing.element, this.inspector.element, this.jobs);
    place.append(h("div", { class: "map-page" }, h("div", { class: "map-main" }, this.card, this.occupancy.element), this.side));
  }

  async open() {
    await Promise.all([this.frames.load(), this.page.data.samples.length ? null : this.page.data.loadSamples(this.page.signal)]);
    await this.#loadModes();
    await this.draw();
  }

  get method() {
    return view.get("map") in METHODS ? view.get("map") : "tsne";
  }

  /** What is drawn: principal components stand in for t-SNE until that is laid out. */
  get shown() {
    return this.method === "tsne" && !this.frames.laid(this.name) ? "pca" : this.method;
  }

  /** Which samples are shown: what the address names, else those of fresh noise, which show more than the same again. */
  get name() {
    const { names } = this.frames;
    const asked = view.get("grid");
    if (names.includes(asked)) return asked;
    return names.includes("random") ? "random" : names[0] ?? "";
  }

  #grid(step) {
    return this.page.data.samples.find((one) => one.step === step && one.name === this.name && one.kind !== "reference");
  }

  /** Fixed or random noise, also of steps whose grid is not kept. */
  get #kind() {
    return this.page.data.samples.find((one) => one.name === this.name && one.kind !== "reference")?.kind;
  }

  get #real() {
    return this.page.data.samples.findLast((one) => one.kind === "reference");
  }

  async #loadModes(from = null) {
    const path = `runs/${encodeURIComponent(this.page.id)}/modes?${api.query({ name: this.name || null, from })}`;
    const told = await api.get(path, { signal: this.page.signal });
    this.modes = from !== null && this.modes?.name === told.name ? joined(this.modes, told) : told;
    this.occupancy.show(this.modes);
  }

  #choose(method) {
    if (method === "joint" && this.method === "joint") {
      this.joint.forget();
      this.draw().catch(() => {}); // the banner tells the rest
    } else view.set({ map: method === "tsne" ? null : method });
  }

  flip(key) {
    const off = key === "real" ? "noreal" : key;
    view.set({ [off]: view.get(off) ? null : 1 });
  }

  async #changed(changed) {
    if (!["sample", "map", "grid", "density", "trail", "noreal", "tab"].some((key) => changed.has(key))) return;
    if (view.get("tab") !== "tsne") return this.stepper.pause(); // it is drawn when it is seen again
    try {
      if (this.missed) {
        this.missed = false;
        return await this.open();
      }
      if (changed.has("grid") && this.modes?.name !== this.name) await this.#loadModes();
      await this.draw({ still: changed.has("map") || changed.has("grid") });
    } catch (error) {
      if (!this.page.signal.aborted && !(error instanceof TypeError) && !error.status) throw error; // the banner tells the rest
    }
  }

  /** Shows the asked step. @param still without a way from the last frame: it is another map. */
  async draw({ still = false } = {}) {
    this.render();
    const { step } = this.stepper;
    if (step === null) return;
    const turn = (this.turn += 1);
    const { shown: method, name } = this;
    this.busy = true;
    try {
      if (method === "joint") return await this.#together(step, turn);
      const [real, made] = await Promise.all([this.frames.get(null, name, method), this.frames.get(step, name, method)]);
      const grid = this.#grid(step);
      if (turn !== this.turn) return; // another was asked for meanwhile
      this.#put(real, made, { still, follow: this.#kind !== "random" });
      this.inspector.wait();
      this.#tell(step);
      const steps = this.stepper.steps();
      this.frames.prefetch(steps, this.stepper.at, name, method);
      this.#trail(steps, turn);
      await this.#sheets(grid, step, turn);
    } finally {
      if (turn === this.turn) this.busy = false;
    }
  }

  /** The images of what is shown: points wait for none of them. */
  async #sheets(grid, step, turn, at = step) {
    const [made, real] = await Promise.all([pictured(grid) ? sheet(this.page.id, grid) : null, pictured(this.#real) ? sheet(this.page.id, this.#real) : null]);
    const gone = await this.#gone(grid, at, made);
    if (turn !== this.turn) return;
    this.inspector.show({ made, real, gone });
    this.sheet = real;
    this.#tell(step);
  }

  /** The real samples nearest to a point that is shown. */
  async #near({ kind, index }) {
    const { made, real } = this.map.state;
    const joint = this.method === "joint"; // its points are rows of the batches
    if (kind === "made") return this.frames.neighbours(made.step, this.name, joint ? made.row[index] : index);
    const point = joint ? (await this.frames.get(null, this.name, "pca")).row.indexOf(real.row[index]) : index;
    return point < 0 ? { rows: [], distances: [] } : this.frames.neighbours(null, this.name, point);
  }

  /** Whether a step's images were thinned: its map stays. A list from before that still has them, and is then asked for anew. */
  async #gone(grid, step, made) {
    if (grid && pictured(grid) && !made) await this.page.data.loadSamples(this.page.signal).catch(() => {}); // the banner tells the rest
    return !this.#grid(step);
  }

  /** Whether a joint map is on its way: what becomes of it stands in the place of the map. */
  get #laying() {
    return this.method === "joint" && !this.joint.done;
  }

  /** Shows a step on the joint map; while there is none, what becomes of it. */
  async #together(step, turn) {
    const { joint, name } = this;
    await joint.want(this.frames.steps(name), name);
    if (turn !== this.turn) return;
    this.body.hidden = !joint.done;
    this.state.hidden = joint.done;
    if (!joint.done) {
      const { title, text } = together(joint);
      this.state.replaceChildren(h("h2", {}, title), h("p", { class: "muted" }, text));
      if (joint.waiting) setTimeout(() => turn === this.turn && this.draw().catch(() => {}), TICK);
      return;
    }
    const [grid, reference] = [this.#grid(joint.at(step)), await this.frames.get(null, name, "pca")];
    if (turn !== this.turn) return;
    const { real, made } = joint.frames(step, new Map(reference.row.map((row, i) => [row, this.modes?.members[i]])));
    this.real = null; // the fixed map has to be put anew
    if (this.map.state.real !== real) this.map.set({ real, range: extent([joint.map], 0.06), pins: [], chosen: null, trail: [], made });
    else this.map.show(made, this.#kind !== "random");
    this.#shown(made);
    this.inspector.wait();
    await this.#sheets(grid, step, turn, joint.at(step));
  }

  #shown(made) {
    this.map.element.dataset.step = made.step;
    this.map.element.dataset.method = made.method;
  }

  #put(real, made, { still, follow }) {
    const other = this.real !== real; // there is no way from one map to another
    if (other || this.map.state.real.cluster !== this.modes?.members) {
      this.real = real;
      // a step may leave the data: the range is that of the data, with room; it stays for the whole training
      this.map.set({ real: { ...real, cluster: this.modes?.members }, range: extent([real], 0.08), pins: [], chosen: null });
      this.inspector.clear();
    }
    const limit = this.modes?.limit ?? 2;
    const points = { ...made, limit, x: made.x.map(number), y: made.y.map(number), distance: made.distance.map(number) };
    if (still || other) this.map.set({ made: points });
    else this.map.show(points, follow);
    this.#shown(made);
  }

  #tell(step) {
    if (!this.modes) return;
    const { steps } = this.modes;
    this.missing.show(this.modes, nearest(steps, step), this.sheet);
    this.occupancy.at(step);
  }

  /** The way of the samples' mean up to the shown step. */
  async #trail(steps, turn) {
    if (!view.get("trail")) return this.map.set({ trail: [] });
    const passed = steps.slice(0, this.stepper.at + 1).slice(-40);
    const found = await Promise.all(passed.map((step) => this.frames.get(step, this.name, this.shown).catch(() => null)));
    if (turn === this.turn) this.map.set({ trail: found.filter(Boolean).map(mean).filter((one) => one.every(Number.isFinite)) });
    return undefined;
  }

  /** All that needs no frame. */
  render() {
    const { names, reference } = this.frames;
    const there = reference > 0 && this.stepper.at >= 0;
    this.stepper.render();
    for (const button of this.methods.children) button.setAttribute("aria-pressed", String(button.dataset.method === this.method));
    for (const button of this.toggles) {
      const key = button.dataset.toggle;
      button.setAttribute("aria-pressed", String(key === "real" ? !view.get("noreal") : Boolean(view.get(key))));
    }
    this.picker.hidden = names.length < 2;
    if (this.picker.dataset.names !== names.join("\n")) {
      this.picker.dataset.names = names.join("\n");
      this.picker.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
    }
    this.picker.value = this.name;
    this.map.set({ density: Boolean(view.get("density")), hideReal: Boolean(view.get("noreal")) });
    this.legend.replaceChildren(legend(this.modes, (cluster) => this.map.set({ lit: cluster }), { density: Boolean(view.get("density")), plain: this.method === "joint" }));
    this.body.hidden = !there || this.#laying;
    this.side.hidden = !there;
    this.#progress(there);
  }

  /** While there is no map: what is missing, or what is being computed and for how long. Failed steps are told in any case. */
  #progress(there) {
    const { waiting, failed } = progress(this.frames, { reference: Boolean(this.#real), samples: this.page.data.samples.length > 0 });
    if (!there || !this.#laying) this.state.hidden = there;
    if (!there) this.state.replaceChildren(h("h2", {}, waiting.title), h("p", { class: "muted" }, ...waiting.text));
    this.note.hidden = !there || this.shown === this.method;
    if (!this.note.hidden) this.note.textContent = standIn(this.frames.jobs);
    clearTimeout(this.clock);
    if (this.frames.jobs.some((job) => job.state === "queued" || job.state === "running")) this.clock = setTimeout(() => this.#tick(there), TICK);
    this.jobs.replaceChildren(...(failed ? [failed] : []));
    if (failed && !there) this.state.append(failed);
  }

  #tick(there) {
    if (view.get("tab") !== "tsne" || document.hidden) this.clock = setTimeout(() => this.#tick(there), TICK);
    else this.#progress(there);
  }

  async absorb(change) {
    if (!change?.projections?.length && !change?.samples?.length && !change?.jobs) return;
    const fresh = change.projections ?? [];
    if (fresh.length) this.frames.forget(fresh);
    if (view.get("tab") !== "tsne") return void (this.missed = true); // it is fetched when it is seen again
    const [wasAt, followed, was] = [this.stepper.step, view.get("sample") === null, this.shown];
    await this.frames.load();
    const from = Math.min(...fresh);
    if (fresh.length) await this.#loadModes(from < 0 || !this.modes?.steps.length ? null : from);
    const drawn = fresh.length > 0 || this.stepper.step !== wasAt || this.shown !== was;
    if ((followed && drawn) || this.shown !== was || this.stepper.step !== wasAt || fresh.includes(wasAt) || fresh.includes(-1)) await this.draw();
    else {
      this.render();
      this.#tell(this.stepper.step);
    }
  }

  async anew() {
    this.frames.forget();
    this.joint.forget();
    this.modes = null;
    await this.page.data.loadSamples(this.page.signal);
    await this.open();
  }

  close() {
    clearTimeout(this.clock);
    this.stepper.pause();
    this.map.close();
  }
}

/** JSON has no NaN: null stands for it. */
const number = (value) => value ?? NaN;

function mean({ x, y }) {
  const of = (values) => {
    const finite = values.filter(Number.isFinite);
    return finite.reduce((sum, one) => sum + one, 0) / finite.length;
  };
  return [of(x), of(y)];
}
