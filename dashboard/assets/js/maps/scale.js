// Where numbers of a plane lie on a canvas: both axes in one scale, y upward; and how colours mix.

/** [x0, x1, y0, y1] that holds all points of some columns { x, y }, with a margin around; null without points. */
export function extent(columns, margin = 0.06) {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const { x, y } of columns) {
    for (let i = 0; i < x.length; i += 1) {
      if (!Number.isFinite(x[i]) || !Number.isFinite(y[i])) continue;
      x0 = Math.min(x0, x[i]);
      x1 = Math.max(x1, x[i]);
      y0 = Math.min(y0, y[i]);
      y1 = Math.max(y1, y[i]);
    }
  }
  if (x0 > x1) return null;
  const room = margin * (Math.max(x1 - x0, y1 - y0) || 1);
  return [x0 - room, x1 + room, y0 - room, y1 + room];
}

/** From the plane to pixels and back: the whole range fits in, in the middle, in one scale. */
export function projection([x0, x1, y0, y1], width, height) {
  const scale = Math.min(width / (x1 - x0), height / (y1 - y0));
  const left = width / 2 - ((x0 + x1) / 2) * scale;
  const top = height / 2 + ((y0 + y1) / 2) * scale;
  return { scale, x: (x) => left + x * scale, y: (y) => top - y * scale, back: (px, py) => [(px - left) / scale, (top - py) / scale] };
}

/** The part of a range that a lens { zoom, x, y } shows: its middle is at x, y, as far as that does not leave the range. */
export function through([x0, x1, y0, y1], { zoom, x, y }) {
  const half = [(x1 - x0) / 2 / zoom, (y1 - y0) / 2 / zoom];
  const within = (at, from, to, room) => Math.min(to - room, Math.max(from + room, at));
  const [cx, cy] = [within(x, x0, x1, half[0]), within(y, y0, y1, half[1])];
  return [cx - half[0], cx + half[0], cy - half[1], cy + half[1]];
}

/** Between two colours "#rrggbb", `share` of the way. */
export function mixed(from, to, share) {
  const part = (colour, at) => parseInt(colour.slice(at, at + 2), 16);
  const between = (at) => Math.round(part(from, at) + (part(to, at) - part(from, at)) * share);
  return `rgb(${between(1)},${between(3)},${between(5)})`;
}

/** 0: surely on the data, ½: at the limit, 1: far off. `limit` is how far real samples lie from each other at most. */
export const remoteness = (distance, limit) => Math.min(1, Math.max(0, distance / limit - 0.5));

/** Whether a point lies in a polygon [[x, y], …]: a ray to the right crosses its border an odd number of times. */
export function inside(polygon, x, y) {
  let within = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i, i += 1) {
    const [xi, yi] = polygon[i];
    const [xj, yj] = polygon[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) within = !within;
  }
  return within;
}
