// One chart: a card with a head that tells the values, and a plot. It draws when its board says so, and only when seen.

import { Axis } from "./axis.js";
import { picture, table } from "./chart_export.js";
import { h, icon, setText } from "./dom.js";
import * as format from "./format.js";
import { fullScreen } from "./full_screen.js";
import { menu } from "./menu.js";
import { move, moved, quick } from "./quick.js";
import { palette } from "./theme.js";
import { fit, markTrace, traces } from "./traces.js";
import * as view from "./view.js";
import { t } from "./words.js";

const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: false, showTips: false, scrollZoom: false };
const MARK = 7; // pixels between two marks
const STEPS = new Axis("step");
const touch = matchMedia("(pointer: coarse)");

export class Chart {
  /**
   * @param spec { id, title, hint, curves: [{ name, label, style(palette), data: RunData, level }] }, and if need be
   *   actions: () => more entries of its menu; range: [first, last] steps that it shows whatever the board's zoom is;
   *   stretches: steps that it shades instead of the board's; threshold: a value with a line across; levels: what is said of the
   *   curves' levels.
   * @param board what charts of a page share: look, axes, zoom, hover.
   */
  constructor(spec, board) {
    this.spec = spec;
    this.board = board;
    this.dirty = true;
    this.room = null; // the y range that it is drawn with; null: it is to be fitted anew
    this.seen = false;
    this.plot = h("div", { class: "plot" });
    this.cross = h("div", { class: "cross", hidden: true });
    this.now = h("div", { class: "now-line", hidden: true });
    this.note = h("div", { class: "plot-note", hidden: true });
    this.values = h("div", { class: "values" });
    this.badge = h("span", { class: "badge bad", hidden: true });
    this.element = h(
      "section",
      { class: `card chart${spec.curves.length > 2 ? " many" : ""}`, "data-chart": spec.id, "aria-label": spec.title },
      h(
        "header",
        { class: "card-head" },
        h("h3", { title: spec.hint ?? spec.title }, spec.title),
        this.badge,
        this.values,
        h("button", { class: "ghost", title: t("Full screen (f)"), "aria-label": t("Full screen"), "data-act": "screen", onclick: () => fullScreen(this) }, icon("screen")),
        ...menu(t("More of {chart}", { chart: spec.title }), () => this.actions()),
      ),
      h("div", { class: "plot-box" }, this.plot, this.now, this.cross, this.note),
    );
    this.legend();
    board.watch(this);
  }

  /** The names and colours of the curves, with a place for each one's value. */
  legend() {
    this.cells = this.spec.curves.map((curve) => {
      const value = h("span", { class: "value" });
      const item = h("span", { class: "item" }, h("i", { class: "swatch" }), h("span", { class: "name", title: curve.label }, curve.label), value);
      return { item, value };
    });
    this.values.replaceChildren(...this.cells.map((cell) => cell.item));
    this.level = this.equilibria();
    if (this.level) this.values.append(this.level);
    this.element.classList.toggle("leveled", Boolean(this.level));
  }

  /** Says whose equilibrium is where, or what the data read; a click switches the lines off and on. */
  equilibria() {
    const told = this.spec.curves.filter((curve) => (curve.level ?? null) !== null);
    if (!told.length) return null;
    const shared = new Set(told.map((curve) => curve.level)).size === 1 && told.length === this.spec.curves.length;
    const { text, hint } = this.spec.levels ?? { text: t("equilibrium"), hint: this.spec.hint ?? "" };
    const names = (word) => (shared ? format.value(told[0].level) : told.map((curve) => `${word(curve)} ${format.value(curve.level)}`).join(", "));
    const toggle = () => view.set({ eq: this.board.look.levels ? 0 : null });
    const said = `${text} ${names(({ label }) => label)}`; // in full where a letter is shown: "G 0.6931, D 1.386"
    const short = told.length > 2 && !shared ? text : `${text} ${names(({ letter, label }) => letter ?? label)}`;
    return h("button", { class: "item level", title: `${said}. ${hint}`, "aria-label": said, "aria-pressed": "true", onclick: toggle }, short);
  }

  /** The entries of its menu. */
  actions() {
    const drawn = Boolean(this.plot.data);
    const files = [
      { label: t("Save as PNG"), act: () => picture(this, "png") },
      { label: t("Save as SVG"), act: () => picture(this, "svg") },
      { label: t("Save as CSV: all points of the window"), act: () => table(this) },
    ];
    return [{ label: t("Full width"), act: () => this.widen(), checked: this.element.classList.contains("full") }, ...(this.spec.actions?.() ?? []), ...(drawn ? files : [])];
  }

