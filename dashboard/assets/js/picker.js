// Adds runs to a comparison: a button, a search field, the runs that fit.

import * as api from "./api.js";
import { h, icon } from "./dom.js";
import { stateBadge } from "./run_head.js";
import { t } from "./words.js";

const SHOWN = 40;

/** @param taken ids that are chosen already. @param add called with the id of the run to add. */
export function picker({ taken, add, signal }) {
  const field = h("input", { type: "search", class: "field", placeholder: t("Search runs"), "aria-label": t("Search runs") });
  const found = h("div", { class: "picker-list", role: "listbox" });
  const panel = h("div", { class: "picker-panel", hidden: true }, field, found);
  const button = h("button", { class: "chip", "aria-haspopup": "listbox", "aria-expanded": "false" }, icon("plus"), t("Add run"));
  const box = h("div", { class: "picker" }, button, panel);
  const open = (yes) => {
    panel.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
    if (yes) (field.focus(), list());
  };
  const list = async () => {
    const asked = field.value;
    const { runs } = await api.get(`runs?${api.query({ q: asked || null, limit: SHOWN + taken().length })}`, { signal });
    if (asked !== field.value) return;
    const skip = new Set(taken());
    const rows = runs.filter((run) => !skip.has(run.id)).slice(0, SHOWN);
    const options = rows.map((run) =>
      h(
        "button",
        { class: "picker-option", role: "option", "data-run": run.id, onclick: () => (open(false), add(run.id)) },
        h("span", { class: "chip-name" }, run.name || run.id),
        h("span", { class: "muted" }, run.group || run.project),
        stateBadge(run.state),
      ),
    );
    found.replaceChildren(...(options.length ? options : [h("p", { class: "muted" }, asked ? t("No run fits.") : t("No other runs."))]));
  };
  field.addEventListener("input", () => list().catch(() => {}));
  button.addEventListener("click", () => open(panel.hidden));
  box.addEventListener("keydown", (event) => event.key === "Escape" && (open(false), button.focus()));
  document.addEventListener("pointerdown", (event) => box.contains(event.target) || open(false), { signal });
  return box;
}
