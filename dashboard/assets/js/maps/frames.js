// The maps of one run as the API has them: which there are, the reference's own, and a step's.

import * as api from "../api.js";

const KEPT = 80; // frames in memory, some 10 kB each
const SOON = 2; // frames fetched before they are asked for

export class Frames {
  constructor(id, signal) {
    this.path = `runs/${encodeURIComponent(id)}`;
    this.signal = signal;
    this.list = []; // { step, name, count }
    this.jobs = [];
    this.reference = 0; // points of its own map
    this.laidOut = false; // whether that has its t-SNE layout
    this.held = new Map();
  }

  /** What there is by now, and what becomes of the rest. */
  async load() {
    const told = await api.get(`${this.path}/projections`, { signal: this.signal });
    if (told.reference !== this.reference || told.laid_out !== this.laidOut) this.forget();
    this.list = told.frames;
    this.jobs = told.jobs;
    this.reference = told.reference;
    this.laidOut = told.laid_out;
  }

  /** What is known of some steps is out of date. */
  forget(steps = null) {
    if (!steps) return this.held.clear();
    for (const key of [...this.held.keys()]) if (steps.includes(Number(key.split("/")[0]))) this.held.delete(key);
    return undefined;
  }

  get names() {
    return [...new Set(this.list.map((frame) => frame.name))].sort();
  }

  /** Whether there is a t-SNE map of samples called `name`. */
  laid(name) {
    return this.laidOut && this.list.some((frame) => frame.name === name && frame.laid_out);
  }

  /** Steps with a map of the samples called `name`; by "tsne": those that are laid out. */
  steps(name, method = "pca") {
    return this.list.filter((frame) => frame.name === name && (method !== "tsne" || frame.laid_out)).map((frame) => frame.step);
  }

  /** The columns of a frame; `step` null: the reference's own. */
  get(step, name, method) {
    const named = step === null ? {} : { name };
    return this.#ask(`${step ?? -1}/${step === null ? "" : name}/${method}`, `${step ?? "reference"}?${api.query({ method, ...named })}`);
  }

  /** The real samples nearest to a point of a step's map: { rows, distances }; `step` null: to one of the reference. */
  neighbours(step, name, point) {
    const named = step === null ? {} : { name };
    return this.#ask(`${step ?? -1}/${name}/near/${point}`, `${step ?? -1}/neighbours?${api.query({ point, ...named })}`);
  }

  #ask(key, path) {
    const known = this.held.get(key);
    if (known) {
      this.held.delete(key); // the newest goes last
      this.held.set(key, known);
      return known;
    }
    const asked = api.get(`${this.path}/projections/${path}`, { signal: this.signal });
    asked.catch(() => this.held.delete(key));
    this.held.set(key, asked);
    if (this.held.size > KEPT) this.held.delete(this.held.keys().next().value);
    return asked;
  }

  /** Fetches what comes next, when it plays or when an arrow key is pressed. */
  prefetch(steps, at, name, method) {
    for (const step of [...steps.slice(Math.max(0, at - SOON), at), ...steps.slice(at + 1, at + 1 + SOON)]) this.get(step, name, method).catch(() => {});
  }
}
