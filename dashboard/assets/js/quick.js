// Live points without a whole redraw. Plotly lays out axes, ticks and traces anew for each change, some 10 ms a chart;
// when the axes stay as they are, only the paths of the lines change, and those are written here directly. Axes that only come to
// show another stretch are moved first, and other shades put behind the lines.

/** How values of an axis become pixels; plotly's own function rounds, and is called through several others. */
function scale({ range: [from, to], l2p }) {
  const [start, end] = [l2p(from), l2p(to)];
  const factor = (end - start) / (to - from);
  return (value) => Math.round((start + (value - from) * factor) * 10) / 10;
}

const NONE = "M0,0";

/** The path through points from one on, in tenths of pixels; null when one is outside of the axes: these must change then. */
function pathOf({ x, y, fill }, xaxis, yaxis, start = 0, end = x.length) {
  const log = yaxis.type === "log";
  const [bottom, top] = yaxis.range;
  const right = xaxis.range[1];
  const [across, up] = [scale(xaxis), scale(yaxis)];
  let path = "";
  let pen = "M";
  for (let i = start; i < end; i += 1) {
    const value = log && y[i] !== null ? Math.log10(y[i]) : y[i];
    if (value === null || !Number.isFinite(value)) {
      if (fill && pen === "L") path += "Z";
      pen = "M";
      continue;
    }
    if (value < bottom || value > top || x[i] > right) return null;
    path += `${pen}${across(x[i])},${up(value)}`;
    pen = "L";
  }
  if (fill && pen === "L") path += "Z";
  return path || NONE;
}

const OPEN = 2; // points at the end of a line that may still change: the last bucket fills
const TAIL = 100; // points; a longer tail becomes a part of the head
const heads = new WeakMap(); // a trace's element → the head of its line: { path, axes, x, y }

/** Whether a head still is how a line begins. */
function begins({ x, y }, head, axes) {
  const length = head.x.length;
  if (head.axes !== axes || x.length < length || x.length > length + TAIL) return false;
  for (let i = 0; i < length; i += 1) if (x[i] !== head.x[i] || !Object.is(y[i], head.y[i])) return false;
  return true;
}

/**
 * A line in two paths: the head stays as it is while points come, so that the browser has only the tail to paint, a small place
 * at the right; painting all of it costs more than everything else together.
 * @returns [head, tail]: what the head of the line is, and the path of the rest; null as `pathOf`.
 */
function parted(group, trace, xaxis, yaxis) {
  const axes = JSON.stringify([xaxis.range, yaxis.range, xaxis._length, yaxis._length, yaxis.type]);
  let head = heads.get(group);
  if (!head || !begins(trace, head, axes)) {
    const end = Math.max(0, trace.x.length - OPEN);
    const path = pathOf(trace, xaxis, yaxis, 0, end);
    if (path === null) return null;
    head = { path, axes, x: trace.x.slice(0, end), y: trace.y.slice(0, end) };
  }
  const tail = pathOf(trace, xaxis, yaxis, Math.max(0, head.x.length - 1));
  return tail === null ? null : [head, tail];
}

/** Gives an element a path, unless it has it. */
function put(element, path) {
  if (element.getAttribute("d") !== path) element.setAttribute("d", path);
}

/** The element for the tail of a line: plotly takes it away when it draws the line anew itself. */
function tailOf(first) {
  const made = first.cloneNode();
  made.__data__ = first.__data__; // what plotly styles it by
  first.after(made);
  return made;
}

/**
 * Puts new points into a plot whose axes still fit.
 * @param plot plotly's element. @param all the traces as they should be; the same ones, in the same order, as it shows.
 * @returns whether it was possible. If not, nothing was changed.
 */
export function quick(plot, all) {
  const { xaxis, yaxis } = plot._fullLayout;
  const changes = [];
  for (const trace of all) {
    if (trace.yaxis === "y2") continue;
    if (trace.mode !== "lines") return false;
    const group = plot.querySelector(`g.trace${trace.uid}`);
    const lines = group?.querySelectorAll(".js-line");
    if (!lines?.length) return false;
    const made = trace.fill ? [{ path: pathOf(trace, xaxis, yaxis) }, NONE] : parted(group, trace, xaxis, yaxis);
    if (made === null || made[0].path === null) return false;
    changes.push([group, lines, trace.fill, ...made]);
  }
  for (const [group, [first, second, ...others], fill, head, tail] of changes) {
    put(first, head.path);
    for (const other of others) put(other, NONE); // plotly has a path a stretch between gaps
    if (fill && second) put(second, NONE);
    group.querySelector(".js-fill")?.setAttribute("d", head.path);
    if (fill) continue;
    put(second ?? tailOf(first), tail);
    heads.set(group, head);
  }
  all.forEach((trace, at) => Object.assign(plot.data[at], { x: trace.x, y: trace.y }));
  plot.emit("plotly_afterplot");
  return true;
}

/** Gives both axes other ranges, and the plot other shapes: one after the other, together they cost as much as drawing anew. */
export function move(Plotly, plot, { across, up, shapes }) {
  const same = (axis, range) => axis.range[0] === range[0] && axis.range[1] === range[1];
  const { xaxis, yaxis } = plot._fullLayout;
  if (!same(xaxis, across) || !same(yaxis, up)) Plotly.relayout(plot, { "xaxis.range": across, "yaxis.range": up });
  if (shapes.length || plot.layout.shapes?.length) Plotly.relayout(plot, { shapes });
}

/** Whether what plotly tells of its layout is a move of ours: a drag tells of each end by itself, a zoom of the x axis alone. */
export const moved = (change) => Boolean(change["xaxis.range"] && change["yaxis.range"]);
