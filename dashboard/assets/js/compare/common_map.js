// Samples of all runs laid out together with the first one's data in one t-SNE: a map a run, on one scale; the samples' slider moves them all.

import * as api from "../api.js";
import { fault } from "../faults.js";
import { h } from "../dom.js";
import * as format from "../format.js";
import { spread } from "../gallery/strip.js";
import { PointMap } from "../maps/point_map.js";
import { extent } from "../maps/scale.js";
import { nearest } from "../stepper.js";
import * as view from "../view.js";
import { t } from "../words.js";

const BATCHES = 22; // that one map may hold, beside the data
const TICK = 1000; // ms between two looks at how far the layout is
const REFERENCE = -1;

export class CommonMap {
  static title = "Map of all runs";

  constructor(place, comparison) {
    this.place = place;
    this.comparison = comparison;
    this.maps = new Map(); // run → { map, caption, element }
    this.note = h("p", { class: "muted map-note", role: "status" });
    this.asked = null; // what was asked for last: { runs (ids), steps }
    this.asking = false;
    this.lacking = false; // whether it failed since something was not there yet
    view.listen((changed) => changed.has("sample") && this.draw(), comparison.signal);
  }

  /** What there is to lay out: the runs that are shown and have batches, and all their steps. */
  wanted() {
    const batches = new Map(this.comparison.visible.map((run) => [run, this.comparison.samples.known.get(run.id).filter((one) => one.batch && one.kind !== "reference")]));
    const runs = [...batches.keys()].filter((run) => batches.get(run).length);
    return { runs, steps: [...new Set(runs.flatMap((run) => batches.get(run).map((one) => one.step)))].sort((a, b) => a - b) };
  }

  /** Other runs are shown, or they have new batches: asks for a map where there is none of them, and tells what one does not hold yet. */
  async render() {
    const { runs, steps } = this.wanted();
    const same = this.asked?.runs.join() === runs.map((run) => run.id).join();
    if (same && this.found) return this.asking ? null : this.newer(steps);
    if (same && (this.asking || !this.lacking)) return null;
    this.found = null;
    this.place.replaceChildren(this.note);
    return runs.length ? this.ask() : this.say(t("No samples yet."));
  }

  /** Asks for a map of what there is now. One that stands stays until the new one is there. */
  async ask() {
    const { runs, steps } = this.wanted();
    const asked = { runs: runs.map((run) => run.id), steps };
    Object.assign(this, { asked, asking: true, lacking: false });
    this.say(t("The map is being made…"));
    try {
      const map = await this.made({ runs: asked.runs, steps: spread(steps, Math.max(1, Math.floor(BATCHES / runs.length))), method: "tsne" }, asked);
      if (!map) return;
      this.asking = false;
      if (map.state === "failed") return this.again(fault(map.error));
      this.found = map;
      this.lay(runs);
      this.draw();
      this.newer(this.wanted().steps);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      if (this.asked !== asked) return;
      this.asking = false;
      this.lacking = error.status === 404; // no run.reference yet
      this.again(error.status ? error.message : t("The service does not answer."));
    }
  }

  /** The map once it is done or has failed; null when another one was asked for meanwhile. */
  async made(wanted, asked) {
    const { signal } = this.comparison;
    let map = await api.post("projections/joint", wanted);
    while (map.state === "queued" || map.state === "running") {
      await new Promise((resolve) => setTimeout(resolve, TICK));
      if (signal.aborted || this.asked !== asked) return null;
      map = await api.get(`projections/joint/${encodeURIComponent(map.id)}`, { signal });
    }
    return signal.aborted || this.asked !== asked ? null : map;
  }

  say(text, ...more) {
    this.note.replaceChildren(text, ...more);
    this.note.hidden = !text;
  }

  again(text) {
    this.say(text, " ", h("button", { class: "button", onclick: () => this.ask() }, t("Try again")));
  }

  /** How many steps came after those that the map is of: it is laid out anew when somebody wants it, for every place in it changes. */
  newer(steps) {
    const count = steps.filter((step) => step > this.asked.steps.at(-1)).length;
    if (!count) return this.say("");
    const text = count === 1 ? t("1 newer step is not on this map.") : t("{n} newer steps are not on this map.", { n: count });
    return this.say(text, " ", h("button", { class: "button", onclick: () => this.ask() }, t("Lay out anew")));
  }

  lay(runs) {
    const range = extent([this.found], 0.06);
    const real = this.points(this.found.parts.find((part) => part.step === REFERENCE));
    for (const { map } of this.maps.values()) map.close();
    this.maps.clear();
    const figures = runs.map((run) => {
      const nothing = () => {};
      const map = new PointMap({ label: t("Map of {name}", { name: this.comparison.name(run) }), signal: this.comparison.signal, onhover: nothing, onpick: nothing, onselect: nothing });
      const caption = h("span", { class: "caption" });
      map.set({ real: { ...real, cluster: real.x.map(() => 0) }, range });
      this.maps.set(run.id, { map, caption });
      return h("figure", { class: "picture common-map" }, map.element, h("figcaption", {}, h("span", { class: "picture-label" }, this.comparison.name(run)), caption));
    });
    this.place.replaceChildren(
      h("div", { class: "pictures" }, ...figures),
      this.note,
      h("p", { class: "muted" }, t("One layout of all samples and of the data of the first run: a place means the same in every map. Distances between far groups mean nothing.")),
    );
  }

  points({ start, count }) {
    const cut = (column) => column.slice(start, start + count).map((value) => value ?? NaN);
    return { x: cut(this.found.x), y: cut(this.found.y) };
  }

  /** Each run's batch nearest to the slider's step. */
  draw() {
    if (!this.found) return;
    const asked = view.number("sample") ?? Infinity;
    for (const [id, { map, caption }] of this.maps) {
      const parts = this.found.parts.filter((part) => part.run === id && part.step !== REFERENCE).sort((a, b) => a.step - b.step);
      const steps = parts.map((part) => part.step);
      const part = parts[asked === Infinity ? parts.length - 1 : nearest(steps, asked)];
      if (!part) continue;
      caption.textContent = t("step {n}", { n: format.steps(part.step) });
      map.element.dataset.step = part.step;
      map.show({ ...this.points(part), step: part.step, method: "joint" });
    }
  }
}
