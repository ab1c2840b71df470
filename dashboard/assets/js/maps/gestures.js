// What a pointer does on a map: hover, click to pick, draw a lasso with mouse or pen. A finger picks and scrolls.

import { inside } from "./scale.js";

const CLICK = 6; // pixels that a click may slip

export class Gestures {
  constructor(map, { onhover, onpick, onselect, signal }) {
    Object.assign(this, { map, onhover, onpick, onselect, path: null });
    const on = (name, handler) => map.above.addEventListener(name, handler, { signal });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", () => this.#end());
    on("pointerleave", () => onhover?.(null));
  }

  #place(event) {
    const box = this.map.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  #down(event) {
    if (event.button !== 0) return;
    this.path = [this.#place(event)];
    if (event.pointerType !== "touch") this.map.above.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const spot = this.#place(event);
    if (!this.path) {
      const hit = this.map.at(...spot);
      this.map.above.classList.toggle("over", Boolean(hit));
      return this.onhover?.(hit, event);
    }
    if (event.pointerType === "touch" || !this.onselect) return undefined;
    this.path.push(spot);
    if (this.#long()) this.map.set({ lasso: this.path });
    return undefined;
  }

  #long() {
    const [x, y] = this.path[0];
    return this.path.some(([px, py]) => Math.hypot(px - x, py - y) > CLICK);
  }

  #up(event) {
    if (!this.path) return;
    const drawn = this.#long();
    const path = this.path;
    this.#end();
    if (!drawn) return void this.onpick?.(this.map.at(...this.#place(event)));
    if (event.pointerType === "touch") return undefined;
    const place = this.map.projection;
    const chosen = ({ x, y }) => [...x.keys()].filter((i) => inside(path, place.x(x[i]), place.y(y[i])));
    const { made, real, hideReal } = this.map.state;
    this.onselect?.({ made: chosen(made), real: hideReal ? [] : chosen(real) });
    return undefined;
  }

  #end() {
    this.path = null;
    if (this.map.state.lasso) this.map.set({ lasso: null });
  }
}
