// Samples of all runs laid out together with the first one's data in one t-SNE: a map a run, on one scale; the samples' slider moves them all.

import * as api from "../api.js";
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
    view.listen((changed) => changed.has("sample") && this.draw(), comparison.signal);
  }

  /** Asks for the map of the runs that are shown, and draws it once it is made. */
  async render() {
    const runs = this.comparison.visible.filter((run) => this.comparison.samples.known.get(run.id).length);
    const key = runs.map((run) => run.id).join();
    if (key === this.key) return this.draw();
    this.key = key;
    this.found = null;
    if (!runs.length) return this.say(t("No samples yet."));
    const steps = [...new Set(runs.flatMap((run) => this.comparison.samples.known.get(run.id).filter((one) => one.kind !== "reference").map((one) => one.step)))].sort((a, b) => a - b);
    const wanted = { runs: runs.map((run) => run.id), steps: spread(steps, Math.max(1, Math.floor(BATCHES / runs.length))), method: "tsne" };
    this.say(t("The map is being made…"));
    try {
      let map = await api.post("projections/joint", wanted);
      while (map.state === "queued" || map.state === "running") {
        await new Promise((resolve) => setTimeout(resolve, TICK));
        if (this.comparison.signal.aborted || key !== this.key) return null;
        map = await api.get(`projections/joint/${encodeURIComponent(map.id)}`, { signal: this.comparison.signal });
      }
      if (map.state === "failed") return this.say(map.error);
      this.found = map;
      this.lay(runs);
    } catch (error) {
      if (!error.status) throw error;
      this.say(error.message); // no run.reference, or samples of another shape
    }
    return this.draw();
  }

  say(text) {
    this.place.replaceChildren(h("p", { class: "muted" }, text));
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
