// What came of a remedy: the signals of an alert's evidence, and of the samples, before and after the training acted on it.

import { points } from "./chart_export.js";
import { h } from "./dom.js";
import * as format from "./format.js";
import { t } from "./words.js";

const WINDOW = 400; // steps that are compared at each side, at most
const ALSO = ["sample/coverage", "sample/diversity", "sample/energy_distance", "loss/generator", "loss/discriminator"];
const MOST = 6;

const mean = (values) => {
  const finite = [...values].filter((value) => Number.isFinite(value));
  return finite.length ? finite.reduce((sum, value) => sum + value, 0) / finite.length : NaN;
};

/** The events of a training that acted on an alert of this kind, at or after its onset. */
export const reactions = (events, alert) =>
  events.filter((event) => event.kind === "on_alert" && event.data.alert === alert.kind && event.data.onset_step === alert.onset_step);

/**
 * Compares: { signal, before, after } for each signal, means over the same number of steps at each side.
 * @param data RunData. @param step where the training acted, or went on from.
 */
export async function compared(data, alert, step, signal) {
  const names = [...new Set([...alert.evidence.map((one) => one.signal), ...ALSO])].filter((name) => data.summary(name)).slice(0, MOST);
  const width = Math.min(WINDOW, data.lastStep - step, step);
  if (width < 1) return [];
  const rows = names.map(async (name) => {
    const [before, after] = await Promise.all([points(data, name, Math.max(0, step - width), step, signal), points(data, name, step + 1, step + width, signal)]);
    return { signal: name, before: mean(before.values()), after: mean(after.values()) };
  });
  return (await Promise.all(rows)).filter((row) => Number.isFinite(row.before) && Number.isFinite(row.after));
}

/** The comparison as an element. @param again the next alert of the same kind after that step, or undefined. */
export function comparison(event, rows, again, lastStep) {
  const line = ({ signal, before, after }) =>
    h("tr", {}, h("th", { scope: "row" }, signal), h("td", {}, format.value(before)), h("td", {}, format.value(after)), h("td", {}, before ? `${after >= before ? "+" : "−"}${Math.abs((100 * (after - before)) / before).toFixed(0)} %` : ""));
  const outcome = again
    ? t("It came again at step {n}.", { n: format.steps(again.onset_step) })
    : t("It has not come again in the {n} steps since.", { n: format.steps(Math.max(0, lastStep - event.step)) });
  const head = ["Signal", "Before", "After", "Change"].map((name) => h("th", { scope: "col" }, t(name)));
  return h(
    "div",
    { class: "afterwards" },
    h("p", {}, h("b", {}, t("At step {n} the training", { n: format.steps(event.step) })), ` ${event.data.did}. ${outcome}`),
    rows.length ? h("table", {}, h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows.map(line))) : null,
  );
}
