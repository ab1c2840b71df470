// Cells of the runs table: what AG Grid asks for by name in dashboard/pages/runs.py.

import { here } from "./boot.js";
import * as format from "./format.js";

const make = (...args) => window.React.createElement(...args);

const components = {
  RunName: ({ data }) =>
    make("a", { href: here(`runs/${encodeURIComponent(data.id)}`), className: "run-link", title: data.id }, data.name || data.id),
  RunState: ({ value }) => make("span", { className: `state state-${value}` }, value),
  RunHealth: ({ data }) =>
    data.health
      ? make("span", { className: "health", title: data.said }, make("span", { className: `badge ${data.severity === "critical" ? "bad" : "warn"}` }, data.health))
      : null,
  RunProgress: ({ data }) => {
    const step = data.last_step === null ? "–" : format.steps(data.last_step);
    const left = data.left === null ? "" : `${format.duration(data.left)} left`;
    if (data.progress === null) return make("span", { className: "cell-progress" }, make("span", { className: "number" }, `step ${step}`));
    return make(
      "span",
      { className: "cell-progress", title: `step ${step} of ${format.steps(data.total_steps)}` },
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

export function install() {
  window.dashAgGridComponentFunctions = { ...window.dashAgGridComponentFunctions, ...components };
  window.dashAgGridFunctions = {
    ...window.dashAgGridFunctions,
    nashboardTheme: (base) => base.withParams(look),
    nashboardFormat: {
      value: (value) => (value === undefined || value === null ? "–" : format.value(value)),
      started: (value) => format.ago(value),
      duration: (value) => format.duration(value),
    },
  };
}

/** A run as a row of the table. */
export function row(run) {
  return {
    ...run,
    progress: format.progress(run),
    left: format.timeLeft(run),
    generator: run.last["loss/generator"] ?? null,
    discriminator: run.last["loss/discriminator"] ?? null,
  };
}