  /** How the steps of a run become x here. */
  axis(data) {
    return this.spec.range ? STEPS : this.board.axis(data);
  }

  /** The first and the last step that are shown of a run. */
  steps(data) {
    const whole = [data.firstStep, data.lastStep];
    const shown = this.spec.range ?? this.board.look.range?.map((x) => this.axis(data).step(x)) ?? whole;
    return [Math.max(whole[0], Math.ceil(shown[0])), Math.min(whole[1], Math.floor(shown[1]))];
  }

  widen() {
    this.element.classList.toggle("full");
    this.touch();
    this.board.soon();
  }

  /** It is out of date; `points`: only by new points, which leave the y axis as it is while they fit. */
  touch(points = false) {
    this.dirty = true;
    if (!points) this.room = null;
  }

  /** The curves that have points, ready to be drawn. */
  curves() {
    return this.spec.curves
      .map((curve, at) => ({
        ...curve,
        at,
        whole: curve.data.get(curve.name),
        shown: curve.data.shown(curve.name),
        axis: this.axis(curve.data),
        hidden: curve.hidden?.() ?? false,
      }))
      .filter((curve) => curve.whole?.rows);
  }

  /** What the head tells: the values at the hovered x, else the last ones. */
  tell(x = null) {
    const colours = palette();
    for (const curve of this.spec.curves) {
      const at = this.spec.curves.indexOf(curve);
      const series = curve.data.get(curve.name);
      const { item, value } = this.cells[at];
      const style = curve.style(colours);
      item.classList.toggle("off", curve.hidden?.() ?? false);
      item.classList.toggle("none", !series?.rows);
      item.style.setProperty("--swatch", style.color);
      item.dataset.dash = style.line.line.dash;
      if (!series?.rows) setText(value, "");
      else if (x === null) setText(value, format.value(series.lastValue));
      else {
        const shown = curve.data.shown(curve.name);
        const row = shown.nearest(this.axis(curve.data).step(x));
        setText(value, format.value(shown.mean[row]));
      }
    }
  }

  draw(Plotly) {
    this.dirty = false;
    const { look } = this.board;
    const colours = palette();
    if (!this.spec.curves.some((curve) => curve.data.get(curve.name))) return; // still on its way
    const curves = this.curves();
    const made = curves
      .filter((curve) => !curve.hidden)
      .map((curve) =>
        traces(
          { ...curve, style: curve.style(colours), uid: `c${curve.at}` },
          { ...look, range: this.spec.range ?? look.range, end: curve.data.lastStep },
        ),
      );
    const all = ["bands", "faints", "lines"].flatMap((kind) => made.flatMap((one) => one[kind]));
    const marks = made.flatMap((one) => one.marks);
    const { threshold } = this.spec;
    const held = this.spec.room?.(look) ?? all;
    const fresh = fit(threshold === undefined ? held : [...held, { y: [threshold] }], look.log);
    const [from, to] = this.spec.range ?? look.range ?? this.board.extent();
    if (marks.length) all.push(markTrace(marks, colours.marks, ((to - from) * MARK) / Math.max(1, this.size.width)));
    const shades = this.shades(colours);
    // what the plot's frame hangs on: as long as it stays the same, new points and other smoothing go straight into the lines;
    // other stretches of the axes and other shades are put into it, which costs a fifth of drawing anew
    const key = JSON.stringify([look.log, this.board.suffix, colours.ground, marks.length, this.size, all.map((one) => one.uid)]);
    const frame = (room) => {
      const shapes = [...shades, ...this.levels(colours, room)];
      const inside = shapes.map((one) => [one.x0, one.x1 < to ? one.x1 : null, one.y0, one.fillcolor]);
      return { shapes, place: JSON.stringify([from, to, room, inside]) };
    };
    this.room ??= fresh;
    if (key !== this.frameKey || frame(this.room).place !== this.placeKey || !quick(this.plot, all)) {
      const { shapes, place } = frame((this.room = fresh));
      const movable = key === this.frameKey && place !== this.placeKey && !marks.length && !this.spec.range && !look.range;
      if (movable) move(Plotly, this.plot, { across: [from, to], up: fresh, shapes });
      if (!movable || !quick(this.plot, all)) {
        Plotly.react(this.plot, all, { ...this.layout(colours, [from, to], fresh), shapes }, CONFIG);
      }
      [this.frameKey, this.placeKey] = [key, place];
    }
    this.listen();
    this.board.mark(this);
    this.tell(this.board.hovered);
    this.say(curves, made);
  }

