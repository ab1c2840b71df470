// One run's data as a page holds them: summary, series fetched on demand and kept up to date, finer ones for the zoom.

import * as api from "./api.js";
import { Series } from "./series.js";

export const WIDTH = 1200; // rows asked for a curve: about two a pixel of a usual chart
const REFETCH = 3000; // ms between two fetches that late points make needed
const FEW = 40; // names in one request, so that its address stays short

export class RunData {
  /** @param stretch [first, last] steps that are held; null: the whole run. @param together what asks for several runs at once, if any. */
  constructor(id, { stretch = null, together = null } = {}) {
    this.id = id;
    this.stretch = stretch;
    this.together = together;
    this.info = null;
    this.samples = []; // its grids, by step
    this.series = new Map(); // name or signal → Series of the whole run
    this.fine = new Map(); // name → { from, to, series } of the zoomed stretch
    this.zoomed = null; // [from, to] in steps
    this.wanted = new Set();
    this.stale = new Set(); // names that must be fetched again
    this.refetched = 0;
    this.generation = 0;
  }

  static path = (id) => `runs/${encodeURIComponent(id)}`;

  static seriesPath = (id, names, from = null, to = null) =>
    `${RunData.path(id)}/series?${api.query({ names: names.join(","), from, to, width: WIDTH })}`;

  async loadInfo(signal) {
    this.info = await api.get(RunData.path(this.id), { signal });
    return this.info;
  }

  /** All grids of samples anew. */
  async loadSamples(signal) {
    const { samples } = await api.get(`${RunData.path(this.id)}/samples`, { signal });
    this.samples = merged([], samples);
    return this.samples;
  }

  /** The wire names of a signal or name: itself, and the run's own name for it. */
  summary(name) {
    const all = this.info?.series ?? [];
    return all.find((one) => one.name === name) ?? all.find((one) => one.signal === name);
  }

  get(name) {
    return this.series.get(name);
  }

  /** The series to draw in the zoom: finer rows when they are here, else those of the whole run. */
  shown(name) {
    return (this.zoomed && this.fine.get(name)?.series) || this.series.get(name);
  }

  get lastStep() {
    return this.info?.last_step ?? -1;
  }

  /** The first step of any series: a resumed run does not begin at 0. */
  get firstStep() {
    return Math.min(this.lastStep, ...(this.info?.series ?? []).map((one) => one.first_step));
  }

  async #fetch(names, from, to, signal) {
    if (this.together && names.length) return this.together.fetch(this.id, names, from, to, signal);
    const found = {};
    let cursor = null;
    for (let at = 0; at < names.length; at += FEW) {
      const path = RunData.seriesPath(this.id, names.slice(at, at + FEW), from, to);
      const answer = await api.get(path, { signal });
      cursor ??= answer.cursor; // the oldest: nothing after it is missing
      Object.assign(found, answer.series);
    }
    return { cursor, found };
  }

  /** Fetches series that are not here yet. @returns the cursor of the answer, or null when there was nothing to fetch. */
  async want(names, signal) {
    const missing = names.filter((name) => !this.wanted.has(name));
    if (!missing.length) return null;
    missing.forEach((name) => this.wanted.add(name));
    try {
      const { cursor, found } = await this.#fetch(missing, ...(this.stretch ?? [null, null]), signal);
      for (const name of missing) this.series.set(name, new Series(found[name]));
      if (this.zoomed) await this.refine(signal, missing);
      return cursor;
    } catch (error) {
      missing.forEach((name) => this.wanted.delete(name));
      throw error;
    }
  }

  /** Fetches all that is here anew. @returns the cursor to go on from. */
  async reload(signal, names = [...this.wanted]) {
    const { cursor, found } = await this.#fetch(names, ...(this.stretch ?? [null, null]), signal);
    for (const name of names) this.series.set(name, new Series(found[name]));
    this.stale.clear();
    this.refetched = performance.now();
    return cursor;
  }

  /**
   * Sets the zoom in steps (null: the whole run) and fetches finer rows for it where there are any.
   * @returns whether there are other rows to draw now.
   */
  async zoom(range, signal) {
    const same = range && this.zoomed && range[0] === this.zoomed[0] && range[1] === this.zoomed[1];
    if (same || (!range && !this.zoomed)) return false;
    this.zoomed = range;
    this.generation += 1;
    if (range) return this.refine(signal);
    this.fine.clear();
    return true;
  }

  async refine(signal, names = [...this.wanted]) {
    const [from, to] = this.zoomed;
    const generation = this.generation;
    const coarse = names.filter((name) => (this.series.get(name)?.bucket ?? 1) > 1);
    if (!coarse.length) return false;
    // a little more than is shown, so that lines leave the plot at both sides
    const margin = Math.ceil((to - from) / 20) + 1;
    const { found } = await this.#fetch(coarse, Math.max(0, Math.floor(from) - margin), Math.ceil(to) + margin, signal);
    if (generation !== this.generation) return false; // zoomed again meanwhile
    for (const name of coarse) this.fine.set(name, { series: new Series(found[name]) });
    return true;
  }

  /**
   * Merges what a live answer tells of this run.
   * @returns { fresh: new names } and whether anything that is drawn changed.
   */
  absorb(change, summary) {
    if (summary && this.info) Object.assign(this.info, summary);
    if (change?.samples?.length) this.samples = merged(this.samples, change.samples);
    const fresh = [];
    let drawn = false;
    for (const [name, columns] of Object.entries(change?.points ?? {})) {
      const known = this.summary(name);
      if (!known) fresh.push(name);
      else count(known, columns);
      for (const key of new Set([name, known?.signal])) {
        const series = key && this.series.get(key);
        if (!series || (key !== name && this.summary(key) !== known)) continue;
        drawn = true;
        if (series.append(columns) || series.rows > 2 * WIDTH) this.stale.add(key);
        const fine = this.fine.get(key);
        if (fine && columns.step[0] <= this.zoomed?.[1]) this.stale.add(key);
      }
    }
    if (change && change.rewound_to !== undefined && change.rewound_to !== null) {
      this.wanted.forEach((name) => this.stale.add(name));
      this.refetched = 0;
    }
    for (const series of this.series.values()) series.settled = true;
    return { fresh, drawn };
  }

  /** Fetches again what live points alone can't bring up to date; not too often. @returns a cursor or null. */
  async refresh(signal) {
    if (!this.stale.size || performance.now() - this.refetched < REFETCH) return null;
    const names = [...this.stale];
    const cursor = await this.reload(signal, names);
    if (this.zoomed) await this.refine(signal, names);
    return cursor;
  }
}

/** Grids by step; one of the same step, name and kind takes the old one's place. */
export function merged(held, fresh) {
  const key = (one) => `${one.step}/${one.name}/${one.kind}`;
  return [...new Map([...held, ...fresh].map((one) => [key(one), one])).values()].sort((a, b) => a.step - b.step);
}

/** Keeps a series' summary up to date with live points. Some may have been in it when it was fetched: these are not counted again. */
function count(summary, columns) {
  const isNew = (step) => step > summary.last_step;
  const newest = columns.last?.findLast((value) => Number.isFinite(value));
  if (newest !== undefined) summary.last = newest;
  summary.count += columns.step.filter(isNew).length;
  const odd = columns.nonfinite;
  odd?.step.forEach((step, i) => {
    if (!isNew(step)) return;
    summary.nan_count += odd.nan[i];
    summary.inf_count += odd.pos_inf[i] + odd.neg_inf[i];
  });
  summary.last_step = Math.max(summary.last_step, columns.step.at(-1) ?? -1);
}
