// Contact sheets: all rows of a batch as one picture, so that any sample's image is there without a request of its own.

import { boot } from "./boot.js";
import * as api from "./api.js";

const KEPT = 24; // sheets in memory, and not more pixels than these: 64 MB
const PIXELS = 16e6;
const held = new Map(); // hash of the batch → { asked: promise of its sheet, pixels }, the newest last

/** Side of the square images that rows of so many numbers are; 0 when they are none. As the SDK has it. */
export function side(features) {
  for (const channels of [1, 3]) {
    const found = Math.sqrt(features / channels);
    if (Number.isInteger(found) && found >= 4) return found;
  }
  return 0;
}

/** Whether the rows of a grid's batch are images; `shape` as the API tells it. */
export const pictured = (grid) => Boolean(grid?.batch) && (grid.shape.length === 4 || side(grid.shape[1]) > 0);

/** Whether the rows of a grid's batch are points in the plane. */
export const planar = (grid) => Boolean(grid?.batch) && grid.shape.length === 2 && grid.shape[1] === 2;

/** The address of what is told of a grid's batch: "sheet" or "points". It may be kept for ever. */
export function address(run, grid, what) {
  const which = grid.kind === "reference" ? "reference" : grid.step;
  const named = grid.kind === "reference" ? {} : { name: grid.name };
  return `runs/${encodeURIComponent(run)}/samples/${which}/${what}?${api.query({ ...named, batch: grid.batch })}`;
}

/** The sheet of a grid of a run, as { image, columns, width, height } of a tile; null when it can't be had. */
export function sheet(run, grid) {
  const known = held.get(grid.batch) ?? { asked: load(`${boot.api}/${address(run, grid, "sheet")}`, grid.shape[0]), pixels: 0 };
  held.delete(grid.batch);
  held.set(grid.batch, known);
  return known.asked.then((found) => {
    if (!found) held.delete(grid.batch); // the next one asks again
    else known.pixels = found.image.naturalWidth * found.image.naturalHeight;
    tidy();
    return found;
  });
}

/** Lets go of the oldest ones; the two newest stay: what is shown, and the data. */
function tidy() {
  let pixels = [...held.values()].reduce((sum, one) => sum + one.pixels, 0);
  for (const [hash, one] of held) {
    if (held.size <= 2 || (held.size <= KEPT && pixels <= PIXELS)) return;
    held.delete(hash);
    pixels -= one.pixels;
  }
}

async function load(url, count) {
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
  } catch {
    return null;
  }
  const columns = Math.ceil(Math.sqrt(count));
  return { image, columns, count, width: image.naturalWidth / columns, height: image.naturalHeight / Math.ceil(count / columns) };
}

/** Draws the tile of a row into a square of a canvas's context, pixels kept sharp. */
export function tile(context, found, row, x, y, size) {
  if (!found || row < 0 || row >= found.count) return;
  const scale = size / Math.max(found.width, found.height);
  const [width, height] = [found.width * scale, found.height * scale];
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(
    found.image, (row % found.columns) * found.width, Math.floor(row / found.columns) * found.height, found.width, found.height,
    x + (size - width) / 2, y + (size - height) / 2, width, height,
  );
}
