// The hover: a line through all charts of the page at one x, and a box that tells exact steps and values.

import { Axis, NEEDS } from "./axis.js";
import { byId, h } from "./dom.js";
import * as format from "./format.js";
import { palette } from "./theme.js";
import { t } from "./words.js";

/** "step 1,234", or the steps of a bucket. */
function where(series, row, end) {
  const first = series.step[row];
  const last = Math.min(first - (first % series.bucket) + series.bucket - 1, Math.max(end, first));
  return series.bucket === 1 || last === first ? t("step {n}", { n: format.steps(first) }) : t("steps {a} – {b}", { a: format.steps(first), b: format.steps(last) });
}

/** What a row is made of: least, largest and mean of so many steps; NaN and Inf in it. */
function detail(series, row) {
  const parts = [];
  if (series.runs) {
    const many = series.count[row] > 1 ? `95 %: ${format.value(series.min[row])} … ${format.value(series.max[row])}, ` : "";
    return `${many}mean of ${series.count[row]} runs`;
  }
  if (series.bucket > 1 && series.count[row] > 1) {
    parts.push(t("{low} … {high}, mean of {n} steps", { low: format.value(series.min[row]), high: format.value(series.max[row]), n: format.steps(series.count[row]) }));
  }
  const odd = series.odd.get(series.step[row]);
  if (odd) ["NaN", "Inf", "-Inf"].forEach((kind, i) => odd[i] && parts.push(odd[i] > 1 ? `${kind} × ${odd[i]}` : kind));
  return parts.join(" · ");
}

/** When a step was logged, with the zone that it is told in; "" until that is known. */
function moment(board, data, step) {
  if (data.get(NEEDS.time)?.rows) {
    const clock = data.get(NEEDS.time);
    clock.end = data.lastStep;
    return format.when(clock.last[0] + new Axis("time", clock).x(step));
  }
  board.want(data, [NEEDS.time])?.catch(() => {}); // it is there at the next move of the pointer
  return "";
}

function box() {
  const tip = byId("tip") ?? document.body.appendChild(h("div", { id: "tip", class: "tip", hidden: true, role: "tooltip" }));
  const place = document.querySelector("dialog[open]") ?? document.body; // nothing outside of an open dialog is above it
  if (tip.parentElement !== place) place.append(tip);
  return tip;
}

export function hide() {
  box().hidden = true;
}

/** Shows the box for a chart at x, beside the pointer. */
export function show(chart, x, event) {
  const rows = [];
  const colours = palette();
  const spots = new Set();
  const found = chart.curves().filter((curve) => !curve.hidden);
  for (const curve of found) {
    const row = curve.shown.nearest(curve.axis.step(x));
    const spot = where(curve.shown, row, curve.data.lastStep);
    spots.add(spot);
    rows.push({ curve, row, spot });
  }
  if (!rows.length) return hide();
  const one = spots.size === 1;
  const lines = rows.map(({ curve, row, spot }) => {
    const style = curve.style(colours);
    const swatch = h("i", { class: "swatch", style: `--swatch:${style.color}`, "data-dash": style.line.line.dash });
    const value = h("b", {}, format.value(curve.shown.mean[row]));
    const more = [one ? "" : spot, detail(curve.shown, row)].filter(Boolean).join(" · ");
    return h("div", { class: "tip-row" }, swatch, h("span", { class: "name" }, curve.label), value, more ? h("small", {}, more) : null);
  });
  const tip = box();
  const sole = one && new Set(found.map(({ data }) => data)).size === 1; // of several runs each has its own time
  const at = sole ? moment(chart.board, found[0].data, found[0].axis.step(x)) : "";
  tip.replaceChildren(h("div", { class: "tip-head" }, h("span", {}, one ? [...spots][0] : chart.spec.title), at ? h("span", { class: "tip-when" }, at) : null), ...lines);
  tip.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = tip;
  const left = event.clientX + 18 + width > innerWidth ? event.clientX - 18 - width : event.clientX + 18;
  tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.min(event.clientY + 14, innerHeight - height - 8)}px)`;
}
