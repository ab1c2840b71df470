// Config and environment of a run as a table that can be searched.

import { h } from "./dom.js";
import { t } from "./words.js";

/** Nested values as rows: { optimizer: { lr: 1 } } → ["optimizer.lr", "1"]. */
export function flatten(value, prefix = "") {
  if (value === null || typeof value !== "object" || (Array.isArray(value) && value.every((one) => typeof one !== "object"))) {
    return [[prefix, Array.isArray(value) ? value.join(", ") : String(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix ? `${prefix}.${key}` : key));
}

function table(title, values) {
  const rows = flatten(values ?? {}).filter(([key]) => key);
  const lines = rows.map(([key, text]) => h("tr", { "data-text": `${key} ${text}`.toLowerCase() }, h("th", { scope: "row" }, key), h("td", {}, text)));
  if (!lines.length) lines.push(h("tr", { "data-text": "" }, h("td", { class: "muted" }, t("nothing was told"))));
  return h("div", { class: "fact-table" }, h("h4", {}, title), h("table", {}, h("tbody", {}, ...lines)));
}

/** A card with both tables and a search field. */
export function facts(info) {
  const field = h("input", { type: "search", class: "field", placeholder: t("Search config and environment"), "aria-label": t("Search config and environment") });
  const tables = h("div", { class: "fact-tables" }, table(t("Config"), info.config), table(t("Environment"), info.environment));
  field.addEventListener("input", () => {
    const text = field.value.trim().toLowerCase();
    for (const row of tables.querySelectorAll("tr[data-text]")) row.hidden = !row.dataset.text.includes(text);
  });
  return h("div", { class: "card fact-card" }, field, tables);
}
