// From a series to plotly's traces: band, faint raw line, line, marks. Shapes and colours come from dashboard/figures.

import { smooth, stride } from "./smoothing.js";

const ROOM = 0.07; // share of the y range above and below

/** The smoothed line of the shown rows; a zoomed stretch starts from what the whole run's average is there. */
function smoothed(curve, points) {
  if (curve.shown === curve.whole) return smooth(curve.whole, points);
  const spacing = stride(curve.whole);
  const at = curve.whole.nearest(curve.shown.step[0] ?? 0);
  const before = at > 0 ? smooth(curve.whole, points, null, spacing)[at - 1] : NaN;
  return smooth(curve.shown, points, Number.isNaN(before) ? null : [before], spacing);
}

/** Closed outline from least to largest; a gap ends it and a new one begins. */
function outline(series, x, first, end, low) {
  const xs = [];
  const ys = [];
  const close = (from, to) => {
    if (to <= from) return;
    if (xs.length) (xs.push(null), ys.push(null));
    for (let i = from; i < to; i += 1) (xs.push(x[i - first]), ys.push(Math.max(series.max[i], low)));
    for (let i = to - 1; i >= from; i -= 1) (xs.push(x[i - first]), ys.push(Math.max(series.min[i], low)));
  };
  let from = first;
  for (let i = first; i < end; i += 1) {
    if (!Number.isNaN(series.mean[i])) continue;
    close(from, i);
    from = i + 1;
  }
  close(from, end);
  return { x: xs, y: ys };
}

/** On a log axis nothing at or below 0 has a place: the least value above it among the rows. */
function leastAbove(values, first, end) {
  let least = Infinity;
  for (let i = first; i < end; i += 1) if (values[i] > 0 && values[i] < least) least = values[i];
  return least;
}

/**
 * The traces of one curve.
 * @param curve { whole, shown: Series, axis: Axis, style: band, faint and line without points, uid }
 * @param look { points: to smooth over, log, range: [x0, x1] or null, end: last step of the run }
 * @returns { bands, faints, lines, marks: { x, y, symbol }, below: rows that a log axis can't show }
 */
export function traces(curve, look) {
  const { shown, axis, style, uid } = curve;
  const range = look.range ? look.range.map((x) => axis.step(x)) : null;
  const [first, end] = range ? shown.span(range[0], range[1]) : [0, shown.rows];
  const x = [];
  for (let i = first; i < end; i += 1) x.push(axis.x(shown.middle(i, look.end)));
  const made = { bands: [], faints: [], lines: [], marks: [], below: 0 };
  const raw = shown.mean.slice(first, end);
  if (look.log) for (const value of raw) made.below += value <= 0 ? 1 : 0;
  if (shown.bucket > 1 || shown.runs) {
    const low = look.log ? leastAbove(shown.min, first, end) : -Infinity;
    made.bands.push({ ...style.band, ...outline(shown, x, first, end, low), uid: `${uid}b` });
  }
  const lonely = end - first === 1 ? { mode: "markers", marker: { color: style.color, size: 5 } } : {};
  if (look.points) {
    made.faints.push({ ...style.faint, x, y: raw, uid: `${uid}r` });
    made.lines.push({ ...style.line, ...lonely, x, y: smoothed(curve, look.points).slice(first, end), uid });
  } else {
    made.lines.push({ ...style.line, ...lonely, x, y: raw, uid });
  }
  const inside = range ?? [-Infinity, Infinity];
  for (const [step, [nan, up, down]] of shown.odd) {
    if (step < inside[0] || step > inside[1]) continue;
    const at = axis.x(Math.min(step + (shown.bucket - 1) / 2, Math.max(look.end, step)));
    if (nan) made.marks.push({ x: at, y: 1, symbol: "triangle-down" });
    if (up) made.marks.push({ x: at, y: 1, symbol: "triangle-up" });
    if (down) made.marks.push({ x: at, y: 0, symbol: "triangle-down" });
  }
  return made;
}

/** The y range that all traces fit in, with some room; for a log axis in powers of ten, as plotly wants it. */
export function fit(all, log) {
  let low = Infinity;
  let high = -Infinity;
  for (const trace of all) {
    for (const value of trace.y) {
      if (value === null || Number.isNaN(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  if (low > high) return log ? [-1, 1] : [0, 1];
  if (log) [low, high] = [Math.log10(low), Math.log10(high)];
  // a constant stands in the middle, on an axis of its own size; what differs by rounding alone is one
  const varies = high - low > 1e-12 * Math.max(Math.abs(low), Math.abs(high));
  const room = varies ? (high - low) * ROOM : log ? 0.5 : Math.abs(high) / 2 || 1;
  return [low - room, high + room];
}

/** One trace of all marks of a chart; where they would lie on each other (closer than `apart`), one of a kind is enough. */
export function markTrace(marks, style, apart) {
  const before = new Map(); // kind → x of the last one kept
  const kept = marks
    .sort((a, b) => a.x - b.x)
    .filter(({ x, y, symbol }) => {
      const kind = `${y}${symbol}`;
      if (x - (before.get(kind) ?? -Infinity) < apart) return false;
      before.set(kind, x);
      return true;
    });
  return {
    ...style,
    x: kept.map((mark) => mark.x),
    y: kept.map((mark) => mark.y),
    marker: { ...style.marker, symbol: kept.map((mark) => mark.symbol) },
    uid: "marks",
  };
}
