// The page of all runs.

import * as api from "./api.js";
import { here } from "./boot.js";
import { MOST } from "./chosen.js";
import { appears, byId, h, setText } from "./dom.js";
import * as format from "./format.js";
import { follow } from "./live.js";
import { trouble } from "./notices.js";
import { BulkBar } from "./runs/bulk_bar.js";
import { GridColumns } from "./runs/grid_columns.js";
import { awaitTable, listenKeys } from "./runs/grid_keys.js";
import { ProjectTree } from "./runs/project_tree.js";
import { RunSearch } from "./runs/run_search.js";
import { BLOCK, RunRows, path } from "./runs/run_rows.js";
import * as view from "./view.js";
import { t } from "./words.js";

const AGAIN = 60000; // ms until counts and rows are fetched again, whatever the live answers told
const CLOCK = 15000; // ms between two looks at "5 min ago"
const COUNTS = 4000; // ms between two fetches of the counts
const VIEWS = { active: "Active", archived: "Archived", trash: "Trash" };
const EDITS = { name: (text) => ({ name: text }), group: (text) => ({ group: text }), notes: (text) => ({ notes: text }), tags: (text) => ({ tags: tagsOf(text) }) };

let kept = []; // ids that were selected when the page was left

const tagsOf = (text) => [...new Set(text.split(",").map((tag) => tag.trim()).filter(Boolean))];

/** What the address asks for. */
const asked = () => ({ q: view.get("q"), view: viewName() === "active" ? null : viewName(), project: view.get("project"), group: view.get("group"), sort: view.get("sort") });
const viewName = () => (view.get("view") in VIEWS ? view.get("view") : "active");

export class RunsPage {
  constructor(signal) {
    this.signal = signal;
    this.views = null;
  }

  static warm() {
    api.warm(path(asked(), BLOCK));
    api.warm(`projects?${api.query({ view: viewName() })}`);
  }

  async start() {
    document.title = `${t("Runs")} · Nashboard`;
    setText(byId("crumb"), "");
    awaitTable(this.signal);
    await appears("runs-bulk", this.signal);
    this.tree = new ProjectTree(byId("runs-projects"));
    this.search = new RunSearch(byId("runs-search-box"), {
      value: view.get("q") ?? "",
      on: (text) => view.set({ q: text || null }),
      names: () => ({ project: this.projects?.map((one) => one.project) ?? [], group: this.projects?.flatMap((one) => one.groups.map((group) => group.group)) ?? [] }),
      signal: this.signal,
    });
    this.bulk = new BulkBar(byId("runs-bulk"), { clear: () => this.grid.deselectAll(), changed: () => this.changed(), selected: () => this.selectedQuery(), offers: () => this.offers() });
    const cursor = await trouble(() => this.first(), "runs-error", this.signal);
    await follow({ cursor, runs: () => [], take: (answer) => this.take(answer), anew: () => this.anew(), signal: this.signal });
  }

  /** The first rows and the counts; then the table. @returns the cursor to go on from. */
  async first() {
    const { cursor } = await api.get("live", { signal: this.signal });
    const page = await api.get(path(asked(), BLOCK), { signal: this.signal }).catch((error) => {
      if (error.status !== 422) throw error;
      this.fault(error.message);
      return { runs: [], total: 0 };
    });
    this.count().catch(() => {}); // the rows do not wait for it; the banner tells the rest
    await this.table();
    this.rows.showSort(view.get("sort"));
    this.rows.ask(asked(), page);
    this.cursor = cursor;
    return cursor;
  }

