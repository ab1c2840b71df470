// Density contours: points counted on a grid, blurred by a Gaussian, and the lines at shares of its peak.

const SIDE = 80; // cells a side
const BLUR = 2.4; // cells, one standard deviation

/** Blurred counts of points on a SIDE × SIDE grid over a range [x0, x1, y0, y1]. */
export function density({ x, y }, [x0, x1, y0, y1]) {
  const cells = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < x.length; i += 1) {
    const column = Math.floor(((x[i] - x0) / (x1 - x0)) * SIDE);
    const row = Math.floor(((y[i] - y0) / (y1 - y0)) * SIDE);
    if (column >= 0 && column < SIDE && row >= 0 && row < SIDE) cells[row * SIDE + column] += 1;
  }
  return { cells: blurred(blurred(cells, 1), SIDE), side: SIDE };
}

/** One pass of the Gaussian along rows (`stride` 1) or columns. */
function blurred(cells, stride) {
  const reach = Math.ceil(3 * BLUR);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-((i - reach) ** 2) / (2 * BLUR * BLUR)));
  const total = weights.reduce((sum, one) => sum + one, 0);
  const out = new Float32Array(cells.length);
  const other = stride === 1 ? SIDE : 1;
  for (let line = 0; line < SIDE; line += 1) {
    for (let at = 0; at < SIDE; at += 1) {
      let sum = 0;
      for (let k = Math.max(0, at - reach); k <= Math.min(SIDE - 1, at + reach); k += 1) {
        sum += cells[line * other + k * stride] * weights[k - at + reach];
      }
      out[line * other + at * stride] = sum / total;
    }
  }
  return out;
}

/** Pieces of the line where a grid takes `level`: [x0, y0, x1, y1] in cells, by marching squares. */
export function contour({ cells, side }, level) {
  const pieces = [];
  const cut = (a, b) => (level - a) / (b - a);
  for (let row = 0; row + 1 < side; row += 1) {
    for (let column = 0; column + 1 < side; column += 1) {
      const at = row * side + column;
      const [a, b, c, d] = [cells[at], cells[at + 1], cells[at + side + 1], cells[at + side]];
      const ends = [];
      if (a >= level !== b >= level) ends.push(column + cut(a, b), row);
      if (b >= level !== c >= level) ends.push(column + 1, row + cut(b, c));
      if (c >= level !== d >= level) ends.push(column + 1 - cut(c, d), row + 1);
      if (d >= level !== a >= level) ends.push(column, row + 1 - cut(d, a));
      for (let i = 0; i + 3 < ends.length; i += 4) pieces.push(ends.slice(i, i + 4));
    }
  }
  return pieces;
}

/** Lines at shares of a density's own peak, outermost first. */
export function contours(found, shares = [0.08, 0.25, 0.5, 0.75]) {
  const peak = found.cells.reduce((most, one) => Math.max(most, one), 0);
  return peak ? shares.map((share) => contour(found, share * peak)) : [];
}
