// A chart as a file: a picture as it is seen, or all points of the shown window as they were logged.

import * as api from "./api.js";
import { plotly } from "./plot.js";
import { RunData } from "./run_data.js";
import { palette } from "./theme.js";

const SIZE = { width: 1200, height: 560 };
const MOST = 20000; // rows of one answer, as the service allows

function save(name, address) {
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
}

const fileName = (chart, kind) => {
  const runs = [...new Set(chart.spec.curves.map((curve) => curve.data.info?.name || curve.data.id))];
  return `${[runs.length > 2 ? "runs" : runs.join("-"), chart.spec.title].join(" ").replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase()}.${kind}`;
};

/** Saves the plot as "png" or "svg", with its title and a legend. */
export async function picture(chart, format) {
  const Plotly = await plotly();
  const colours = palette();
  const named = new Map(chart.spec.curves.map((curve, at) => [`c${at}`, curve.label || chart.spec.title]));
  const data = chart.plot.data.map((trace) => ({ ...trace, name: named.get(trace.uid) ?? "", showlegend: named.has(trace.uid) }));
  const margin = { l: 64, r: 24, t: 56, b: 48 };
  const layout = { ...chart.plot.layout, ...SIZE, margin, paper_bgcolor: colours.ground, plot_bgcolor: colours.ground, title: { text: chart.spec.title, x: 0.02 }, showlegend: true, legend: { orientation: "h", x: 0, y: 1.08 } };
  save(fileName(chart, format), await Plotly.toImage({ data, layout }, { ...SIZE, format, scale: format === "png" ? 2 : 1 }));
}

/** Every logged point of a series from one step to another: step → value, NaN and infinities as words. */
export async function points(data, name, from, to, signal) {
  const found = new Map();
  let size = Math.max(1, Math.min(to - from + 1, MOST));
  for (let at = from; at <= to; ) {
    const end = Math.min(to, at + size - 1);
    const answer = await api.get(`${RunData.path(data.id)}/series?${api.query({ name, from: at, to: end, width: MOST })}`, { signal });
    const columns = Object.values(answer.series)[0];
    if (columns && columns.bucket > 1) {
      size = Math.max(1, Math.floor(size / 2)); // more than one point a step can't be: at MOST steps it fits
      continue;
    }
    columns?.step.forEach((step, i) => found.set(step, columns.last[i] ?? NaN));
    const odd = columns?.nonfinite;
    odd?.step?.forEach((step, i) => found.set(step, odd.nan[i] ? "nan" : odd.pos_inf[i] ? "inf" : "-inf"));
    at = end + 1;
    size = Math.min(size * 2, Number.MAX_SAFE_INTEGER);
  }
  return found;
}

const quoted = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A table of steps and columns as CSV. @param columns [[title, Map of step → value]] */
export function csv(columns) {
  const steps = [...new Set(columns.flatMap(([, values]) => [...values.keys()]))].sort((a, b) => a - b);
  const rows = steps.map((step) => [step, ...columns.map(([, values]) => values.get(step) ?? "")].join(","));
  return `${["step", ...columns.map(([title]) => quoted(title))].join(",")}\n${rows.join("\n")}\n`;
}

/** Saves all logged points of the shown window. */
export async function table(chart) {
  const columns = [];
  const several = new Set(chart.spec.curves.map((curve) => curve.data)).size > 1;
  for (const curve of chart.spec.curves) {
    if (!curve.data.summary(curve.name) || curve.hidden?.()) continue;
    const window = chart.steps(curve.data);
    const title = several ? `${curve.data.info.name || curve.data.id}: ${curve.name}` : curve.name;
    columns.push([title, await points(curve.data, curve.name, ...window, chart.board.signal)]);
  }
  const address = URL.createObjectURL(new Blob([csv(columns)], { type: "text/csv" }));
  save(fileName(chart, "csv"), address);
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
