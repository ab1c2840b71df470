// What the reference reads against itself: no curve of its own, but the value that a sample metric is held against.

import { t } from "./words.js";

const METRIC = "sample/";
const FLOOR = "sample_floor/";

export const isFloor = (name) => name.startsWith(FLOOR);

/** What a chart says of such lines. */
export const floors = (name) =>
  name.startsWith(METRIC) ? { text: t("the data"), hint: t("What the data read against themselves, at equal numbers: no generator does better but by chance") } : undefined;

/** What a perfect generator would show of a metric of a run; null where nobody knows. */
export function floor(data, name) {
  const value = name.startsWith(METRIC) ? data.summary(FLOOR + name.slice(METRIC.length))?.last : null;
  return Number.isFinite(value) ? value : null;
}
