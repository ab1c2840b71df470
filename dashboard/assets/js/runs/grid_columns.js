// Which columns the runs table has, how wide and in what order: chosen in a panel or by dragging, kept in the browser.

import { h } from "../dom.js";
import { remember } from "../kept.js";
import { popover } from "../popover.js";
import { t } from "../words.js";
import { KEY, NARROW, SMALL, kept } from "./kept_columns.js";


const FIXED = new Set(["ag-Grid-SelectionColumn", "name"]);

export class GridColumns {
  constructor(grid, signal) {
    this.grid = grid;
    this.first = this.state();
    const query = matchMedia(NARROW);
    this.fit(query);
    query.addEventListener("change", () => this.fit(query), { signal });
    for (const event of ["columnMoved", "columnResized", "columnVisible"]) {
      grid.addEventListener(event, ({ source }) => source !== "api" && source !== "flex" && this.keep());
    }
    this.element = popover({ label: t("Columns"), signal, content: () => this.panel() });
  }

  /** Order, widths and visibility; the order of rows is the address's. */
  state() {
    return this.grid.getColumnState().map(({ colId, hide, width, flex }) => ({ colId, hide, width, flex }));
  }

  /** What was kept, or on a small screen what there is room for. */
  fit(query) {
    this.narrow = query.matches;
    const state = this.narrow ? this.first.map((one) => ({ ...one, hide: !SMALL.has(one.colId) && one.colId !== "ag-Grid-SelectionColumn" })) : kept() ?? this.first;
    this.grid.applyColumnState({ state, applyOrder: true });
  }

  keep() {
    if (!this.narrow) remember(KEY, JSON.stringify(this.state()));
  }

  panel() {
    const boxes = this.grid.getColumns().filter((column) => !FIXED.has(column.getColId())).map((column) => {
      const box = h("input", { type: "checkbox", checked: column.isVisible() });
      box.addEventListener("change", () => (this.grid.setColumnsVisible([column.getColId()], box.checked), this.keep()));
      return h("label", { class: "check" }, box, column.getColDef().headerName);
    });
    const reset = h("button", { class: "button small", onclick: () => this.reset() }, t("As at first"));
    return [h("p", { class: "muted" }, t("Drag a head to move its column.")), ...boxes, reset];
  }

  reset() {
    remember(KEY, null);
    this.grid.applyColumnState({ state: this.first, applyOrder: true });
    this.element.refresh();
  }
}
