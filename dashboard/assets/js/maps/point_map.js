// A map of points: real ones, generated ones over them, a field or density contours behind. It knows no page: it is told what to show.
// Drawn on two canvases, so that a new frame costs a few ms: what stays (real points, field) below, what moves above.

import { h } from "../dom.js";
import { Gestures } from "./gestures.js";
import { Layers } from "./layers.js";
import { projection, through } from "./scale.js";
import { tools } from "./tools.js";
import * as theme from "../theme.js";

const MOVE = 260; // ms from frame to frame
const REACH = 12; // pixels from the pointer to a point that is meant
const still = matchMedia("(prefers-reduced-motion: reduce)");
const NOTHING = { x: [], y: [] };
const CLOSEST = 40; // times
const STEP = 1.5; // times, a key or a button

const eased = (share) => share * share * (3 - 2 * share);

export class PointMap {
  /**
   * @param options { label, signal, axes: whether numbers are told at the edges, onhover(hit, event), onpick(hit), onselect({ made, real }) }
   *   with hit { kind: "made" | "real", index } or null, and lists of indices.
   */
  constructor(options) {
    this.options = options;
    this.below = h("canvas", { "aria-hidden": "true" });
    this.above = h("canvas", { role: "img", "aria-label": options.label });
    this.lens = null; // { zoom, x, y }: what part is shown; null: all
    this.tools = tools(this, Boolean(options.onselect));
    this.element = h("div", { class: "point-map" }, this.below, this.tools.element, this.above);
    this.tools.render();
    this.layers = new Layers(this);
    this.state = { real: NOTHING, made: NOTHING, range: null, field: null, trail: [], pins: [], chosen: null, lasso: null, lit: null, density: false, hideReal: false };
    this.shown = null; // where generated points are drawn just now, on their way
    this.gestures = new Gestures(this, options);
    this.resizer = new ResizeObserver(() => this.#resize());
    this.resizer.observe(this.element);
    theme.listen(() => this.redraw(), options.signal);
    options.signal.addEventListener("abort", () => this.close());
  }

  /** Changes what is shown; keys of `state`. Range: [x0, x1, y0, y1], kept from frame to frame. */
  set(changes) {
    const { range } = this.state;
    Object.assign(this.state, changes);
    if (String(range) !== String(this.state.range)) this.lens = null; // another map
    this.redraw();
  }

  /**
   * Shows generated points { x, y, distance, limit, cluster }. Points of one noise move to where they are now, others fade in.
   * @param follow whether point i is the same noise as before.
   */
  show(made, follow = true) {
    const from = this.shown ?? this.state.made;
    this.state.made = made;
    this.layers.forget("made");
    cancelAnimationFrame(this.moving);
    if (still.matches || !from.x.length) return this.#settle();
    const began = performance.now();
    const same = follow && from.x.length === made.x.length;
    const tick = (now) => {
      const share = Math.min(1, (now - began) / MOVE);
      if (share >= 1) return this.#settle();
      this.shown = same ? between(from, made, eased(share)) : made;
      this.layers.above(same ? 1 : eased(share));
      this.moving = requestAnimationFrame(tick);
    };
    this.moving = requestAnimationFrame(tick);
  }

  #settle() {
    this.shown = null;
    this.redraw();
  }

  get points() {
    return this.shown ?? this.state.made;
  }

  get projection() {
    const { range } = this.state;
    const [width, height] = [this.element.clientWidth, this.element.clientHeight];
    return range && width && height ? projection(this.lens ? through(range, this.lens) : range, width, height) : null;
  }

  /** What keys do: zoom in and out, show all. */
  get keys() {
    return { "+": () => this.zoom(STEP), "=": () => this.zoom(STEP), "-": () => this.zoom(1 / STEP), 0: () => this.whole() };
  }

  /** Shows it so many times as large; what lies at some pixels (left out: the middle) stays there. @returns whether anything changed. */
  zoom(times, [px, py] = [this.element.clientWidth / 2, this.element.clientHeight / 2]) {
    const place = this.projection;
    if (!place) return false;
    const before = this.lens?.zoom ?? 1;
    const zoom = Math.min(CLOSEST, Math.max(1, before * times));
    if (zoom === before) return false;
    const [x, y] = place.back(px, py);
    const scale = (place.scale * zoom) / before;
    this.#look({ zoom, x: x - (px - this.element.clientWidth / 2) / scale, y: y + (py - this.element.clientHeight / 2) / scale });
    return true;
  }

  /** Moves what is shown by pixels. */
  pan(dx, dy) {
    const place = this.projection;
    if (!place || !this.lens) return;
    const [x, y] = place.back(this.element.clientWidth / 2 - dx, this.element.clientHeight / 2 - dy);
    this.#look({ ...this.lens, x, y });
  }

  /** Shows all again. */
  whole() {
    this.#look(null);
  }

  #look(lens) {
    if (lens && lens.zoom > 1) {
      const [x0, x1, y0, y1] = through(this.state.range, lens); // its middle as far as it could be followed
      this.lens = { zoom: lens.zoom, x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
    } else this.lens = null;
    this.element.dataset.zoom = (this.lens?.zoom ?? 1).toFixed(2);
    this.tools.render();
    this.redraw();
  }

  /** The point at pixels of the element: generated ones go first. */
  at(px, py) {
    const place = this.projection;
    if (!place || this.state.density) return null;
    for (const kind of ["made", "real"]) {
      if (kind === "real" && this.state.hideReal) continue;
      const { x, y } = this.state[kind];
      let [best, index] = [REACH, -1];
      for (let i = 0; i < x.length; i += 1) {
        const away = Math.hypot(place.x(x[i]) - px, place.y(y[i]) - py);
        if (away < best) [best, index] = [away, i];
      }
      if (index >= 0) return { kind, index };
    }
    return null;
  }

  #resize() {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    for (const canvas of [this.below, this.above]) {
      canvas.width = Math.round(this.element.clientWidth * ratio);
      canvas.height = Math.round(this.element.clientHeight * ratio);
    }
    this.layers.ratio = ratio;
    this.layers.below();
    this.layers.above();
  }

  /** Draws in the next frame, however often it is asked. */
  redraw() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      this.layers.below();
      this.layers.above();
    });
  }

  close() {
    cancelAnimationFrame(this.moving);
    cancelAnimationFrame(this.waiting);
    this.resizer.disconnect();
  }

  /** The picture as a PNG blob, on the ground of the page. */
  async png() {
    const out = h("canvas", { width: this.above.width, height: this.above.height });
    const context = out.getContext("2d");
    context.fillStyle = theme.palette().maps.ground;
    context.fillRect(0, 0, out.width, out.height);
    context.drawImage(this.below, 0, 0);
    context.drawImage(this.above, 0, 0);
    return new Promise((resolve) => out.toBlob(resolve));
  }
}

/** Points on their way from one frame to the next; one without a place appears where it goes. */
function between(from, to, share) {
  const mix = (a, b) => (Number.isFinite(a) ? a + (b - a) * share : b);
  return { ...to, x: to.x.map((x, i) => mix(from.x[i], x)), y: to.y.map((y, i) => mix(from.y[i], y)) };
}