  async table() {
    this.grid = await gridApi(this.signal);
    this.rows = new RunRows(this.grid, { on: { total: (n) => this.total(n), fault: (message) => this.fault(message), stale: () => this.stale(true) }, signal: this.signal });
    this.rows.onSort = (sort) => view.set({ sort: sort === "-created" ? null : sort });
    this.grid.addEventListener("selectionChanged", () => this.selected());
    this.grid.addEventListener("cellValueChanged", (event) => this.edited(event));
    this.grid.addEventListener("bodyScrollEnd", () => this.rows.atTop && this.late && this.refresh());
    this.columns = new GridColumns(this.grid, this.signal);
    this.fresh = h("button", { class: "chip fresh", hidden: true, onclick: () => this.refresh() }, t("The list has changed: show"));
    byId("runs-tools").replaceChildren(this.fresh, this.columns.element);
    view.listen((changed) => this.readdress(changed), this.signal);
    const clock = setInterval(() => this.grid.refreshCells({ columns: ["started_at", "duration"], force: true }), CLOCK);
    this.signal.addEventListener("abort", () => (clearInterval(clock), this.rows.close()));
    this.selected();
  }

  readdress(changed) {
    if (!["q", "view", "project", "group", "sort"].some((key) => changed.has(key))) return;
    if (changed.has("view")) this.count();
    this.tree.render();
    this.segments();
    this.search.set(view.get("q") ?? "");
    this.stale(false);
    if (["q", "view", "project", "group"].some((key) => changed.has(key))) this.grid.deselectAll();
    this.rows.ask(asked());
  }

  /** Projects with their counts, and how many runs each view holds. */
  async count() {
    this.counted = performance.now();
    const told = await api.get(`projects?${api.query({ view: viewName() })}`, { signal: this.signal });
    this.projects = told.projects;
    this.views = told.views;
    this.trashDays = told.trash_days;
    this.tree.show(told.projects);
    this.segments();
  }

  segments() {
    byId("runs-views").replaceChildren(
      ...Object.entries(VIEWS).map(([name, label]) =>
        h(
          "button",
          { "aria-pressed": String(name === viewName()), onclick: () => view.set({ view: name === "active" ? null : name, project: null, group: null }) },
          t(label),
          name !== "active" && this.views?.[name] ? h("span", { class: "count" }, format.steps(this.views[name])) : null,
        ),
      ),
    );
    this.kept();
  }

  /** Says in the trash for how long it keeps runs. */
  kept() {
    const line = byId("runs-kept");
    line.hidden = viewName() !== "trash" || this.trashDays === undefined;
    const after = this.trashDays === 1 ? t("Runs are deleted for good after a day in the trash.") : t("Runs are deleted for good after {n} days in the trash.", { n: this.trashDays });
    setText(line, this.trashDays ? after : t("Runs stay in the trash until you delete them for good."));
  }

  async take(answer) {
    const unnamed = !answer.runs.length && answer.cursor !== this.cursor; // a deleted run is in no list
    this.cursor = answer.cursor;
    this.rows.take(answer.runs, unnamed);
    const due = performance.now() - this.counted;
    if (due > AGAIN) this.rows.look(0);
    if (answer.runs.some((run) => !this.grid.getRowNode(run.id)) || unnamed || due > AGAIN) this.recount();
  }

  recount() {
    this.recounting ??= setTimeout(() => {
      this.recounting = null;
      if (!this.signal.aborted) this.count().catch(() => {}); // the banner tells the rest
    }, Math.max(300, COUNTS - (performance.now() - this.counted)));
  }

  async anew() {
    const { cursor } = await api.get("live", { signal: this.signal });
    await this.count();
    this.refresh();
    return cursor;
  }

  refresh() {
    this.stale(false);
    this.grid.ensureIndexVisible(0);
    this.rows.refresh();
  }

  changed() {
    this.rows.refresh();
    this.count().catch(() => {});
  }

  stale(yes) {
    this.late = yes;
    this.fresh.hidden = !yes;
  }

  fault(message) {
    const line = byId("runs-fault");
    line.hidden = !message;
    setText(line, message ?? "");
    this.search.fault(message);
  }

