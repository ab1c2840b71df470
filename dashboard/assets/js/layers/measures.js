// What is measured of each layer, and which layers a network has, in order of depth.

import { t } from "../words.js";

/** Kind of series → how it is shown. `log`: on a log colour scale; `range`: a fixed one. */
export const MEASURES = {
  grad_norm: { title: t("Gradient norm"), hint: t("L2 norm of the layer's gradient, before clipping"), log: true },
  update_ratio: { title: t("Update ratio"), hint: t("‖ΔW‖ / ‖W‖ of one optimizer step; about 0.001 is usual"), log: true },
  weight_norm: { title: t("Weight norm"), hint: t("L2 norm of the layer's weights"), log: true },
  spectral_norm: { title: t("Spectral norm"), hint: t("Largest singular value of the weight matrix"), log: true },
  effective_rank: { title: t("Effective rank"), hint: t("How many singular values of the weight matrix matter"), log: false },
  dead_units: { title: t("Dead units"), hint: t("Share of ReLU units that were 0 on a whole step"), log: false, range: [0, 1] },
};

const FIRST = ["generator", "discriminator"];
const natural = new Intl.Collator("en", { numeric: true }).compare;

/** The two players first, others by name. */
export const byPlayer = (a, b) => (FIRST.indexOf(a) + 1 || 9) - (FIRST.indexOf(b) + 1 || 9) || natural(a, b);

/** Layers in order of depth. @param known those whose order was told; the others stand where their names belong among them. */
export function deep(layers, known = []) {
  const sorted = [...layers].sort(natural);
  const place = new Map(known.map((layer, at) => [layer, at]));
  let last = -1;
  const ranked = sorted.map((layer, at) => {
    last = place.get(layer) ?? last;
    return { layer, at, rank: last, told: place.has(layer) };
  });
  return ranked.sort((a, b) => a.rank - b.rank || b.told - a.told || a.at - b.at).map((one) => one.layer);
}

/**
 * @param names of all series. @param orders network → layers whose order was told.
 * @returns Map kind → Map network → [{ layer, name }], only of what there is.
 */
export function measured(names, orders = new Map()) {
  const found = new Map();
  for (const kind of Object.keys(MEASURES)) {
    const networks = new Map();
    for (const name of names) {
      const [first, network, ...rest] = name.split("/");
      if (first !== kind || !rest.length) continue;
      networks.set(network, [...(networks.get(network) ?? []), rest.join("/")]);
    }
    if (!networks.size) continue;
    const sorted = [...networks].sort(([a], [b]) => byPlayer(a, b));
    found.set(kind, new Map(sorted.map(([network, layers]) => [network, deep(layers, orders.get(network)).map((layer) => ({ layer, name: `${kind}/${network}/${layer}` }))])));
  }
  return found;
}
