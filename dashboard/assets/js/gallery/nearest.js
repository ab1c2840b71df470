// The nearest real sample of each sample of a grid, laid out as the grid is: what was memorised, and what is like nothing.

import { h } from "../dom.js";
import { sheet, tile } from "../sheets.js";
import { t } from "../words.js";

const MARGIN = 2; // pixels around tiles, as grids have them
const GREY = "rgb(110 110 110)";

/**
 * @param grid the stored grid. @param frame its map: `nearest` rows of the reference. @param real the reference's grid.
 * @returns what `Picture.put` takes, or null when a picture is missing.
 */
export async function nearestReal(run, grid, frame, real) {
  const found = await sheet(run, real);
  if (!found || !frame?.nearest) return null;
  const [width, height] = [grid.columns * (grid.tile_width + MARGIN) + MARGIN, grid.rows * (grid.tile_height + MARGIN) + MARGIN];
  const canvas = h("canvas", { width, height });
  const context = canvas.getContext("2d");
  context.fillStyle = GREY;
  context.fillRect(0, 0, width, height);
  const size = Math.max(grid.tile_width, grid.tile_height);
  for (let i = 0; i < Math.min(grid.count, frame.nearest.length); i += 1) {
    const x = MARGIN + (i % grid.columns) * (grid.tile_width + MARGIN);
    const y = MARGIN + Math.floor(i / grid.columns) * (grid.tile_height + MARGIN);
    tile(context, found, frame.nearest[i], x + (grid.tile_width - size) / 2, y + (grid.tile_height - size) / 2, size);
  }
  const far = frame.distance.slice(0, grid.count).filter(Number.isFinite).sort((a, b) => a - b);
  const median = far.length ? far[Math.floor(far.length / 2)] : NaN;
  return {
    src: canvas.toDataURL("image/png"),
    key: `nearest ${grid.hash} ${real.batch}`,
    ratio: `${grid.columns * grid.tile_width} / ${grid.rows * grid.tile_height}`,
    alt: t("The nearest real sample of each"),
    label: t("Nearest real"),
    caption: t("half lie within {d} × the usual distance", { d: median.toFixed(1) }),
  };
}
