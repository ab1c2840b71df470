// The mean of several runs with its 95 % interval, on common buckets. Pure: arrays in, a Series out.

import { Series } from "../series.js";

// Student's t, 97.5 %, for 1, 2, … degrees of freedom
const T = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201];

/** Each bucket's mean of one series' finite rows, by the bucket's first step: step → mean. A row weighs as many points as it stands for. */
function poured(series, bucket) {
  const sums = new Map();
  for (let at = 0; at < series.rows; at += 1) {
    const value = series.mean[at];
    if (!Number.isFinite(value)) continue;
    const key = series.step[at] - (series.step[at] % bucket);
    const held = sums.get(key) ?? [0, 0];
    const weight = series.count?.[at] ?? 1;
    sums.set(key, [held[0] + value * weight, held[1] + weight]);
  }
  return new Map([...sums].map(([key, [sum, weight]]) => [key, sum / weight]));
}

/**
 * Mean over runs in each bucket that any of them has, between the ends of Student's interval (the mean itself where only one run has a
 * value). What is not finite is left out: `count` says how many runs a row is the mean of.
 * @param all Series of the runs. @returns a Series whose min and max are the interval's ends, marked `runs`.
 */
export function meanOf(all) {
  const some = all.filter((series) => series?.rows);
  const bucket = Math.max(1, ...some.map((series) => series.bucket));
  const each = some.map((series) => poured(series, bucket));
  const steps = [...new Set(each.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b);
  const columns = { bucket: Math.max(bucket, 1), step: steps, last: [], mean: [], min: [], max: [], count: [] };
  for (const step of steps) {
    const values = each.map((one) => one.get(step)).filter((value) => value !== undefined);
    const n = values.length;
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const spread = n > 1 ? Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)) : 0;
    const half = n > 1 ? ((T[n - 2] ?? 1.96) * spread) / Math.sqrt(n) : 0;
    columns.last.push(mean);
    columns.mean.push(mean);
    columns.min.push(mean - half);
    columns.max.push(mean + half);
    columns.count.push(n);
  }
  const series = new Series(columns);
  if (bucket === 1) Object.assign(series, { min: columns.min, max: columns.max, count: columns.count });
  series.runs = true;
  return series;
}

/** Runs of one group as if they were one run: what charts and their board ask of a RunData. */
export class GroupData {
  /** @param name of the group. @param shown () => the RunData that the mean is of now. @param all of the group. */
  constructor(name, shown, all) {
    this.id = name;
    this.of = shown;
    this.members = all;
    this.held = new Map();
  }

  get info() {
    const running = this.members.some((data) => data.info.state === "running");
    return { ...this.members[0].info, state: running ? "running" : "finished" };
  }

  get zoomed() {
    return this.members[0].zoomed;
  }

  get lastStep() {
    return Math.max(...this.members.map((data) => data.lastStep));
  }

  get firstStep() {
    return Math.min(...this.members.map((data) => data.firstStep));
  }

  summary(name) {
    return this.members.map((data) => data.summary(name)).find(Boolean);
  }

  get(name) {
    return this.#mean(name, "get");
  }

  shown(name) {
    return this.#mean(name, "shown");
  }

  #mean(name, how) {
    const all = this.of().map((data) => data[how](name));
    if (!all.some((series) => series?.rows)) return undefined;
    const key = all.map((series) => (series ? `${series.bucket}/${series.rows}/${series.step[0]}/${series.lastStep}/${series.mean[series.rows - 1]}` : "")).join();
    const held = this.held.get(`${how} ${name}`);
    if (held?.key === key) return held.series;
    const series = meanOf(all);
    this.held.set(`${how} ${name}`, { key, series });
    return series;
  }

  async zoom(range, signal) {
    await Promise.all(this.members.map((data) => data.zoom(range, signal)));
  }

  async want(names, signal) {
    const fetched = await Promise.all(this.members.map((data) => data.want(names.filter((name) => data.summary(name)), signal)));
    return fetched.find(Boolean) ?? null;
  }
}
