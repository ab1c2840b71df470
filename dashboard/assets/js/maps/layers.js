// How a map of points is drawn.

import { contours, density } from "./density.js";
import { mixed, remoteness } from "./scale.js";
import { palette } from "../theme.js";

const FULL = 2 * Math.PI;
const REAL = 2.4; // pixels, radius
const MADE = 3.6;
const MANY = 400; // points: more are drawn smaller
const SMALLER = 0.64;
const FAINT = 0.14; // of clusters that are not lit

export class Layers {
  constructor(map) {
    this.map = map;
    this.ratio = 1;
    this.cache = new Map(); // what costs more than drawing it: contours, the field's picture
  }

  forget(key) {
    this.cache.delete(key);
  }

  #kept(key, on, make) {
    const held = this.cache.get(key);
    if (held && held.on.length === on.length && held.on.every((one, i) => one === on[i])) return held.value;
    const value = make();
    this.cache.set(key, { on, value });
    return value;
  }

  #clear(canvas) {
    const context = canvas.getContext("2d");
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    return context;
  }

  /** Field, axes, real points or their contours. */
  below() {
    const { map } = this;
    const { state, projection: place } = map;
    const context = this.#clear(map.below);
    if (!place) return;
    const colours = palette().maps;
    if (state.field) this.#field(context, place, state.field, colours);
    if (map.options.axes) this.#axes(context, place, colours);
    if (state.hideReal) return;
    if (state.density) this.#contours(context, place, "real", state.real, colours.muted, [4, 3]);
    else this.#real(context, place, state.real, colours);
  }

  #real(context, place, { x, y, cluster }, colours) {
    const { lit } = this.map.state;
    const radius = REAL * (x.length > 3 * MANY ? SMALLER : 1);
    for (let i = 0; i < x.length; i += 1) {
      context.fillStyle = cluster ? colours.clusters[cluster[i] % colours.clusters.length] : colours.real;
      context.globalAlpha = lit !== null && cluster?.[i] !== lit ? FAINT : 0.62;
      context.beginPath();
      context.arc(place.x(x[i]), place.y(y[i]), radius, 0, FULL);
      context.fill();
    }
    context.globalAlpha = 1;
  }

  /** Generated points, trail, pins and the lasso. `alpha`: of points that fade in. */
  above(alpha = 1) {
    const { map } = this;
    const { state, projection: place } = map;
    const context = this.#clear(map.above);
    if (!place) return;
    const colours = palette().maps;
    if (state.density) this.#contours(context, place, "made", state.made, colours.fake, []);
    else this.#made(context, place, map.points, colours, alpha);
    this.#trail(context, place, state.trail, colours);
    for (const { kind, index } of state.pins) this.#ring(context, place, kind === "made" ? map.points : state.real, index, colours);
    if (state.lasso) this.#lasso(context, state.lasso, colours);
  }

  #made(context, place, { x, y, distance, limit }, colours, alpha) {
    const { chosen } = this.map.state;
    const radius = MADE * (x.length > MANY ? SMALLER : 1);
    context.lineWidth = x.length > MANY ? 0.6 : 1.2;
    // told once a frame of the training, not once a frame of the screen while points move
    const shares = distance && this.#kept("far", [distance, limit], () => distance.map((one) => remoteness(one, limit)));
    const tints = distance && this.#kept("tints", [shares, colours], () => shares.map((one) => mixed(colours.near, colours.far, one || 0)));
    for (let i = 0; i < x.length; i += 1) {
      if (!Number.isFinite(x[i]) || !Number.isFinite(y[i])) continue;
      const [px, py] = [place.x(x[i]), place.y(y[i])];
      context.globalAlpha = alpha * (chosen && !chosen.has(i) ? FAINT : 0.92);
      const colour = tints?.[i] ?? colours.fake;
      context.beginPath();
      if (shares?.[i] > 0.5) cross(context, px, py, radius, colour);
      else dot(context, px, py, radius, colour, colours.ground);
    }
    context.globalAlpha = 1;
  }

  #contours(context, place, key, points, colour, dash) {
    const { range } = this.map.state;
    const [x0, x1, y0, y1] = range;
    const lines = this.#kept(key, [points, range], () => contours(density(points, range)));
    const side = 80;
    const px = (cell) => place.x(x0 + ((cell + 0.5) / side) * (x1 - x0));
    const py = (cell) => place.y(y0 + ((cell + 0.5) / side) * (y1 - y0));
    context.strokeStyle = colour;
    context.setLineDash(dash);
    lines.forEach((pieces, level) => {
      context.lineWidth = 0.8 + level * 0.4;
      context.beginPath();
      for (const [a, b, c, d] of pieces) {
        context.moveTo(px(a), py(b));
        context.lineTo(px(c), py(d));
      }
      context.stroke();
    });
    context.setLineDash([]);
  }

  #trail(context, place, trail, colours) {
    if (trail.length < 2) return;
    context.strokeStyle = colours.fake;
    context.lineWidth = 1.5;
    for (let i = 1; i < trail.length; i += 1) {
      context.globalAlpha = 0.15 + (0.75 * i) / trail.length;
      context.beginPath();
      context.moveTo(place.x(trail[i - 1][0]), place.y(trail[i - 1][1]));
      context.lineTo(place.x(trail[i][0]), place.y(trail[i][1]));
      context.stroke();
    }
    context.globalAlpha = 1;
    const [x, y] = trail.at(-1);
    context.beginPath();
    context.arc(place.x(x), place.y(y), 5, 0, FULL);
    context.fillStyle = colours.fake;
    context.fill();
    context.strokeStyle = colours.ground;
    context.stroke();
  }

  #ring(context, place, { x, y }, index, colours) {
    if (!Number.isFinite(x[index])) return;
    context.strokeStyle = colours.accent;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(place.x(x[index]), place.y(y[index]), 8, 0, FULL);
    context.stroke();
  }

  #lasso(context, points, colours) {
    context.strokeStyle = colours.accent;
    context.fillStyle = `${colours.accent}22`;
    context.lineWidth = 1.2;
    context.beginPath();
    points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.fill();
    context.stroke();
  }

  /** What the discriminator gives: from the fake's colour over nothing to the real one's, faint enough for points to show. */
  #field(context, place, field, colours) {
    const picture = this.#kept("field", [field, colours], () => raster(field, colours));
    const [x0, x1, y0, y1] = field.bounds;
    const half = [(x1 - x0) / (field.columns - 1) / 2, (y1 - y0) / (field.rows - 1) / 2]; // a value stands for the cell around it
    const [left, top] = [place.x(x0 - half[0]), place.y(y1 + half[1])];
    context.imageSmoothingEnabled = true;
    context.drawImage(picture, left, top, place.x(x1 + half[0]) - left, place.y(y0 - half[1]) - top);
  }

  #axes(context, place, colours) {
    const [width, height] = [this.map.element.clientWidth, this.map.element.clientHeight];
    const [x0, y0] = place.back(0, height);
    const [x1, y1] = place.back(width, 0);
    const step = round((x1 - x0) / 6);
    const name = (value) => String(Number(value.toPrecision(6)));
    context.strokeStyle = colours.grid;
    context.fillStyle = colours.muted;
    context.font = "11px system-ui, sans-serif";
    context.lineWidth = 1;
    for (let x = Math.ceil(x0 / step) * step; x < x1; x += step) {
      line(context, place.x(x), 0, place.x(x), height);
      if (place.x(x) > 30 && place.x(x) < width - 14) context.fillText(name(x), place.x(x) + 3, height - 5);
    }
    for (let y = Math.ceil(y0 / step) * step; y < y1; y += step) {
      line(context, 0, place.y(y), width, place.y(y));
      if (place.y(y) > 14 && place.y(y) < height - 18) context.fillText(name(y), 4, place.y(y) - 4);
    }
  }
}

