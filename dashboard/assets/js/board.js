// What the charts of a page share: how they are drawn, the x axis, the zoom, the hover, and when to draw.

import { Axis, NEEDS, unit } from "./axis.js";
import { byId, setText } from "./dom.js";
import * as format from "./format.js";
import * as hover from "./hover.js";
import { plotly } from "./plot.js";
import { span } from "./smoothing.js";
import * as theme from "./theme.js";
import * as view from "./view.js";
import { t } from "./words.js";

const AHEAD = [0.04, 0.2]; // share of the x axis that a running run has before it, least and most
const AHEAD_SECONDS = 10;
const FRAME = 24; // ms of drawing in one frame: what is done meanwhile is answered in the next one

export class Board {
  /** @param runs the RunData whose curves are drawn. `want(data, names)` fetches what a chart needs when it is first seen. */
  constructor({ signal, runs, want }) {
    this.signal = signal;
    this.runs = runs;
    this.want = want;
    this.charts = new Set();
    this.hovered = null;
    this.stretches = []; // steps under an alert: { from, to (null: until now), severity }
    this.look = {};
    this.frame = null;
    this.axes = new Map();
    this.observer = new IntersectionObserver((entries) => this.#met(entries), { rootMargin: "120px" });
    this.resizer = new ResizeObserver((entries) => this.#resized(entries));
    this.#look();
    this.#offer();
    view.listen((changed) => this.#changed(changed), signal);
    theme.listen(() => this.redraw(), signal);
    byId("zoom-reset")?.addEventListener("click", () => this.zoom(null), { signal });
    signal.addEventListener("abort", () => this.#close());
  }

  #close() {
    this.observer.disconnect();
    this.resizer.disconnect();
    hover.hide();
    for (const chart of this.charts) chart.close(window.Plotly);
    this.charts.clear();
  }

  watch(chart) {
    this.charts.add(chart);
    this.observer.observe(chart.element);
    this.resizer.observe(chart.plot);
  }

  drop(chart) {
    this.charts.delete(chart);
    this.observer.unobserve(chart.element);
    this.resizer.unobserve(chart.plot);
    chart.close(window.Plotly);
  }

  #look() {
    const from = view.number("from");
    const to = view.number("to");
    const x = view.get("x");
    this.look = {
      points: span(view.number("smooth") ?? 0),
      log: view.get("log") === "1",
      levels: view.get("eq") !== "0",
      x: x in NEEDS ? x : "step",
      range: from !== null && to !== null && to > from ? [from, to] : null,
    };
    this.axes.clear();
    this.#chip();
  }

  async #changed(changed) {
    if (changed.has("sample")) for (const chart of this.charts) this.mark(chart);
    if (!["smooth", "log", "x", "from", "to", "hide", "eq"].some((key) => changed.has(key))) return;
    if (changed.has("x") && !changed.has("from")) {
      view.set({ from: null, to: null }); // a range of steps means nothing in hours
    }
    this.#look();
    this.redraw();
    if (await this.prepare()) this.redraw();
  }

  /** Updates of the generator are an x axis where a run tells them. */
  #offer() {
    byId("x-axis")?.toggleAttribute("data-updates", this.runs().some((data) => data.summary(NEEDS.updates)));
  }

