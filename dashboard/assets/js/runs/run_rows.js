// Rows of the runs table: AG Grid asks for blocks, the service sorts and filters; those that are loaded are kept up to date in place.

import * as api from "../api.js";
import { connected, disconnected } from "../banner.js";
import { row, sparks } from "../cells.js";

export const BLOCK = 100; // as in dashboard/pages/runs.py
const RETRY = 2000; // ms
const LOOK = 3000; // ms between two looks whether the list itself has changed
const REDRAW = 5000; // ms between two fetches of a run's sparkline
const TOP = 3; // rows from the top: so near to it a list that changes may move

/** Columns of the table → what the service sorts by. */
const SORTS = { started_at: "created" };
export const sortOf = (column) => SORTS[column] ?? column;
const columnOf = (sort) => Object.keys(SORTS).find((column) => SORTS[column] === sort) ?? sort;

/** The address of a page of the list. @param asked { q, view, project, group, sort } as the address of the page has them. */
export function path(asked, limit, offset = 0) {
  const { q = null, view = null, project = null, group = null, sort = null } = asked;
  return `runs?${api.query({ q: q || null, view, project, group, sort, limit, offset: offset || null })}`;
}

export class RunRows {
  /** @param grid AG Grid's API. @param on { total(n), fault(message | null), stale() } */
  constructor(grid, { on, signal }) {
    this.grid = grid;
    this.on = on;
    this.signal = signal;
    this.asked = {};
    this.total = null;
    this.drawn = new Map(); // run → when its sparkline was fetched
    this.looking = null;
    grid.addEventListener("sortChanged", () => this.onSort?.(this.sort()));
  }

  /** The order that the table's head shows, as the service names it. */
  sort() {
    const sorted = this.grid.getColumnState().find((column) => column.sort);
    return sorted ? `${sorted.sort === "desc" ? "-" : ""}${sortOf(sorted.colId)}` : null;
  }

  /** Shows an order in the table's head. */
  showSort(sort) {
    const name = columnOf((sort ?? "-created").replace(/^-/, ""));
    const state = [{ colId: name, sort: (sort ?? "-created").startsWith("-") ? "desc" : "asc" }];
    this.grid.applyColumnState({ state, defaultState: { sort: null } });
  }

  /** Shows other runs from the top. @param first the first block, when it is here already. */
  ask(asked, first = null) {
    this.asked = asked;
    this.first = first;
    this.total = null;
    this.grid.setGridOption("datasource", { getRows: (wanted) => this.#give(wanted, asked) });
  }

  async #give({ startRow, endRow, successCallback, failCallback }, asked) {
    try {
      const early = startRow === 0 ? this.first : null;
      this.first = null;
      const { runs, total } = early ?? (await api.get(path(asked, endRow - startRow, startRow), { signal: this.signal }));
      if (asked !== this.asked) return failCallback();
      this.total = total;
      successCallback(runs.map(row), total);
      this.on.fault(null);
      this.on.total(total);
      this.#sparklines(runs.map((run) => run.id));
    } catch (error) {
      failCallback();
      if (this.signal.aborted || asked !== this.asked) return;
      if (error.status === 422) this.on.fault(error.message);
      else if (error instanceof TypeError || error.status) this.#again();
      else throw error;
    }
  }

  #again() {
    disconnected(1);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => !this.signal.aborted && this.grid.refreshInfiniteCache(), RETRY);
  }

  async #sparklines(ids) {
    const now = performance.now();
    const due = ids.filter((id) => now - (this.drawn.get(id) ?? -Infinity) > REDRAW);
    if (!due.length || !this.grid.getColumn("spark")?.isVisible()) return;
    for (const id of due) this.drawn.set(id, now);
    const found = await api.get(`sparklines?${api.query({ runs: due.join(",") })}`, { signal: this.signal }).catch(() => null);
    if (!found) return due.forEach((id) => this.drawn.delete(id));
    for (const id of due) sparks.set(id, found.runs[id] ?? {});
    const rowNodes = due.map((id) => this.grid.getRowNode(id)).filter(Boolean);
    this.grid.refreshCells({ columns: ["spark"], rowNodes, force: true });
  }

  /** Takes a live answer: rows that are loaded change in place; whether the list itself changed is looked up now and then. */
  take(runs, unnamed) {
    const shown = [];
    let doubt = unnamed;
    for (const run of runs) {
      const node = this.grid.getRowNode(run.id);
      if (!node?.data) doubt = true;
      else if (run.trashed !== node.data.trashed || run.archived !== node.data.archived) doubt = true;
      else if (!this.#edited(run.id)) {
        node.setData(row(run));
        shown.push(run.id);
      }
    }
    if (shown.length) this.#sparklines(shown.slice(0, BLOCK));
    if (doubt) this.look();
  }

  #edited(id) {
    return this.grid.getEditingCells().some((cell) => this.grid.getDisplayedRowAtIndex(cell.rowIndex)?.data?.id === id);
  }

  /** Looks, not too often, whether runs came or went. */
  look(after = 300) {
    if (this.looking) return;
    const wait = Math.max(after, LOOK - (performance.now() - (this.looked ?? -Infinity)));
    this.looking = setTimeout(() => this.#look(), wait);
  }

  async #look() {
    const { asked } = this;
    try {
      const { runs, total } = await api.get(path(asked, 1), { signal: this.signal });
      const first = this.grid.getDisplayedRowAtIndex(0)?.data;
      if (asked !== this.asked || (total === this.total && (!total || runs[0].id === first?.id))) return;
      if (this.atTop && !this.grid.getEditingCells().length) this.refresh();
      else this.on.stale();
    } catch (error) {
      if (!this.signal.aborted && !(error instanceof TypeError) && !error.status) throw error;
    } finally {
      this.looked = performance.now();
      this.looking = null;
    }
  }

  get atTop() {
    return this.grid.getFirstDisplayedRowIndex() < TOP;
  }

  /** Fetches all loaded blocks anew; what is shown stays until the new is here. */
  refresh() {
    connected();
    this.grid.refreshInfiniteCache();
  }

  close() {
    clearTimeout(this.retry);
    clearTimeout(this.looking);
  }
}
