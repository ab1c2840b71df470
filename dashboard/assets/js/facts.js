// Config and environment of a run: nested as they are, foldable, searchable.

import { h } from "./dom.js";
import { t } from "./words.js";

const isLeaf = (value) => value === null || typeof value !== "object" || (Array.isArray(value) && value.every((one) => one === null || typeof one !== "object"));
const shown = (value) => (Array.isArray(value) ? value.join(", ") : String(value));

/** Nested values as rows: { optimizer: { lr: 1 } } → ["optimizer.lr", "1"]. */
export function flatten(value, prefix = "") {
  if (isLeaf(value)) return [[prefix, shown(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, prefix ? `${prefix}.${key}` : key));
}

/** Values as a tree: what is nested can be folded. */
function tree(values, prefix = "") {
  return Object.entries(values).map(([key, value]) => {
    const name = prefix ? `${prefix}.${key}` : key;
    if (isLeaf(value)) {
      return h("div", { class: "fact-row", "data-text": `${name} ${shown(value)}`.toLowerCase(), title: name }, h("span", { class: "fact-key" }, key), h("span", { class: "fact-value" }, shown(value)));
    }
    return h("details", { class: "fact-group", open: true }, h("summary", {}, key), h("div", { class: "fact-nested" }, ...tree(value, name)));
  });
}

function card(title, values) {
  const rows = tree(values ?? {});
  const empty = h("p", { class: "muted" }, t("nothing was told"));
  return h("section", { class: "card fact-card" }, h("h3", {}, title), ...(rows.length ? rows : [empty]));
}

/** The commit as one line, where the environment tells one. */
export function commit(environment) {
  const git = environment?.git ?? environment?.git_commit ?? environment?.commit;
  if (!git) return null;
  const told = typeof git === "object" ? git : { commit: git };
  const hash = String(told.commit ?? told.sha ?? "");
  const changed = told.dirty || environment?.git_dirty;
  return [hash, told.branch, changed ? t("with changes that are not committed") : ""].filter(Boolean).join(" · ");
}

/** All of it, with a search field. */
export function facts(info) {
  const field = h("input", { type: "search", class: "field facts-search", placeholder: t("Search config and environment"), "aria-label": t("Search config and environment"), "data-search": "" });
  const none = h("p", { class: "muted", hidden: true, role: "status" }, t("No setting fits."));
  const tables = h("div", { class: "fact-tables" }, card(t("Config"), info.config), card(t("Environment"), info.environment));
  field.addEventListener("input", () => {
    const text = field.value.trim().toLowerCase();
    for (const row of tables.querySelectorAll("[data-text]")) row.hidden = !row.dataset.text.includes(text);
    for (const group of [...tables.querySelectorAll(".fact-group")].reverse()) {
      group.hidden = !group.querySelector("[data-text]:not([hidden])");
      if (text) group.open = true;
    }
    none.hidden = Boolean(tables.querySelector("[data-text]:not([hidden])"));
  });
  const told = commit(info.environment);
  const git = told ? h("span", { class: "fact" }, h("span", { class: "label" }, t("Commit")), h("code", {}, told)) : null;
  return h("div", { class: "facts" }, h("div", { class: "fact-tools" }, field, git), none, tables);
}