  /** Fetches what the x axis and the zoom need. @returns whether there is something else to draw now. */
  async prepare() {
    const need = NEEDS[this.look.x];
    try {
      const axes = need ? await Promise.all(this.runs().map((data) => this.want(data, [need]))) : [];
      this.axes.clear();
      const rows = await Promise.all(this.runs().map((data) => data.zoom(this.#steps(data), this.signal)));
      return [...axes, ...rows].some(Boolean);
    } catch (error) {
      if (!this.signal.aborted && !(error instanceof TypeError) && !error.status) throw error; // the banner tells the rest
      return false;
    }
  }

  #steps(data) {
    if (!this.look.range) return null;
    const axis = this.axis(data);
    const [from, to] = this.look.range.map((x) => axis.step(x));
    return [Math.max(0, from), Math.max(0, to)];
  }

  /** How the steps of a run become x. */
  axis(data) {
    if (!this.axes.has(data)) {
      const series = data.get(NEEDS[this.look.x]);
      if (series) series.end = data.lastStep;
      this.axes.set(data, new Axis(this.look.x, series, this.#divisor()[0]));
    }
    return this.axes.get(data);
  }

  /** What follows the numbers of the x axis. */
  get suffix() {
    return this.#divisor()[1];
  }

  /** Time is told in the unit that suits the longest run. */
  #divisor() {
    if (this.look.x !== "time") return [1, ""];
    const spans = this.runs().map((data) => {
      const clock = data.get(NEEDS.time);
      return clock?.rows ? clock.last.at(-1) - clock.last[0] : 0;
    });
    return unit(Math.max(0, ...spans));
  }

  /** The whole x range of all runs. While one runs there is some room ahead, so that the axis moves now and then and not always. */
  extent() {
    let end = 1;
    let begin = Infinity;
    let running = false;
    for (const data of this.runs()) {
      if (data.lastStep < 0) continue;
      const axis = this.axis(data);
      end = Math.max(end, axis.x(data.lastStep));
      begin = Math.min(begin, axis.x(data.firstStep));
      running ||= data.info.state === "running";
    }
    return [Math.min(begin, end - 1e-6), running ? this.#room(begin, end) : end];
  }

  /** Where the axis of a running run ends: what the next seconds will fill, within bounds. It stays until that is full. */
  #room(begin, end) {
    const now = performance.now();
    const { at, end: before, ahead } = this.held ?? {};
    const length = end - begin;
    if (end <= ahead && ahead <= end + length * AHEAD[1] && before <= end) return ahead;
    const pace = at && before < end ? ((end - before) / (now - at)) * 1e3 : 0;
    const room = Math.min(Math.max(pace * AHEAD_SECONDS, length * AHEAD[0]), length * AHEAD[1]);
    this.held = { at: now, end, ahead: end + room };
    return end + room;
  }

  zoom(range) {
    hover.hide();
    if (!range) return view.set({ from: null, to: null });
    const [from, to] = [Math.min(...range), Math.max(...range)];
    const round = (x) => (this.look.x === "time" ? Number(x.toFixed(4)) : Math.round(x));
    if (round(to) > round(from)) view.set({ from: Math.max(0, round(from)), to: round(to) });
    else this.redraw();
  }

  #chip() {
    const chip = byId("zoom-reset");
    if (!chip) return;
    chip.hidden = !this.look.range;
    if (!this.look.range) return;
    const names = { step: t("Steps"), images: t("Images"), updates: t("Generator updates"), time: "" };
    const shown = this.look.range.map((x) => (this.look.x === "time" ? format.value(x) : format.steps(x)));
    const name = names[this.look.x];
    setText(byId("zoom-range"), `${name} ${shown.join(" – ")}${this.suffix}`);
  }

  hover(chart, event) {
    const frame = chart?.frame();
    const left = frame ? event.clientX - chart.plot.getBoundingClientRect().left - frame.left : -1;
    const inside = frame && left >= 0 && left <= frame.width && !event.buttons;
    this.hovered = inside ? frame.axis.p2c(left) : null;
    if (inside) hover.show(chart, this.hovered, event);
    else hover.hide();
    for (const one of this.charts) if (one.seen) this.#cross(one);
  }

  #cross(chart) {
    upright(chart, chart.cross, this.hovered);
    chart.tell(this.hovered);
  }

  /** The step whose samples were chosen to be seen, in the charts of a single run. */
  mark(chart) {
    if (!chart.now) return; // the timeline of alerts has no such line
    const [data, ...others] = this.runs();
    const step = others.length ? null : view.number("sample");
    upright(chart, chart.now, step === null ? null : this.axis(data).x(step));
  }

  #met(entries) {
    for (const { target, isIntersecting } of entries) {
      const chart = [...this.charts].find((one) => one.element === target);
      if (!chart) continue;
      chart.seen = isIntersecting;
      if (!isIntersecting) continue;
      const byRun = new Map();
      for (const curve of chart.spec.curves) byRun.set(curve.data, [...(byRun.get(curve.data) ?? []), curve.name]);
      for (const [data, names] of byRun) {
        this.want(data, names).then((fetched) => {
          if (fetched) chart.touch();
          this.soon();
        }, () => {});
      }
      this.soon();
    }
  }

  #resized(entries) {
    for (const { target } of entries) {
      const chart = [...this.charts].find((one) => one.plot === target);
      if (!chart) continue;
      // read here, where the layout is known: asked for while charts are drawn, the browser would lay out the page for each of them
      chart.size = { width: target.clientWidth, height: target.clientHeight };
      const full = chart.plot._fullLayout;
      if (full && (full.width !== chart.size.width || full.height !== chart.size.height)) chart.touch();
    }
    this.soon();
  }

  /** Everything is to be drawn anew; `points`: there are only new points. */
  redraw(points = false) {
    this.axes.clear();
    this.#offer();
    for (const chart of this.charts) chart.touch(points);
    this.soon();
  }

  /** Shades steps in every chart. */
  shade(stretches) {
    this.stretches = stretches;
    this.redraw();
  }

  /** Draws what is seen in the next frame. */
  soon() {
    if (this.frame) return this.frame;
    this.frame = new Promise((resolve) => {
      requestAnimationFrame(async () => {
        this.frame = null;
        await this.#draw();
        resolve();
      });
    });
    return this.frame;
  }

  /** Resolves when what is there is drawn; at once in a hidden tab, which draws nothing. */
  drawn() {
    return document.hidden ? null : this.soon();
  }

  async #draw() {
    const Plotly = await plotly().catch(() => null);
    if (!Plotly || this.signal.aborted) return;
    const began = performance.now();
    const waiting = [...this.charts].filter((chart) => chart.dirty && chart.seen && chart.size?.width);
    const under = waiting.findIndex((chart) => chart.element.matches(":hover"));
    if (under > 0) waiting.unshift(...waiting.splice(under, 1)); // what is under the hand answers first
    for (const chart of waiting) {
      // a frame is put on the screen when its time is up; the others follow in the next ones
      if (performance.now() - began > FRAME) return this.soon();
      chart.draw(Plotly);
    }
    return undefined;
  }
}

/** Puts a line over the whole height of a chart at x; null, or an x that is not shown: no line. */
function upright(chart, line, x) {
  const frame = chart.frame();
  const at = x === null || !frame ? -1 : frame.axis.c2p(x);
  line.hidden = !frame || at < 0 || at > frame.width;
  if (!line.hidden) line.style.cssText = `left:${frame.left + at}px;top:${frame.top}px;height:${frame.height}px`;
}
