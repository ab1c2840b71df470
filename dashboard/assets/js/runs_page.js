// The page of all runs.

import * as api from "./api.js";
import { here } from "./boot.js";
import { row } from "./cells.js";
import { appears, byId, setText } from "./dom.js";
import * as format from "./format.js";
import { kindName, worst } from "./alerts.js";
import { follow } from "./live.js";
import { trouble } from "./notices.js";
import { MOST } from "./chosen.js";
import * as view from "./view.js";

const LIST = "runs?limit=10000";
const OPEN = "alerts?state=open&state=acknowledged&state=snoozed&limit=10000";
const AGAIN = 60000; // ms until the whole list is fetched again, whatever the live answers told
const CLOCK = 15000; // ms between two looks at "5 min ago"
const NARROW = "(max-width: 720px)";
const SECONDARY = ["project", "group", "generator", "discriminator", "started_at", "duration"];

let kept = { selected: [] }; // what a visit to another page must not lose

export class RunsPage {
  constructor(signal) {
    this.signal = signal;
    this.rows = new Map();
    this.alerts = new Map(); // id → alert
    this.ofRun = new Map(); // run → its alerts
  }

  static warm() {
    api.warm(LIST);
    api.warm(OPEN);
  }

  async start() {
    document.title = "Runs · Nashboard";
    setText(byId("crumb"), "");
    await appears("runs-error", this.signal);
    const cursor = await trouble(() => this.fill(), "runs-error", this.signal);
    await follow({ cursor, runs: () => [], take: (answer) => this.take(answer), anew: () => this.fill(), signal: this.signal });
  }

  /** All runs anew; what is selected, sorted and scrolled stays. */
  async fill() {
    const { cursor } = await api.get("live", { signal: this.signal });
    const { runs } = await api.get(LIST, { signal: this.signal });
    const { alerts } = await api.get(OPEN, { signal: this.signal });
    this.alerts = new Map(alerts.map((alert) => [alert.id, alert]));
    this.sort();
    const grid = await this.grid();
    const fresh = new Map(runs.map((run) => [run.id, this.row(run)]));
    const gone = [...this.rows.values()].filter((one) => !fresh.has(one.id));
    const both = [...fresh.values()];
    grid.applyTransaction({
      remove: gone,
      update: both.filter((one) => this.rows.has(one.id)),
      add: both.filter((one) => !this.rows.has(one.id)),
    });
    this.rows = fresh;
    this.cursor = cursor;
    this.filled = performance.now();
    this.shown();
    return cursor;
  }

  /** The alerts by run. */
  sort() {
    this.ofRun = Map.groupBy(this.alerts.values(), (alert) => alert.run);
  }

  /** A row, with the gravest failure of its run. */
  row(run) {
    const alert = worst(this.ofRun.get(run.id) ?? []);
    return { ...row(run), health: alert ? kindName(alert) : "", severity: alert?.severity ?? "", said: alert?.summary ?? "" };
  }

  async grid() {
    if (this.api) return this.api;
    this.api = await gridApi(this.signal);
    this.api.addEventListener("selectionChanged", () => this.selected());
    this.api.addEventListener("filterChanged", () => this.shown());
    this.narrow(matchMedia(NARROW));
    matchMedia(NARROW).addEventListener("change", (query) => this.narrow(query), { signal: this.signal });
    this.search(view.get("q") ?? "");
    const clock = setInterval(() => this.api.refreshCells({ columns: ["started_at", "duration", "progress"] }), CLOCK);
    this.signal.addEventListener("abort", () => clearInterval(clock));
    this.selected();
    return this.api;
  }

  narrow({ matches }) {
    this.api.setColumnsVisible(SECONDARY, !matches);
  }

  search(text) {
    this.api?.setGridOption("quickFilterText", text);
  }

  async take(answer) {
    // a deleted run is in no list: something happened, and nobody is named
    const unnamed = !answer.runs.length && answer.cursor !== this.cursor;
    this.cursor = answer.cursor;
    if (unnamed || performance.now() - this.filled > AGAIN) await this.fill();
    for (const alert of answer.alerts) this.alerts.set(alert.id, alert);
    if (answer.alerts.length) this.sort();
    const changed = answer.runs.map((run) => this.row(run));
    this.api.applyTransaction({
      update: changed.filter((one) => this.rows.has(one.id)),
      add: changed.filter((one) => !this.rows.has(one.id)),
      addIndex: 0,
    });
    for (const one of changed) this.rows.set(one.id, one);
    this.shown();
  }

  shown() {
    const any = this.rows.size > 0;
    byId("runs-loading").hidden = true;
    byId("runs-table").classList.toggle("waiting", !any);
    byId("runs-empty").hidden = any;
    const seen = this.api.getDisplayedRowCount();
    const all = this.rows.size;
    setText(byId("runs-count"), !any ? "" : seen === all ? format.steps(all) : `${format.steps(seen)} of ${format.steps(all)}`);
    if (kept.selected.length) this.restore();
  }

  /** Selects again what was selected when the page was left. */
  restore() {
    const again = new Set(kept.selected);
    kept.selected = [];
    this.api.forEachNode((node) => again.has(node.id) && node.setSelected(true));
  }

  selected() {
    const ids = this.api.getSelectedRows().map((one) => one.id);
    const link = byId("runs-compare");
    const some = ids.length >= 2 && ids.length <= MOST;
    setText(link, ids.length ? `Compare (${ids.length})` : "Compare");
    link.setAttribute("aria-disabled", String(!some));
    link.title = some ? "" : `Select 2 to ${MOST} runs`;
    if (some) link.href = here(`compare?runs=${ids.join(",")}`);
    else link.removeAttribute("href");
  }

  leave() {
    kept.selected = this.api?.getSelectedRows().map((one) => one.id) ?? [];
  }
}

/** The grid, once Dash has built it. */
async function gridApi(signal) {
  while (!signal.aborted) {
    if (window.dash_ag_grid?.getApiAsync) return window.dash_ag_grid.getApiAsync("runs-grid");
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  throw signal.reason;
}
