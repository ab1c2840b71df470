// Which charts a run gets: those of the catalogue that it has series for, layers behind a fold, the rest by prefix. Floors are lines in the charts of their metrics.

import { boot } from "./boot.js";
import { isFloor } from "./floors.js";
import { t } from "./words.js";

const { charts, hidden, layers } = boot.catalog;

/** What a series is charted as: the standard signal that it stands for, else its own name. */
export const signalOf = (one) => one.signal ?? one.name;

// What the rest of the series is headed by, by prefix; a prefix of somebody's own stands as it is.
const HEADS = { logits: "More of the discriminator output", sample: "Sample metrics", system: "System", other: "Other", ...layers };

const tail = (name, prefix) => name.slice(prefix.length);

/**
 * @param names signals and names of all series.
 * @returns { main: [catalogue chart with the curves there are], sections: [{ id, title, folded, charts: [{ id, title, names, labels }] }] }
 */
export function arrange(names) {
  const have = new Set(names);
  const main = charts
    .map((chart) => ({
      ...chart,
      title: t(chart.title),
      hint: chart.hint && t(chart.hint),
      curves: chart.curves.filter((curve) => have.has(curve.signal)).map((curve) => ({ ...curve, label: t(curve.label) })),
    }))
    .filter((chart) => chart.curves.length);
  const taken = new Set([...hidden, ...main.flatMap((chart) => chart.curves.map((curve) => curve.signal))]);
  const rest = [...have].filter((name) => !taken.has(name) && !isFloor(name)).sort();
  const layered = new Set();
  const sections = [];
  for (const [kind, title] of Object.entries(layers)) {
    const networks = new Map();
    for (const name of rest) {
      const [first, network, ...layer] = name.split("/");
      if (first === kind && layer.length) networks.set(network, [...(networks.get(network) ?? []), name]);
    }
    if (!networks.size) continue;
    const each = [...networks].map(([network, some]) => ({
      id: `layers-${kind}-${network}`,
      title: `${t(title)}: ${t(network)}`,
      names: some,
      labels: some.map((name) => tail(name, `${kind}/${network}/`)),
    }));
    const count = [...networks.values()].flat().length;
    sections.push({ id: `layers-${kind}`, title: t(`${title} by layer`), folded: true, count, charts: each });
    for (const name of [...networks.values()].flat()) layered.add(name);
  }
  const groups = new Map();
  for (const name of rest.filter((one) => !layered.has(one))) {
    const prefix = name.includes("/") ? name.split("/")[0] : "other";
    groups.set(prefix, [...(groups.get(prefix) ?? []), name]);
  }
  for (const [prefix, some] of groups) {
    const each = some.map((name) => ({ id: name, title: prefix === "other" ? name : t(tail(name, `${prefix}/`)), names: [name], labels: [""] }));
    sections.push({ id: prefix, title: t(HEADS[prefix] ?? prefix), folded: each.length > 12, count: each.length, charts: each });
  }
  return { main, sections };
}

/** The series of the charts that stand at the top. */
export const firstNames = (names) => arrange(names).main.slice(0, 4).flatMap((chart) => chart.curves.map((curve) => curve.signal));
