// Ctrl-K: one field that finds runs, pages, tabs, charts and things to do.

import * as api from "./api.js";
import { boot, here } from "./boot.js";
import { byId, h } from "./dom.js";
import { t } from "./words.js";
import * as view from "./view.js";

const WAIT = 120; // ms after the last key, before the service is asked for runs
const RUNS = 8;

/** Pages, tabs, charts and actions of the page as it is: { kind, text, act }. */
function places() {
  const pages = [...document.querySelectorAll(".place")].map((link) => ({ kind: t("Page"), text: link.textContent, act: () => view.go(link.href) }));
  const tabs = [...document.querySelectorAll("#run-tabs [role=tab]")].map((tab) => ({ kind: t("Tab"), text: tab.textContent, act: () => (tab.click(), tab.focus()) }));
  const charts = [...document.querySelectorAll(".chart[data-chart]:not(.skeleton)")]
    .filter((chart) => chart.checkVisibility() || chart.closest("details:not([open])"))
    .map((chart) => ({ kind: t("Chart"), text: chart.getAttribute("aria-label"), act: () => reveal(chart) }));
  const click = (id) => () => byId(id)?.click();
  const actions = [
    ["Dark or light", click("scheme")],
    ["Other language", click("language")],
    ["Show the whole run again", () => view.set({ from: null, to: null }), ".toolbar"],
    ["Logarithmic axis", click("log-axis"), ".toolbar"],
    ["Copy a link to this view", () => navigator.clipboard?.writeText(location.href).catch(() => null)],
    ["Show the keys", async () => (await import("./keys.js")).showKeys()],
    ["HTTP API", () => open(`${boot.api}/docs`)],
  ].filter(([, , needs]) => !needs || document.querySelector(needs)?.checkVisibility());
  return [...tabs, ...charts, ...pages, ...actions.map(([text, act]) => ({ kind: t("Do"), text: t(text), act }))];
}

function reveal(chart) {
  const fold = chart.closest("details");
  if (fold) fold.open = true;
  chart.scrollIntoView({ block: "center" });
  chart.querySelector("[data-act=screen]")?.focus({ preventScroll: true });
}

/** Whether every word of what is asked begins or is within the text; those that begin it come first. */
const fits = (text, words) => words.every((word) => text.includes(word));

export function openPalette() {
  if (document.querySelector("dialog.palette")) return;
  const field = h("input", { class: "palette-field", type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", placeholder: t("Go to a run, tab or chart, or do something"), "aria-label": t("Go to a run, tab or chart, or do something"), autocomplete: "off", spellcheck: "false" });
  const list = h("div", { id: "palette-list", class: "palette-list", role: "listbox", "aria-label": t("Found") });
  const dialog = h("dialog", { class: "palette", "aria-label": t("Go to") }, field, list);
  const all = places();
  let runs = [];
  let shown = [];
  let at = 0;
  let timer = null;
  const asked = new AbortController();

  const mark = (to) => {
    at = Math.min(Math.max(to, 0), shown.length - 1);
    [...list.children].forEach((row, i) => row.setAttribute("aria-selected", String(i === at)));
    field.setAttribute("aria-activedescendant", shown.length ? `palette-${at}` : "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const take = (place) => {
    dialog.close();
    place?.act();
  };
  const draw = () => {
    const words = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    const found = all.filter((one) => fits(`${one.kind} ${one.text}`.toLowerCase(), words));
    shown = words.length ? [...found.filter((one) => one.text.toLowerCase().startsWith(words[0])), ...runs, ...found.filter((one) => !one.text.toLowerCase().startsWith(words[0]))] : [...runs, ...found];
    list.replaceChildren(
      ...shown.map((one, i) =>
        h("div", { id: `palette-${i}`, class: "palette-row", role: "option", "aria-selected": "false", onclick: () => take(one) }, h("span", { class: "palette-kind" }, one.kind), h("span", { class: "palette-text" }, one.text), one.more ? h("span", { class: "muted" }, one.more) : null),
      ),
    );
    mark(0);
  };
  const ask = async () => {
    const text = field.value.trim();
    const { runs: found } = await api.get(`runs?${api.query({ q: text || null, limit: RUNS })}`, { signal: asked.signal });
    if (text !== field.value.trim()) return; // something else is asked by now
    runs = found.map((run) => ({ kind: t("Run"), text: run.name || run.id, more: [run.project, t(run.state)].join(" · "), act: () => view.go(here(`runs/${encodeURIComponent(run.id)}`)) }));
    draw();
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask().catch(() => {}), WAIT); // no run without the service; the rest is here
  };
  field.addEventListener("input", () => (draw(), soon()));
  field.addEventListener("keydown", (event) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined) (event.preventDefault(), mark(to));
    if (event.key === "Enter" && !event.isComposing) take(shown[at]);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("close", () => (clearTimeout(timer), asked.abort(), dialog.remove()));
  document.body.append(dialog);
  dialog.showModal();
  draw();
  soon();
}
