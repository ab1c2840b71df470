// A grid in full size: zoom by wheel, keys or buttons, arrows go through the steps.

import { h, setText } from "../dom.js";
import * as api from "../api.js";
import { t } from "../words.js";

const ZOOM = 1.3;
const MOST = 12;

export class Lightbox {
  /** @param move (by) goes through the steps. */
  constructor({ signal, move }) {
    this.scale = 1;
    this.title = h("h3", {});
    this.image = h("img", { alt: "", draggable: "false" });
    this.place = h("div", { class: "lightbox-place", tabindex: 0 }, this.image);
    const button = (name, label, onclick) => h("button", { class: "button", "aria-label": label, onclick }, name);
    this.element = h(
      "dialog",
      { class: "lightbox", "aria-label": t("Samples in full size") },
      h("header", { class: "card-head" }, this.title, h("span", { class: "grow" }), button("−", t("Smaller"), () => this.zoom(1 / ZOOM)), button("+", t("Larger"), () => this.zoom(ZOOM)), button(t("Fit"), t("Fit"), () => this.zoom(0)), button("×", t("Close"), () => this.element.close())),
      this.place,
    );
    const keys = { ArrowLeft: () => move(-1), ArrowRight: () => move(1), "+": () => this.zoom(ZOOM), "=": () => this.zoom(ZOOM), "-": () => this.zoom(1 / ZOOM), 0: () => this.zoom(0) };
    this.element.addEventListener("keydown", (event) => {
      if (!(event.key in keys)) return;
      event.preventDefault();
      event.stopPropagation();
      keys[event.key]();
    });
    this.element.addEventListener("click", (event) => event.target === this.element && this.element.close());
    this.place.addEventListener("wheel", (event) => (event.preventDefault(), this.zoom(event.deltaY < 0 ? ZOOM : 1 / ZOOM)), { passive: false });
    document.body.append(this.element);
    signal.addEventListener("abort", () => this.element.remove());
  }

  get opened() {
    return this.element.open;
  }

  open(grid, title) {
    this.scale = 1;
    this.show(grid, title);
    this.element.showModal();
    this.place.focus();
    this.#fit();
  }

  show(grid, title) {
    setText(this.title, title);
    this.image.alt = title;
    this.image.src = api.blob(grid.hash);
    this.image.dataset.step = grid.step;
    this.image.style.aspectRatio = `${grid.columns * grid.tile_width} / ${grid.rows * grid.tile_height}`;
    this.#fit();
  }

  /** @param by factor; 0: as large as fits. */
  zoom(by) {
    this.scale = by ? Math.min(MOST, Math.max(1, this.scale * by)) : 1;
    this.#fit();
  }

  #fit() {
    const [width, height] = this.image.style.aspectRatio.split("/").map(Number);
    const fits = Math.min(this.place.clientWidth, (this.place.clientHeight * width) / height);
    this.image.style.width = `${fits * this.scale}px`;
  }
}
