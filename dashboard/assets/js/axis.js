// The x axis: steps, images seen, updates of the generator or time since the start. All but steps come from series of the run, by
// interpolation.

import { lowerBound } from "./series.js";

const UNITS = [
  [172800, 86400, " d"],
  [7200, 3600, " h"],
  [120, 60, " min"],
  [0, 1, " s"],
];

export const NEEDS = { step: null, images: "images_seen", updates: "generator_updates", time: "system/time" };

/** Piecewise linear between known pairs, with the outer slopes beyond them. */
function interpolate(from, to, at) {
  const n = from.length;
  if (n === 1) return to[0] + (at - from[0]);
  const i = Math.min(Math.max(lowerBound(from, at), 1), n - 1);
  const run = from[i] - from[i - 1];
  return run === 0 ? to[i] : to[i - 1] + ((at - from[i - 1]) / run) * (to[i] - to[i - 1]);
}

/** A mapping of steps to x and back; `series` is the one that `NEEDS` names. Without it, steps stay steps. */
export class Axis {
  constructor(kind, series, divisor = 1) {
    this.kind = kind;
    const usable = kind !== "step" && series && series.rows > 1;
    if (!usable) return;
    // buckets give their last value, which belongs to their end; values must grow for the way back
    this.steps = [];
    this.values = [];
    const origin = kind === "time" ? series.last[0] : 0;
    for (let i = 0; i < series.rows; i += 1) {
      const value = (series.last[i] - origin) / divisor;
      if (Number.isNaN(value) || value < (this.values.at(-1) ?? -Infinity)) continue;
      const end = series.bucket === 1 ? series.step[i] : Math.min(series.step[i] + series.bucket - 1, series.end ?? Infinity);
      this.steps.push(end);
      this.values.push(value);
    }
  }

  x(step) {
    return this.steps ? interpolate(this.steps, this.values, step) : step;
  }

  step(x) {
    return this.steps ? interpolate(this.values, this.steps, x) : x;
  }
}

/** The unit for so many seconds: [divisor, name]. */
export function unit(seconds) {
  const [, divisor, name] = UNITS.find(([least]) => seconds >= least);
  return [divisor, name];
}