  /** How many there are; what stands there when there are none. */
  total(count) {
    const narrowed = Boolean(view.get("q") || view.get("project") || view.get("group"));
    const all = this.views?.[viewName()] ?? count;
    const nothing = count === 0 && !narrowed && viewName() === "active";
    byId("runs-loading").hidden = true;
    byId("runs-loading").replaceChildren(); // the rows that stood there for the table: first_rows.js
    byId("runs-table").classList.toggle("waiting", count === 0);
    byId("runs-empty").hidden = !nothing || this.views?.archived > 0 || this.views?.trash > 0;
    this.none(count === 0 && byId("runs-empty").hidden, narrowed);
    setText(byId("runs-count"), count === 0 && nothing ? "" : narrowed && all > count ? t("{n} of {all}", { n: format.steps(count), all: format.steps(all) }) : format.steps(count));
    if (!this.listening) listenKeys({ grid: this.grid, open: (id) => view.go(here(`runs/${encodeURIComponent(id)}`)) });
    this.listening = true;
    if (kept.length) this.restore();
    this.bulk.show(this.bulk.ids, count, viewName());
  }

  none(yes, narrowed) {
    const place = byId("runs-none");
    place.hidden = !yes;
    if (!yes) return;
    const words = narrowed
      ? [h("h2", {}, t("No run fits")), h("p", { class: "muted" }, t("Nothing here matches the search or the project.")), h("button", { class: "button", onclick: () => view.set({ q: null, project: null, group: null }) }, t("Show all"))]
      : [h("h2", {}, { active: t("No active runs"), archived: t("Nothing is archived"), trash: t("The trash is empty") }[viewName()])];
    place.replaceChildren(h("div", { class: "notice" }, ...words));
  }

  /** Selects again what was selected when the page was left. */
  restore() {
    const again = new Set(kept);
    kept = [];
    setTimeout(() => this.grid.forEachNode((node) => node.data && again.has(node.id) && node.setSelected(true)));
  }

  selected() {
    const ids = this.grid.getSelectedNodes().map((node) => node.id);
    const link = byId("runs-compare");
    const some = ids.length >= 2 && ids.length <= MOST;
    setText(link, ids.length ? `${t("Compare")} (${ids.length})` : t("Compare"));
    link.setAttribute("aria-disabled", String(!some));
    link.title = some ? "" : t("Select 2 to {most} runs", { most: MOST });
    if (some) link.href = here(`compare?runs=${ids.join(",")}`);
    else link.removeAttribute("href");
    this.bulk.show(ids, this.rows?.total ?? ids.length, viewName());
  }

  selectedQuery() {
    const { q, view: name, project, group } = asked();
    return { q: q ?? "", view: name ?? "active", project, group };
  }

  offers() {
    return { tag: this.search.told?.offers.tag ?? [], project: this.projects?.map((one) => one.project) ?? [], group: this.projects?.flatMap((one) => one.groups.map((group) => group.group)) ?? [] };
  }

  /** A cell was edited in place: the service is told; when it refuses, the old value comes back. */
  async edited({ data, colDef, oldValue, newValue, node }) {
    const text = newValue ?? "";
    if (!(colDef.field in EDITS) || text === (oldValue ?? "")) return;
    try {
      const body = JSON.stringify(EDITS[colDef.field](text));
      await api.get(`runs/${encodeURIComponent(data.id)}`, { method: "PATCH", headers: { "Content-Type": "application/json" }, body });
      if (colDef.field === "tags") node.setData({ ...data, tags: tagsOf(text).join(", ") });
    } catch (error) {
      node.setData({ ...data, [colDef.field]: oldValue });
      this.bulk.tell(error.message);
    }
  }

  leave() {
    kept = this.grid?.getSelectedNodes().map((node) => node.id) ?? [];
  }
}

/** The grid, once Dash has built it, and given it the source of rows that ours then takes the place of. */
async function gridApi(signal) {
  while (!signal.aborted) {
    const grid = await window.dash_ag_grid?.getApiAsync?.("runs-grid");
    if (grid && !grid.isDestroyed() && grid.getGridOption("datasource")) return grid;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  throw signal.reason;
}
