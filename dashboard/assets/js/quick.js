// Live points without a whole redraw. Plotly lays out axes, ticks and traces anew for each change, some 10 ms a chart;
// when the axes stay as they are, only the paths of the lines change, and those are written here directly. Axes that only come to
// show another stretch are moved first, and other shades put behind the lines.

/** How values of an axis become pixels; plotly's own function rounds, and is called through several others. */
function scale({ range: [from, to], l2p }) {
  const [start, end] = [l2p(from), l2p(to)];
  const factor = (end - start) / (to - from);
  return (value) => Math.round((start + (value - from) * factor) * 10) / 10;
}

/** The path of a line through points, in tenths of pixels; null when a point is outside of the axes: these must change then. */
function pathOf({ x, y, fill }, xaxis, yaxis) {
  const log = yaxis.type === "log";
  const [bottom, top] = yaxis.range;
  const right = xaxis.range[1];
  const [across, up] = [scale(xaxis), scale(yaxis)];
  let path = "";
  let pen = "M";
  for (let i = 0; i < x.length; i += 1) {
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
  return path || "M0,0";
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
    const path = pathOf(trace, xaxis, yaxis);
    if (path === null || !lines?.length) return false;
    changes.push([group, lines, path]);
  }
  for (const [group, [first, ...others], path] of changes) {
    first.setAttribute("d", path);
    for (const other of others) other.setAttribute("d", "M0,0"); // plotly has a path a stretch between gaps
    group.querySelector(".js-fill")?.setAttribute("d", path);
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
