// Where the losses would end: what the run's config says itself, else what its loss family says.

import { boot } from "./boot.js";

const { keys, families, equilibria } = boot.losses;
const plain = (name) => name.toLowerCase().replaceAll("_", "-").replace(/-loss$/, "");

/** The loss family that a config names, or undefined; monitor/losses.py reads it in the same way. */
export function family(config) {
  const told = keys.map((key) => config?.[key]).find((value) => typeof value === "string");
  return told && families[plain(told)];
}

/** A player's loss where neither can gain any more, or null. */
export function equilibrium(config, role) {
  const declared = config?.equilibrium;
  const levels = declared && typeof declared === "object" ? declared : equilibria[family(config)];
  return Number.isFinite(levels?.[role]) ? levels[role] : null;
}
