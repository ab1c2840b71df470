// Several steps of a run laid out anew in one map, together with the real samples: what the fixed map has no room for shows there.

import * as api from "../api.js";
import { spread } from "../gallery/strip.js";
import { nearest } from "../stepper.js";

const MOST = 8; // steps in one map
const REFERENCE = -1;

export class Joint {
  constructor(id, signal) {
    this.path = `runs/${encodeURIComponent(id)}/projections/joint`;
    this.signal = signal;
    this.map = null; // what the API tells of it
  }

  /** The next `want` asks for a new one. */
  forget() {
    this.map = null;
    this.real = null;
    this.refused = null;
  }

  /** Asks for a map of some of these steps (evenly spread, the first and the last among them), or looks how far it is. */
  async want(steps, name) {
    if (this.name !== name) this.forget();
    this.name = name;
    if (this.done || this.refused) return;
    try {
      this.map ??= await api.post(this.path, { steps: spread(steps, MOST), name, method: "tsne" });
      this.map = await api.get(`projections/joint/${encodeURIComponent(this.map.id)}`, { signal: this.signal });
    } catch (error) {
      if (!error.status) throw error;
      this.refused = error.message; // a token that may only read, say
    }
  }

  get done() {
    return this.map?.state === "done" && Boolean(this.map.x);
  }

  get waiting() {
    return Boolean(this.map) && !this.done && this.map.state !== "failed";
  }

  /** The steps in it. */
  get steps() {
    return this.map.parts.filter((part) => part.step !== REFERENCE).map((part) => part.step);
  }

  #part(step) {
    const { start, count } = this.map.parts.find((part) => part.step === step);
    const cut = (column) => column.slice(start, start + count);
    const numbers = (column) => cut(column).map((one) => one ?? NaN);
    return { x: numbers(this.map.x), y: numbers(this.map.y), row: cut(this.map.row) };
  }

  /** The step in it that is nearest to another. */
  at(step) {
    return this.steps[nearest(this.steps, step)];
  }

  /** { real, made } as frames have them, of the step that is nearest. @param groups row of the reference → its group. */
  frames(step, groups) {
    const shown = this.at(step);
    if (!this.real) {
      this.real = this.#part(REFERENCE);
      this.real.cluster = this.real.row.map((row) => groups.get(row) ?? 0);
    }
    return { real: this.real, made: { ...this.#part(shown), step: shown, method: "joint" } };
  }
}
