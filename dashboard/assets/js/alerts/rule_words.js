// A rule in words.

import * as format from "../format.js";
import { t } from "../words.js";

const WAYS = { up: "rises by", down: "falls by", either: "moves by" };

/** A condition, as what follows the signal's name. */
export function inWords(condition) {
  if (condition.type === "threshold") {
    const clear = condition.clear === null || condition.clear === undefined ? "" : t(", until {value}", { value: condition.clear });
    return `${condition.op} ${condition.value}${clear}`;
  }
  if (condition.type === "change") {
    return t("{way} more than {share} % against its mean over {n} steps", { way: t(WAYS[condition.direction]), share: +(condition.by * 100).toFixed(2), n: format.steps(condition.window) });
  }
  return condition.type === "no_data" ? t("gets no value for {n} min", { n: condition.minutes }) : t("is not a number");
}

/** How long it has to hold. */
export function held(rule) {
  const parts = [];
  if (rule.hold_steps) parts.push(t("for {n} steps", { n: format.steps(rule.hold_steps) }));
  if (rule.hold_seconds) parts.push(t("for {time}", { time: format.duration(rule.hold_seconds) }));
  return parts.length ? ` ${parts.join(", ")}` : "";
}

export function forRuns(runs) {
  const parts = [];
  if (runs.projects.length) parts.push(`${t("project")} ${runs.projects.join(", ")}`);
  if (runs.tags.length) parts.push(`${t("tag")} ${runs.tags.join(", ")}`);
  if (runs.name) parts.push(`${t("name")} ${runs.name}`);
  if (runs.query) parts.push(runs.query);
  return parts.length ? t("runs: {which}", { which: parts.join(" · ") }) : t("all runs");
}
