// Keys of the runs page: j and k go down and up, Enter opens, x selects. Those that are pressed while the table is still being
// built are kept, and done once it has its rows.

const KEYS = new Set(["j", "k", "x", "Enter"]);
const typing = (element) => Boolean(element?.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, .ag-popup"));

let deeds = null; // what the keys do, once there is a table
let early = null; // keys that wait for it; null: none is on its way

/** A table is on its way: keys are kept for it from now on, until it is there or `signal` aborts. */
export function awaitTable(signal = null) {
  early ??= [];
  signal?.addEventListener("abort", () => (deeds = early = null));
}

/** The table has its rows. @param open called with a run's id. */
export function listenKeys({ grid, open }) {
  const move = (by) => {
    const cell = grid.getFocusedCell();
    const at = cell ? cell.rowIndex + by : grid.getFirstDisplayedRowIndex();
    if (at < 0 || at >= grid.getDisplayedRowCount()) return;
    grid.ensureIndexVisible(at);
    grid.setFocusedCell(at, cell?.column ?? "name");
  };
  const focused = () => {
    const cell = grid.getFocusedCell();
    return cell ? grid.getDisplayedRowAtIndex(cell.rowIndex) : null;
  };
  deeds = {
    j: () => move(1),
    k: () => move(-1),
    x: () => focused()?.data && focused().setSelected(!focused().isSelected()),
    Enter: () => focused()?.data && open(focused().data.id),
  };
  const kept = early ?? [];
  early = null;
  if (!typing(document.activeElement)) for (const key of kept) deeds[key]?.();
}

document.addEventListener(
  "keydown",
  (event) => {
    const { key, target } = event;
    if (!(deeds ?? early) || event.ctrlKey || event.metaKey || event.altKey || typing(target) || !KEYS.has(key)) return;
    const onRow = deeds ? target.closest?.(".ag-cell") : early.length;
    if (key === "Enter" && (!onRow || target.closest?.("a, button, input"))) return;
    event.preventDefault();
    event.stopPropagation();
    if (deeds) deeds[key]();
    else early.push(key);
  },
  { capture: true },
);
