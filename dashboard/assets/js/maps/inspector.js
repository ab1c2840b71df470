// What a map says of single points: the card at the pointer, what is pinned beside its nearest real neighbours, what a lasso holds.

import { h } from "../dom.js";
import * as format from "../format.js";
import { tiles } from "./tiles.js";
import { t } from "../words.js";

const PINS = 4; // pinned points that are kept, the newest first
const SHOWN = 60; // of a selection

export class Inspector {
  /** @param near (hit) promises the real samples nearest to a point in feature space: { rows, distances }. */
  constructor(map, signal, near) {
    this.map = map;
    this.near = near;
    this.pins = [];
    this.chosen = null;
    this.sheets = { made: null, real: null, gone: false };
    this.card = h("div", { class: "tip map-card", hidden: true, role: "tooltip" });
    document.body.append(this.card);
    signal.addEventListener("abort", () => this.card.remove());
    this.element = h("section", { class: "card inspector", "aria-label": t("Picked samples") });
    this.render();
  }

  /** The sheets of what is shown: null where rows are no images; `gone`: they were, and are not kept. `real` counts in rows of the logged reference. */
  show(sheets) {
    this.sheets = sheets;
    this.render();
  }

  /** Other points are shown, and their images are on the way: what is pinned keeps its own until they come. */
  wait() {
    this.sheets = { ...this.sheets, made: null, gone: false };
  }

  /** What is to be read of a point: name, picture, distance. */
  #about({ kind, index }) {
    const points = this.map.state[kind];
    const { real } = this.map.state;
    if (kind === "real") return { title: t("Real sample {n}", { n: real.row?.[index] ?? index }), row: real.row?.[index] ?? index, sheet: this.sheets.real };
    const nearest = points.nearest?.[index] ?? -1;
    const far = points.distance?.[index];
    const says = Number.isFinite(far) ? (far > points.limit ? t("off the data: {d} × the usual distance", { d: far.toFixed(1) }) : t("{d} × the usual distance", { d: far.toFixed(1) })) : "";
    return { title: t("Sample {n}", { n: index }), row: index, sheet: this.sheets.made, made: true, nearest, says };
  }

  hover(hit, event) {
    this.card.hidden = !hit;
    if (!hit) return;
    const about = this.#about(hit);
    this.card.replaceChildren(this.#pair(about, 64), h("div", { class: "map-card-text" }, h("b", {}, about.title), h("div", { class: "muted" }, about.says ?? this.#where(hit))));
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const left = event.clientX + 16 + width > innerWidth ? event.clientX - 16 - width : event.clientX + 16;
    const top = Math.min(event.clientY + 14, innerHeight - height - 8);
    this.card.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
  }

  #where({ kind, index }) {
    const { x, y } = this.map.state[kind];
    return this.map.options.axes ? `${format.value(x[index])}, ${format.value(y[index])}` : "";
  }

  /** A sample's picture, and that of its nearest real one. */
  #pair({ row, sheet, nearest = -1, made = false, title }, size) {
    const named = (canvas, name) => h("figure", { class: "small-figure" }, canvas, h("figcaption", {}, name));
    return h(
      "div",
      { class: "pair" },
      sheet ? named(tiles(sheet, [row], { size, label: title }), made ? t("generated") : t("real")) : null,
      nearest >= 0 && this.sheets.real ? named(tiles(this.sheets.real, [nearest], { size, label: t("Nearest real sample") }), t("nearest real")) : null,
    );
  }

  /** Pins a point, or takes it away again. */
  pick(hit) {
    if (!hit) return this.clear();
    const same = this.pins.some((one) => one.kind === hit.kind && one.index === hit.index);
    this.pins = same ? this.pins.filter((one) => one.kind !== hit.kind || one.index !== hit.index) : [hit, ...this.pins].slice(0, PINS);
    return this.#changed();
  }

  /** Lists what a lasso holds. */
  select(chosen) {
    this.chosen = chosen.made.length || chosen.real.length ? chosen : null;
    this.#changed();
  }

  clear() {
    if (!this.pins.length && !this.chosen) return;
    this.pins = [];
    this.chosen = null;
    this.#changed();
  }

  #changed() {
    this.map.set({ pins: this.pins, chosen: this.chosen ? new Set(this.chosen.made) : null });
    this.render();
  }

  render() {
    const parts = [...(this.chosen ? [this.#selection()] : []), ...this.pins.map((pin) => this.#pinned(pin))];
    const clear = parts.length ? h("button", { class: "chip", onclick: () => this.clear() }, t("Clear")) : null;
    const hint = h("p", { class: "muted hint" }, t("Point at a sample to see it, click to keep it here beside its nearest real ones, draw around some to list them."));
    const gone = this.sheets.gone ? h("p", { class: "muted hint" }, t("The images of this step were removed to stay within the run's media budget (media_bytes): its points stay.")) : null;
    this.element.replaceChildren(h("header", { class: "card-head" }, h("h3", {}, t("Picked samples")), h("span", { class: "grow" }), clear), ...(gone ? [gone] : []), ...(parts.length ? parts : [hint]));
  }

  #pinned(pin) {
    const about = this.#about(pin);
    const beside = h("div", { class: "beside" });
    const { real } = this.sheets;
    this.near(pin)
      .then(({ rows, distances }) => rows.length && beside.replaceChildren(...this.#beside(real, rows, distances)))
      .catch(() => {}); // the banner tells the rest
    return h(
      "div",
      { class: "pinned" },
      h("div", {}, h("b", {}, about.title), " ", h("span", { class: "muted" }, about.says ?? this.#where(pin))),
      this.#pair({ ...about, nearest: -1 }, 72),
      beside,
    );
  }

  /** The nearest real samples, each with its distance; without pictures their rows. */
  #beside(real, rows, distances) {
    const away = (i) => `${distances[i].toFixed(2)} ×`;
    const told = real
      ? rows.map((row, i) => h("figure", { class: "small-figure" }, tiles(real, [row], { size: 44, label: t("Real sample {n}", { n: row }) }), h("figcaption", {}, away(i))))
      : [h("p", { class: "muted list" }, rows.map((row, i) => `${row} (${away(i)})`).join(", "))];
    return [h("div", { class: "muted" }, t("The nearest real samples in feature space")), h("div", { class: "pair" }, ...told)];
  }

  #selection() {
    const { made, real } = this.chosen;
    const { row } = this.map.state.real;
    const some = (sheet, rows, label) => (sheet && rows.length ? tiles(sheet, rows.slice(0, SHOWN), { size: 28, columns: 10, label }) : null);
    const says = (name, all) => h("div", {}, h("b", {}, t(name, { n: all.length })), all.length > SHOWN ? h("span", { class: "muted" }, ` ${t("first {n} shown", { n: SHOWN })}`) : null);
    return h(
      "div",
      { class: "pinned" },
      says("{n} generated", made), some(this.sheets.made, made, t("Selected generated samples")), this.sheets.made ? null : h("p", { class: "muted list" }, made.slice(0, SHOWN).join(", ")),
      says("{n} real", real), some(this.sheets.real, real.map((i) => row?.[i] ?? i), t("Selected real samples")),
    );
  }
}
