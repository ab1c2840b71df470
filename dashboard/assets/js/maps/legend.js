// What the colours of a map mean.

import { h } from "../dom.js";
import { called } from "../modes.js";
import { palette } from "../theme.js";
import { t } from "../words.js";

/** @param modes columns of the modes, or null. @param onlight (cluster | null): the pointer is on a cluster's name.
 * @param how `density`: contours are shown. `plain`: distances are not known. */
export function legend(modes, onlight, { density, plain }) {
  const colours = palette().maps;
  if (density) {
    const line = (name, colour, dash) => h("span", { class: "legend-row" }, h("i", { class: "swatch", style: `--swatch:${colour}`, "data-dash": dash }), name);
    return h("div", { class: "legend" }, line(t("Real: lines of equal density"), colours.muted, "5px,3px"), line(t("Generated"), colours.fake, "solid"));
  }
  const clusters = (modes?.clusters ?? []).map((one) =>
    h(
      "button",
      {
        class: "legend-item", "aria-label": t("Show {name} alone", { name: called(one, t) }),
        onpointerenter: () => onlight(one.cluster), onpointerleave: () => onlight(null), onfocus: () => onlight(one.cluster), onblur: () => onlight(null),
      },
      h("i", { class: "dot", style: `--dot:${colours.clusters[one.cluster % colours.clusters.length]}` }),
      one.label ?? String(one.cluster + 1),
    ),
  );
  const made = h("span", { class: "legend-row" }, h("i", { class: "dot", style: `--dot:${colours.fake}` }), t("Generated"));
  const ramp = h("span", { class: "ramp", style: `--near:${colours.near};--far:${colours.far}` });
  return h(
    "div",
    { class: "legend" },
    h("span", { class: "legend-row" }, h("span", { class: "label" }, modes?.by === "class" ? t("Real, by class") : t("Real, by cluster")), ...clusters),
    plain ? made : h(
      "span",
      { class: "legend-row", title: t("A map puts every sample somewhere among the real ones, also one that is like none of them: its colour tells how far it really is.") },
      h("span", { class: "label" }, t("Generated, by distance to the data")), h("span", { class: "label" }, t("on it")), ramp, h("span", { class: "label" }, t("× off it")),
    ),
  );
}