function dot(context, x, y, radius, fill, edge) {
  context.arc(x, y, radius, 0, FULL);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = edge;
  context.stroke();
}

/** Off the data: a cross, for eyes that take no red for red. */
function cross(context, x, y, radius, colour) {
  const width = context.lineWidth;
  context.strokeStyle = colour;
  context.lineWidth = radius / 1.8;
  context.moveTo(x - radius, y - radius);
  context.lineTo(x + radius, y + radius);
  context.moveTo(x - radius, y + radius);
  context.lineTo(x + radius, y - radius);
  context.stroke();
  context.lineWidth = width;
}

function line(context, x0, y0, x1, y1) {
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

/** 1, 2 or 5 times a power of ten, not less than `least`. */
function round(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= least);
}

/** A field as a small picture, one pixel a value, y upward. Its middle (0 for logits that change sign) has no colour. */
function raster({ rows, columns, values, low, high }, colours) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext("2d");
  const image = context.createImageData(columns, rows);
  const middle = low < 0 && high > 0 ? 0 : (low + high) / 2;
  const spread = Math.max(high - middle, middle - low) || 1;
  const part = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  const [fake, real] = [part(colours.fake), part(colours.real)];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const value = values[row][column];
      const at = 4 * ((rows - 1 - row) * columns + column);
      if (!Number.isFinite(value)) continue;
      const share = (value - middle) / spread;
      image.data.set(share < 0 ? fake : real, at);
      image.data[at + 3] = 150 * Math.min(1, Math.abs(share)) ** 0.7;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}
