// Exponential moving average in the run's own points, whatever the zoom: a row that stands for 32 points weighs like 32
// points, and a gap of 10 steps forgets like 10 steps. Debiased, so that it starts at the first value and not at 0.

/** The slider's position (0 … 80) as a number of points to average over: 0 is off, 20 is 10, 40 is 100, 60 is 1,000. */
export const span = (position) => (position > 0 ? 10 ** (position / 20) : 0);

/** How many steps lie between two logged points, as a rule. */
export function stride(series) {
  if (series.rows < 2) return 1;
  const points = series.count ? series.count.reduce((sum, n) => sum + n, 0) : series.rows;
  return Math.max((series.step[series.rows - 1] - series.step[0]) / Math.max(1, points - 1), 1e-9);
}

/**
 * Smooths the means of a series.
 * @param points the average's time constant, in logged points.
 * @param seed [value] to start from, when what is before the first row is known; else none.
 * @returns an array as long as the series; NaN where it has no finite value.
 */
export function smooth(series, points, seed = null, spacing = stride(series)) {
  const tau = points * spacing; // in steps
  const out = new Array(series.rows);
  let sum = seed ? seed[0] : 0;
  let weight = seed ? 1 : 0;
  let before = null;
  for (let i = 0; i < series.rows; i += 1) {
    const value = series.mean[i];
    if (Number.isNaN(value)) {
      out[i] = NaN;
      continue;
    }
    const step = series.step[i];
    const width = before === null ? Math.max(spacing, series.bucket === 1 ? spacing : series.bucket) : step - before;
    const keep = Math.exp(-width / tau);
    sum = sum * keep + value * (1 - keep);
    weight = weight * keep + (1 - keep);
    out[i] = sum / weight;
    before = step;
  }
  return out;
}
