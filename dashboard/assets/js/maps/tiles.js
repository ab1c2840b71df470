// Samples as small pictures: one, a row of them, a pair with its nearest real one.

import { h } from "../dom.js";
import { tile } from "../sheets.js";

/** A canvas with the images of some rows of a sheet side by side, `size` pixels each, in as many lines as that takes. */
export function tiles(sheet, rows, { size = 40, columns = rows.length, gap = 2, label = "" } = {}) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const lines = Math.ceil(rows.length / columns);
  const [width, height] = [columns * (size + gap) - gap, lines * (size + gap) - gap];
  const canvas = h("canvas", { class: "tiles", width: Math.max(1, width * ratio), height: Math.max(1, height * ratio), role: "img", "aria-label": label });
  canvas.style.width = `${width}px`;
  canvas.style.aspectRatio = `${width} / ${height}`;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  rows.forEach((row, i) => tile(context, sheet, row, (i % columns) * (size + gap), Math.floor(i / columns) * (size + gap), size));
  return canvas;
}
