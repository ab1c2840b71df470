// The curve behind a piece of evidence: the steps that were looked at shaded, and the limit drawn where it is in the curve's own units.

import { Chart } from "./chart.js";
import { RunData } from "./run_data.js";
import { said } from "./sentences.js";

const OWN_UNITS = [/^sample\//, /^auc\//, /^update_ratio\//, /^effective_rank\//];

/** Whether the limit is a value that the signal itself can have; of a count of dips or a multiple it is not. */
export function inUnits(alert, { signal }) {
  if (alert.kind === "quality_fluctuation" || alert.kind === "non_finite") return false;
  if (alert.kind === "oscillation") return signal.startsWith("sample/");
  return OWN_UNITS.some((known) => known.test(signal)) || (alert.kind === "discriminator_dominates" && signal === "loss/generator");
}

/** The steps to show around a window: as much again before it, and some after. */
export function around({ first_step: first, last_step: last }, end) {
  const room = Math.max(20, last - first);
  return [Math.max(0, first - room), Math.min(Math.max(end, last), last + Math.ceil(room / 2))];
}

/** A chart of one piece of evidence; it has data of its own, as fine as its window. */
export function evidenceChart(page, alert, evidence, at) {
  const range = around(evidence, page.data.lastStep);
  const data = new RunData(page.id, { stretch: range });
  data.info = page.data.info;
  const known = page.data.summary(evidence.signal);
  if (!known || range[1] <= range[0]) return null;
  const colour = { generator: "generator", discriminator: "discriminator", critic: "discriminator", real: "real", fake: "fake" };
  const role = colour[evidence.signal.split("/")[1]];
  const spec = {
    id: `evidence-${alert.id}-${at}`,
    title: evidence.signal,
    hint: said(evidence.says),
    curves: [{ name: evidence.signal, label: "", style: (colours) => (role ? colours.roles[role] : colours.runs[0]), data }],
    range,
    stretches: [{ from: evidence.first_step, to: evidence.last_step, severity: alert.severity === "critical" ? "critical" : "warning" }],
    threshold: inUnits(alert, evidence) ? evidence.threshold : undefined,
  };
  return new Chart(spec, page.board);
}
