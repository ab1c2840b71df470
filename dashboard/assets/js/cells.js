// Cells of the runs table: what AG Grid asks for by name in dashboard/pages/runs.py. A row that is still on its way has no data.

import { here } from "./boot.js";
import { inWords } from "./alerts.js";
import { h } from "./dom.js";
import * as format from "./format.js";
import { NARROW } from "./runs/kept_columns.js";
import { said } from "./sentences.js";
import { t } from "./words.js";

/** An element as React makes one, before React is there. */
function plain(tag, { className, style, key, ...props }, ...children) {
  const element = h(tag, { class: className, ...props }, ...children);
  Object.assign(element.style, style);
  return element;
}

let make = plain;

export const sparks = new Map(); // run → { signal: means }
const SIZE = [108, 26];
const ROLES = { "loss/generator": "generator", "loss/discriminator": "discriminator" };

/** Both losses on one scale, as SVG paths; a gap where nothing finite was. */
function paths(lines) {
  const all = Object.values(lines).flat().filter((value) => value !== null);
  if (!all.length) return [];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const y = (value) => (high > low ? SIZE[1] - 2 - ((value - low) / (high - low)) * (SIZE[1] - 4) : SIZE[1] / 2);
  return Object.entries(lines).map(([signal, line]) => {
    const x = (at) => (line.length > 1 ? (at / (line.length - 1)) * SIZE[0] : SIZE[0] / 2);
    let open = false;
    const d = line.map((value, at) => {
      const command = value === null ? "" : `${open ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      const alone = value !== null && !open && (line[at + 1] ?? null) === null ? "h0.01" : "";
      open = value !== null;
      return command + alone;
    });
    return { role: ROLES[signal], d: d.join("") };
  });
}

const small = matchMedia(NARROW);

const link = (data) =>
  make(
    "a",
    { href: here(`runs/${encodeURIComponent(data.id)}`), className: "run-link", title: `${data.name} · ${data.id}` },
    make("span", {}, data.name || data.id),
  );

/** On a small screen a run is a card of two lines: what it is called and since when, and how it is. */
const card = (data) =>
  make(
    "span",
    { className: "run-card" },
    make("span", { className: "run-line" }, link(data), make("small", {}, format.ago(data.started_at))),
    make("span", { className: "run-line" }, components.RunState({ value: data.state }), components.RunHealth({ data }), components.RunProgress({ data })),
  );

const components = {
  RunName: ({ data }) => {
    if (!data) return make("span", { className: "bone bone-cell" });
    return small.matches ? card(data) : link(data);
  },
  RunState: ({ value }) => (value ? make("span", { className: `state state-${value}` }, t(value)) : null),
  RunHealth: ({ data }) => {
    if (!data || data.health === "unknown") return null;
    if (data.health === "healthy") return make("span", { className: "well", title: t("Nothing is wrong that the doctor can see") }, make("i", { className: "icon icon-good" }), t("healthy"));
    const grade = data.health === "critical" ? "bad" : "warn";
    return make("span", { className: "health", title: said(data.says) }, make("span", { className: `badge ${grade}` }, inWords(data.trouble)));
  },
  RunSpark: ({ data }) => {
    const lines = data && sparks.get(data.id);
    if (!lines) return null;
    const label = t("Losses of {name}", { name: data.name });
    return make(
      "svg",
      { className: "spark", viewBox: `0 0 ${SIZE.join(" ")}`, width: SIZE[0], height: SIZE[1], role: "img", "aria-label": label },
      ...paths(lines).map(({ role, d }) => make("path", { key: role, d, className: `spark-${role}` })),
    );
  },
  RunTags: ({ value }) =>
    value ? make("span", { className: "tags", title: value }, ...value.split(", ").map((tag) => make("span", { key: tag, className: "tag" }, tag))) : null,
  RunProgress: ({ data }) => {
    if (!data) return null;
    const step = data.last_step === null ? "–" : format.steps(data.last_step);
    const left = data.left === null ? "" : t("{time} left", { time: format.duration(data.left) });
    if (data.progress === null) return make("span", { className: "cell-progress" }, make("span", { className: "number" }, t("step {n}", { n: step })));
    return make(
      "span",
      { className: "cell-progress", title: t("step {n} of {all}", { n: step, all: format.steps(data.total_steps) }) },
      make("span", { className: "progress", "data-state": data.state }, make("i", { style: { width: `${data.progress * 100}%` } })),
      make("span", { className: "number" }, `${Math.floor(data.progress * 100)} %`),
      make("small", {}, left),
    );
  },
};

/** AG Grid's own look, in our colours: they are variables, so the theme follows. */
const look = {
  accentColor: "var(--accent)",
  backgroundColor: "var(--card)",
  foregroundColor: "var(--ink)",
  textColor: "var(--ink)",
  borderColor: "var(--line)",
  headerBackgroundColor: "var(--card)",
  headerTextColor: "var(--muted)",
  rowHoverColor: "var(--hover)",
  selectedRowBackgroundColor: "var(--selected)",
  menuBackgroundColor: "var(--card)",
  browserColorScheme: "inherit",
  fontFamily: "inherit",
  fontSize: 13,
  headerFontSize: 12,
  headerFontWeight: 500,
  wrapperBorder: false,
  columnBorder: false,
  cellHorizontalPadding: 12,
  checkboxBorderRadius: 4,
  iconSize: 14,
};

const formats = {
  value: (value) => (value === undefined || value === null ? "–" : format.value(value)),
  steps: (value) => (value === undefined ? "" : format.steps(value)),
  started: (value) => (value === undefined ? "" : format.ago(value)),
  duration: (value) => (value === undefined ? "" : format.duration(value)),
};

/** What stands in a cell, as an element or text: for rows that are shown before the table is there. */
export function cell({ field, renderer, format: name }, data) {
  const value = data[field];
  if (!renderer) return name ? formats[name](value) : (value ?? "");
  const held = make;
  make = plain;
  try {
    return components[renderer]({ value, data }) ?? "";
  } finally {
    make = held;
  }
}

export function install() {
  make = (...args) => window.React.createElement(...args); // React may come after us
  window.dashAgGridComponentFunctions = { ...window.dashAgGridComponentFunctions, ...components };
  window.dashAgGridFunctions = {
    ...window.dashAgGridFunctions,
    nashboardTheme: (base) => base.withParams(look),
    nashboardFormat: formats,
    nashboardText: ({ defaultValue }) => t(defaultValue),
  };
}

/** A run as a row of the table. */
export function row(run) {
  return {
    ...run,
    tags: run.tags.join(", "),
    progress: format.progress(run),
    left: format.timeLeft(run),
    generator: run.last["loss/generator"] ?? null,
    discriminator: run.last["loss/discriminator"] ?? null,
  };
}
