// Keys of the runs page: j and k go down and up, Enter opens, x selects.

const typing = (element) => Boolean(element?.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable], dialog, .ag-popup"));

/** @param open called with a run's id. */
export function listenKeys({ grid, open, signal }) {
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
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    x: () => focused()?.data && focused().setSelected(!focused().isSelected()),
    Enter: () => focused()?.data && open(focused().data.id),
  };
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !(event.key in keys)) return;
      const inGrid = event.target.closest?.(".ag-cell");
      if (event.key === "Enter" && (!inGrid || event.target.closest("a, button, input"))) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    },
    { signal, capture: true },
  );
}
