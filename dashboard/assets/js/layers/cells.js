// The cells of a heat map: one series a row, one pixel a column. Pure: numbers in, numbers out.

import { lowerBound } from "../series.js";

/**
 * What each column of a row shows. A reading holds until the next one; the last for as long as the usual pause. Of several readings
 * in one column the largest counts, so that no spike is lost.
 * @param series { step, max, rows, bucket, odd }. @returns { values: Float64Array (NaN: nothing), odd: Set of columns with NaN or Inf }
 */
export function row(series, columns, from, to) {
  const values = new Float64Array(columns).fill(NaN);
  const odd = new Set();
  if (!series?.rows || !(to > from)) return { values, odd };
  const width = (to - from) / columns;
  const column = (step) => Math.floor((step - from) / width);
  const { step, max, rows } = series;
  const pause = rows > 1 ? (step[rows - 1] - step[0]) / (rows - 1) : 0;
  for (let at = Math.max(0, lowerBound(step, from) - 1); at < rows && step[at] <= to; at += 1) {
    const end = at + 1 < rows ? step[at + 1] : step[at] + Math.max(pause, series.bucket ?? 1);
    if (end <= from) continue;
    const first = Math.max(0, column(step[at]));
    const last = Math.min(columns - 1, Math.max(first, Math.ceil((end - from) / width) - 1));
    const bad = series.odd?.has(step[at]) || !Number.isFinite(max[at]);
    for (let x = first; x <= last; x += 1) {
      const newer = x > column(step[at]) || Number.isNaN(values[x]);
      if (Number.isFinite(max[at])) values[x] = newer ? max[at] : Math.max(values[x], max[at]);
      if (bad) odd.add(x);
      else if (newer) odd.delete(x);
    }
  }
  return { values, odd };
}

/** The readings behind a column: places [first, end) of the series; the one that holds when none begins in it. */
export function behind(series, columns, from, to, x) {
  const width = (to - from) / columns;
  const first = lowerBound(series.step, from + x * width);
  const end = lowerBound(series.step, from + (x + 1) * width);
  return end > first ? [first, end] : [Math.max(0, first - 1), Math.max(0, first - 1) + (series.rows ? 1 : 0)];
}

/** The range that colours are spread over: all but the outermost half percent of the cells; [low, high] or null. */
export function span(rows, { log, range }) {
  if (range) return range;
  const all = rows.flatMap(({ values }) => [...values].filter((value) => Number.isFinite(value) && (!log || value > 0))).sort((a, b) => a - b);
  if (!all.length) return null;
  const at = (share) => all[Math.min(all.length - 1, Math.floor(share * all.length))];
  const [low, high] = [at(0.005), at(0.995)];
  if (high > low) return [low, high];
  return log ? [low / 2, high * 2] : [low - 0.5, high + 0.5];
}

/** A value's place on the colour scale, 0 … 1. */
export function place(value, [low, high], log) {
  const share = log ? Math.log(Math.max(value, Number.MIN_VALUE) / low) / Math.log(high / low) : (value - low) / (high - low);
  return Math.min(1, Math.max(0, share));
}

/** The numbers to write at a colour scale: its ends, and powers of ten in between where they do not crowd. */
export function ticks([low, high], log) {
  const ends = [low, high];
  if (!log) return ends;
  const tens = [];
  for (let power = Math.ceil(Math.log10(low)); power <= Math.floor(Math.log10(high)); power += 1) tens.push(10 ** power);
  const apart = tens.filter((value) => place(value, ends, true) > 0.24 && place(value, ends, true) < 0.76);
  const every = Math.ceil(apart.length / 3);
  const inner = apart.filter((_, at) => at % every === 0);
  return [low, ...inner, high];
}