  /** The steps under an alert, over the whole height; one that is open reaches to the right edge. */
  shades(colours) {
    const [data] = this.board.runs();
    const axis = this.axis(data);
    return (this.spec.stretches ?? this.board.stretches)
      .filter(({ severity }) => colours.shades[severity])
      .map(({ from, to, severity }) => ({
        ...colours.shades[severity],
        x0: axis.x(from),
        x1: axis.x(to ?? 2 * Math.max(data.lastStep, 1)),
      }));
  }

  /** Dashed lines where curves would be at the equilibrium, or are for the data: those within the axis, one for curves that share a value. */
  levels(colours, [low, high]) {
    const { log, levels } = this.board.look;
    this.level?.setAttribute("aria-pressed", String(levels));
    const { threshold } = this.spec;
    const limit = threshold === undefined || (log && threshold <= 0) ? [] : [{ ...colours.level, ...colours.threshold, y0: threshold, y1: threshold }];
    if (!levels) return limit;
    const seen = new Set();
    const lines = this.spec.curves.flatMap((curve) => {
      const level = curve.level ?? null;
      const place = log ? Math.log10(level) : level;
      if (level === null || curve.hidden?.() || seen.has(level) || !(place > low && place < high)) return [];
      seen.add(level);
      const shared = this.spec.curves.filter((other) => other.level === level).length > 1;
      const line = shared ? colours.level.line : { ...colours.level.line, color: curve.style(colours).color };
      return [{ ...colours.level, y0: level, y1: level, line }];
    });
    return [...limit, ...lines];
  }

  layout(colours, range, room) {
    const { look } = this.board;
    const base = colours.layout;
    return {
      ...base,
      ...this.size,
      dragmode: touch.matches || this.spec.range ? false : "zoom",
      xaxis: { ...base.xaxis, fixedrange: Boolean(this.spec.range), ticksuffix: this.spec.range ? "" : this.board.suffix, range, autorange: false },
      yaxis: { ...base.yaxis, type: look.log ? "log" : "linear", range: room, autorange: false },
      datarevision: (this.revision = (this.revision ?? 0) + 1),
    };
  }

  /** Says what a chart can't show by itself: that there is nothing yet, what a log axis leaves out, NaN and Inf. */
  say(curves, made) {
    const below = made.reduce((sum, one) => sum + one.below, 0);
    const waiting = !curves.length && t("No points yet");
    const text = waiting || (below ? t("{n} rows at or below 0 have no place on a log axis", { n: format.steps(below) }) : "");
    this.note.hidden = !text;
    setText(this.note, text);
    this.note.classList.toggle("middle", Boolean(waiting));
    let odd = 0;
    for (const curve of this.spec.curves) {
      const summary = curve.data.summary(curve.name);
      odd += summary ? summary.nan_count + summary.inf_count : 0;
    }
    this.badge.hidden = !odd;
    setText(this.badge, `${format.steps(odd)} NaN/Inf`);
  }

  /** Once plotly has made the plot: zoom by dragging, the whole run by double click, hover. */
  listen() {
    if (this.listening) return;
    this.listening = true;
    this.plot.on("plotly_relayout", (change) => {
      if (moved(change)) return;
      const x0 = change["xaxis.range[0]"] ?? change["xaxis.range"]?.[0];
      const x1 = change["xaxis.range[1]"] ?? change["xaxis.range"]?.[1];
      if (x0 !== undefined && x1 !== undefined) this.board.zoom([x0, x1]);
    });
    this.plot.on("plotly_doubleclick", () => this.board.zoom(null));
    this.plot.addEventListener("pointermove", (event) => this.board.hover(this, event));
    this.plot.addEventListener("pointerleave", () => this.board.hover(null));
  }

  /** The plot's inner rectangle and its x axis, in pixels of the plot. */
  frame() {
    const full = this.plot._fullLayout;
    if (!full) return null;
    return { axis: full.xaxis, left: full._size.l, top: full._size.t, width: full._size.w, height: full._size.h };
  }

  close(Plotly) {
    Plotly?.purge(this.plot);
    this.element.remove();
  }
}
