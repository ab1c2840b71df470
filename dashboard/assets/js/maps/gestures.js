// What pointers do on a map: hover, click to pick, draw a lasso or move the map, zoom by wheel or two fingers. Without a tool a finger picks and scrolls the page.

import { inside } from "./scale.js";

const CLICK = 6; // pixels that a click may slip
const WHEEL = 500; // of a wheel's way: e times as large

export class Gestures {
  constructor(map, { onhover, onpick, onselect, signal }) {
    Object.assign(this, { map, onhover, onpick, onselect, path: null, drag: null, pointers: new Map() });
    const on = (name, handler, options = {}) => map.above.addEventListener(name, handler, { signal, ...options });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#end(event));
    on("pointerleave", () => onhover?.(null));
    on("wheel", (event) => this.#wheel(event), { passive: false });
    on("touchmove", (event) => event.touches.length > 1 && event.preventDefault(), { passive: false }); // two fingers are ours
  }

  #place(event) {
    const box = this.map.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** Where the map can't go closer or farther, the page scrolls. */
  #wheel(event) {
    const way = event.deltaY * (event.deltaMode ? 20 : 1) * (event.ctrlKey ? 5 : 1); // a pinch on a touchpad comes with ctrl, in small steps
    if (this.map.zoom(Math.exp(-way / WHEEL), this.#place(event)) || event.ctrlKey) event.preventDefault();
  }

  #down(event) {
    if (event.button !== 0 && event.button !== 1) return;
    if (event.button === 1) event.preventDefault();
    this.pointers.set(event.pointerId, this.#place(event));
    this.drag = event.shiftKey || event.button === 1 ? "move" : this.map.tools.drag(event.pointerType);
    this.path = this.pointers.size > 1 ? null : [this.#place(event)];
    if (this.pointers.size > 1) this.map.set({ lasso: null });
    if (event.pointerType !== "touch" || this.drag) this.map.above.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const spot = this.#place(event);
    if (!this.pointers.has(event.pointerId)) {
      const hit = this.map.at(...spot);
      this.map.above.classList.toggle("over", Boolean(hit));
      return this.onhover?.(hit, event);
    }
    const last = this.pointers.get(event.pointerId);
    if (this.pointers.size > 1) return this.#pinch(event.pointerId, spot);
    this.pointers.set(event.pointerId, spot);
    if (!this.path) return undefined;
    this.path.push(spot);
    if (!this.#long()) return undefined;
    if (this.drag === "move") this.map.pan(spot[0] - last[0], spot[1] - last[1]);
    if (this.drag === "lasso") this.map.set({ lasso: this.path });
    return undefined;
  }

  /** Two fingers: what lies between them stays between them. */
  #pinch(id, spot) {
    const [a, b] = [...this.pointers.keys()];
    const other = this.pointers.get(id === a ? b : a);
    const was = this.pointers.get(id);
    const apart = ([x, y]) => Math.hypot(x - other[0], y - other[1]) || 1;
    const middle = ([x, y]) => [(x + other[0]) / 2, (y + other[1]) / 2];
    const [from, to] = [middle(was), middle(spot)];
    this.map.zoom(apart(spot) / apart(was), from);
    this.map.pan(to[0] - from[0], to[1] - from[1]);
    this.pointers.set(id, spot);
  }

  #long() {
    const [x, y] = this.path[0];
    return this.path.some(([px, py]) => Math.hypot(px - x, py - y) > CLICK);
  }

  #up(event) {
    const { path, drag } = this;
    this.#end(event);
    if (!path || event.button === 1) return;
    const slipped = path.some(([x, y]) => Math.hypot(x - path[0][0], y - path[0][1]) > CLICK);
    if (!slipped) return void this.onpick?.(this.map.at(...this.#place(event)));
    if (drag !== "lasso") return;
    const place = this.map.projection;
    const chosen = ({ x, y }) => [...x.keys()].filter((i) => inside(path, place.x(x[i]), place.y(y[i])));
    const { made, real, hideReal } = this.map.state;
    this.onselect?.({ made: chosen(made), real: hideReal ? [] : chosen(real) });
  }

  #end(event) {
    this.pointers.delete(event.pointerId);
    this.path = null;
    if (this.map.state.lasso) this.map.set({ lasso: null });
  }
}
