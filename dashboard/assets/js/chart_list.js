// The panel that says which charts are shown: each can be hidden, pinned to the front, and moved.

import { h, icon } from "./dom.js";
import { t } from "./words.js";

/**
 * @param charts () => [{ id, title }] in the order in which they stand, hidden ones last.
 * @param arrangement what is kept of it.
 */
export function chartList(charts, arrangement) {
  const rows = h("div", { class: "chart-rows" });
  const box = h("div", { class: "menu chart-list", popover: "auto", role: "dialog", "aria-label": t("Charts") }, rows, h("button", { class: "button", onclick: () => (arrangement.reset(), fill()) }, t("As it was")));
  const button = h("button", { class: "chip", "aria-haspopup": "dialog", "aria-expanded": "false" }, t("Charts"));
  const tool = (name, label, act, pressed) =>
    h("button", { class: "ghost", "aria-label": label, title: label, "aria-pressed": pressed === undefined ? null : String(pressed), "data-act": name, onclick: act }, icon(name));
  const row = ({ id, title }, shown) => {
    const again = (act) => () => {
      act();
      fill(id);
    };
    const box = h("input", { type: "checkbox", checked: !arrangement.off.has(id) });
    box.addEventListener("change", again(() => arrangement.hide(id)));
    return h(
      "div",
      { class: "chart-row", "data-id": id },
      h("label", {}, box, title),
      tool("up", t("Move {chart} up", { chart: title }), again(() => arrangement.move(id, -1, shown))),
      tool("down", t("Move {chart} down", { chart: title }), again(() => arrangement.move(id, 1, shown))),
      tool("pin", t("Pin {chart} to the front", { chart: title }), again(() => arrangement.pin(id)), arrangement.pinned.includes(id)),
    );
  };
  function fill(id) {
    const act = document.activeElement?.dataset.act;
    const all = charts();
    const shown = all.filter((chart) => !arrangement.off.has(chart.id)).map((chart) => chart.id);
    rows.replaceChildren(...all.map((chart) => row(chart, shown)));
    const held = id && rows.querySelector(`[data-id="${CSS.escape(id)}"]`);
    held?.querySelector(act ? `[data-act="${act}"]` : "input")?.focus();
  }
  button.addEventListener("click", () => {
    fill();
    box.showPopover();
    const at = button.getBoundingClientRect();
    box.style.left = `${Math.max(8, Math.min(at.right - box.offsetWidth, innerWidth - box.offsetWidth - 8))}px`;
    box.style.top = `${at.bottom + 4}px`;
  });
  box.addEventListener("toggle", ({ newState }) => button.setAttribute("aria-expanded", String(newState === "open")));
  return [button, box];
}
