// A stretch of one series as the charts hold it: what was fetched, and the live points merged in by step.
// Exact points (bucket 1) merge as logged, last write wins. Into buckets they merge by least, largest, mean and count.

const orNaN = (values) => values.map((value) => value ?? NaN);

/** Index of the first element that is not less than `step`. */
export function lowerBound(values, step) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < step) low = middle + 1;
    else high = middle;
  }
  return low;
}

export class Series {
  /** @param columns the API's columns: bucket, step, last, and for buckets min, max, mean, count; nonfinite. */
  constructor(columns = { bucket: 1, step: [], last: [] }) {
    this.bucket = columns.bucket;
    this.step = columns.step;
    this.last = orNaN(columns.last);
    const exact = this.bucket === 1;
    this.mean = exact ? this.last : orNaN(columns.mean);
    this.min = exact ? this.last : orNaN(columns.min);
    this.max = exact ? this.last : orNaN(columns.max);
    this.count = exact ? null : columns.count;
    this.odd = new Map(); // step → [NaN, +Inf, -Inf] counts
    this.settled = false; // until the first live answer after the fetch: its points may be in the fetched rows already
    this.#mark(columns.nonfinite);
  }

  get rows() {
    return this.step.length;
  }

  /** The last step that is known of; of a bucket its first. */
  get lastStep() {
    return this.rows ? this.step[this.rows - 1] : -1;
  }

  /** The last finite value, or NaN. */
  get lastValue() {
    let at = this.rows - 1;
    while (at > 0 && Number.isNaN(this.last[at])) at -= 1;
    return this.rows ? this.last[at] : NaN;
  }

  #mark(nonfinite) {
    nonfinite?.step?.forEach((step, i) => {
      const start = step - (step % this.bucket);
      const key = this.bucket === 1 ? step : (this.step[lowerBound(this.step, start)] ?? start);
      const fresh = [nonfinite.nan[i], nonfinite.pos_inf[i], nonfinite.neg_inf[i]];
      const held = this.bucket === 1 ? null : this.odd.get(key);
      this.odd.set(key, held ? held.map((count, kind) => count + fresh[kind]) : fresh);
    });
  }

  /**
   * Merges points as logged.
   * @returns true when a point belongs to an earlier bucket: only a new fetch can place it.
   */
  append(columns) {
    let late = false;
    columns.step.forEach((step, i) => {
      const value = columns.last[i] ?? NaN;
      if (this.bucket === 1) this.#put(step, value);
      else late = this.#pour(step, value) || late;
    });
    this.#mark(columns.nonfinite);
    return late;
  }

  #put(step, value) {
    const at = step > this.lastStep ? this.rows : lowerBound(this.step, step);
    if (this.step[at] === step) {
      this.last[at] = value;
      this.odd.delete(step); // what it was before; `#mark` follows with what it is now
    } else {
      this.step.splice(at, 0, step);
      this.last.splice(at, 0, value);
    }
  }

  #pour(step, value) {
    const edge = this.rows ? this.lastStep - (this.lastStep % this.bucket) : -1;
    if (step < edge) return this.settled;
    if (this.rows === 0 || step >= edge + this.bucket) {
      const start = step - (step % this.bucket);
      this.step.push(start);
      for (const column of [this.last, this.mean, this.min, this.max]) column.push(value);
      this.count.push(Number.isNaN(value) ? 0 : 1);
    } else if (!Number.isNaN(value)) {
      const at = this.rows - 1;
      const n = this.settled || this.count[at] === 0 ? ++this.count[at] : Infinity; // counted already: the mean stays
      this.last[at] = value;
      this.mean[at] = n === 1 ? value : this.mean[at] + (value - this.mean[at]) / n;
      this.min[at] = n === 1 ? value : Math.min(this.min[at], value);
      this.max[at] = n === 1 ? value : Math.max(this.max[at], value);
    }
    return false;
  }

  /** Where a row is drawn: in the middle of its bucket, but never after the last step there is. */
  middle(at, end = Infinity) {
    const first = this.step[at] - (this.step[at] % this.bucket);
    return Math.min(first + (this.bucket - 1) / 2, Math.max(end, this.step[at]));
  }

  /** Index of the row whose step is nearest. */
  nearest(step) {
    const at = lowerBound(this.step, step - (this.bucket - 1));
    if (at <= 0) return 0;
    if (at >= this.rows) return this.rows - 1;
    return Math.abs(this.middle(at) - step) < Math.abs(this.middle(at - 1) - step) ? at : at - 1;
  }

  /** The rows that cover steps `from` to `to`, and one more at each side, so that lines leave the plot: [first, end). */
  span(from, to) {
    const first = Math.max(0, lowerBound(this.step, from - this.bucket + 1) - 1);
    const end = Math.min(this.rows, lowerBound(this.step, to + 1) + 1);
    return [first, Math.max(first, end)];
  }
}
