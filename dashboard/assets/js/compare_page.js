// The page that lays runs over each other: a chart a signal, a colour a run, all sample grids on one slider.

import * as api from "./api.js";
import { Board } from "./board.js";
import { boot } from "./boot.js";
import { Chart } from "./chart.js";
import * as choice from "./chosen.js";
import { GroupData } from "./compare/aggregate.js";
import { Overlay } from "./compare/overlay.js";
import { Parts } from "./compare/parts.js";
import { Together, details, grids } from "./compare/together.js";
import { appears, byId, h, icon, setText } from "./dom.js";
import { floor, floors } from "./floors.js";
import { follow } from "./live.js";
import { trouble } from "./notices.js";
import { picker } from "./picker.js";
import { RunData } from "./run_data.js";
import { Samples } from "./samples.js";
import { arrange, signalOf } from "./sections.js";
import * as theme from "./theme.js";
import { traces } from "./traces.js";
import * as view from "./view.js";
import { t } from "./words.js";

const FRESH = 5000; // ms between two drawings of the tables while runs go on
const LAYOUTS = { "": "Overlay", multiples: "Small multiples", mean: "Mean of groups" };

export class ComparePage {
  constructor(signal) {
    this.signal = signal;
    this.session = null;
  }

  async start() {
    document.title = `${t("Compare")} · Nashboard`;
    setText(byId("crumb"), "");
    await appears("compare-samples", this.signal);
    view.listen((changed) => {
      if (changed.has("runs") || changed.has("layout")) this.begin();
      else if (changed.has("base")) this.session?.pinned();
      else if (changed.has("hide")) this.session?.hide();
    }, this.signal);
    theme.listen(() => this.session?.chips(), this.signal);
    await this.begin();
  }

  /** Starts anew with the runs that the address names; what stands goes when the new is there. */
  async begin() {
    this.inner?.abort(new DOMException("other runs were chosen", "AbortError"));
    this.inner = new AbortController();
    const signal = AbortSignal.any([this.signal, this.inner.signal]);
    this.session = new Comparison(signal);
    try {
      await this.session.start();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

/** One choice of runs. */
class Comparison {
  constructor(signal) {
    this.signal = signal;
    const together = new Together();
    this.runs = choice.chosen().map((run) => ({ ...run, data: new RunData(run.id, { together }) }));
    this.charts = new Map();
    this.layout = view.get("layout") in LAYOUTS ? view.get("layout") : "";
  }

  /** The runs that are neither lost nor hidden. */
  get visible() {
    return this.known.filter((run) => !run.hidden);
  }

  /** The run that the others are held against, or undefined. */
  get baseline() {
    return this.visible.find((run) => run.id === view.get("base"));
  }

  /** The head of a table with a column a run. */
  head() {
    const colours = theme.palette().runs;
    const cells = this.visible.map((run) => {
      const style = colours[run.slot];
      const swatch = h("i", { class: "swatch", style: `--swatch:${style.color}`, "data-dash": style.line.line.dash });
      return h("th", { scope: "col", title: run.id }, swatch, " ", this.name(run), run === this.baseline ? h("span", { class: "muted" }, ` (${t("baseline")})`) : null);
    });
    return h("thead", {}, h("tr", {}, h("td"), ...cells));
  }

  async start() {
    this.chips();
    await trouble(() => this.find(), "compare-note", this.signal);
    this.known = this.runs.filter((run) => !run.lost);
    this.chips();
    if (!this.note()) return;
    for (const id of ["compare-charts", "compare-sections"]) byId(id).replaceChildren();
    this.layouts();
    this.lines = this.layout === "mean" ? this.groups() : this.known.map((run) => this.lineOf(run));
    this.board = new Board({
      signal: this.signal,
      runs: () => this.lines.map((line) => line.data),
      want: (data, names) => data.want(names.filter((name) => data.summary(name)), this.signal),
    });
    const lanes = this.known.map((run) => ({ id: run.id, label: this.name(run) }));
    this.samples = new Samples(byId("compare-samples"), lanes, this.signal);
    byId("compare-samples").hidden = false;
    this.overlay = new Overlay({
      runs: () => this.visible.map((run) => ({ id: run.id, label: this.name(run) })),
      grid: (id) => this.samples.shown(id),
      pictures: this.samples.pictures,
      signal: this.signal,
    });
    this.samples.onRender = () => this.overlay.render();
    byId("compare-samples").querySelector(".card-head").append(this.overlay.controls);
    byId("compare-samples").append(this.overlay.element);
    const { cursor } = await trouble(() => api.get("live", { signal: this.signal }), "compare-note", this.signal);
    this.lay();
    this.parts = new Parts(this);
    this.hide();
    this.board.prepare().then(() => this.board.redraw(), () => {});
    await trouble(() => this.grids(), "compare-note", this.signal);
    this.parts.render(["map"]);
    await follow({
      cursor,
      runs: () => this.known.map((run) => run.id),
      take: (answer) => this.take(answer),
      anew: () => this.anew(),
      signal: this.signal,
    });
  }

  /** What is known of the runs; one that there is no more is `lost`. */
  async find() {
    const { runs } = this.runs.length ? await api.get(details(this.runs.map((run) => run.id)), { signal: this.signal }) : { runs: [] };
    const found = new Map(runs.map((info) => [info.id, info]));
    for (const run of this.runs) {
      run.data.info = found.get(run.id) ?? null;
      run.lost = !run.data.info;
    }
  }

  async grids() {
    const { samples } = await api.get(grids(this.known.map((run) => run.id)), { signal: this.signal });
    this.samples.replace(samples);
  }

  name = (run) => run.data.info?.name || run.id;

  /** What is drawn of a run. */
  lineOf(run) {
    return { id: run.id, label: this.name(run), data: run.data, slot: run.slot, hidden: () => run.hidden };
  }

  /** What is drawn of groups: the mean of those that are shown, in the colour of the first; a run without a group is drawn by itself. */
  groups() {
    const by = Map.groupBy(this.known, ({ data: { info }, id }) => (info.group ? `${info.project}//${info.group}` : id));
    return [...by.values()].map((runs) => {
      if (runs.length === 1) return this.lineOf(runs[0]);
      const group = runs[0].data.info.group;
      const data = new GroupData(group, () => runs.filter((run) => !run.hidden).map((run) => run.data), runs.map((run) => run.data));
      return { id: group, label: `${group} (n = ${runs.length})`, data, slot: runs[0].slot, hidden: () => runs.every((run) => run.hidden) };
    });
  }

  /** How the charts show the runs. */
  layouts() {
    const pick = h(
      "div",
      { class: "segments", role: "group", "aria-label": t("How charts show the runs") },
      ...Object.entries(LAYOUTS).map(([name, label]) => h("button", { "aria-pressed": String(name === this.layout), onclick: () => view.set({ layout: name || null }) }, t(label))),
    );
    byId("toolbar-more").replaceChildren(pick);
  }

  pinned() {
    this.chips();
    this.parts?.render(["results", "config"]);
  }

  /** The runs as chips: a click hides one or shows it again, the cross takes it out. */
  chips() {
    const colours = theme.palette().runs;
    const hidden = new Set(choice.chosen().filter((run) => run.hidden).map((run) => run.id));
    const chips = this.runs.map((run) => {
      const style = colours[run.slot];
      return h(
        "span",
        { class: `chip run-chip${hidden.has(run.id) || run.lost ? " off" : ""}`, "data-run": run.id },
        h("i", { class: "swatch", style: `--swatch:${style.color}`, "data-dash": style.line.line.dash }),
        h(
          "button",
          { class: "plain chip-name", "aria-pressed": String(!hidden.has(run.id)), title: t("{id}: hide or show", { id: run.id }), onclick: () => choice.toggle(run.id) },
          run.lost ? t("{id} (not found)", { id: run.id }) : this.name(run),
        ),
        h("button", { class: "ghost pin", "aria-pressed": String(view.get("base") === run.id), "aria-label": t("Baseline: {name}", { name: this.name(run) }), title: t("Hold the others against this run"), onclick: () => view.set({ base: view.get("base") === run.id ? null : run.id }) }, icon("pin")),
        h("button", { class: "ghost", "aria-label": t("Take out {name}", { name: this.name(run) }), title: t("Take out"), onclick: () => choice.remove(run.id) }, icon("close")),
      );
    });
    const more = this.runs.length < choice.MOST;
    this.picker ??= picker({ taken: () => this.runs.map((run) => run.id), add: choice.add, signal: this.signal });
    byId("compare-runs").replaceChildren(...chips, ...(more ? [this.picker] : []));
  }

  /** What stands there when there is nothing to compare. @returns whether there is. */
  note() {
    const note = byId("compare-note");
    const some = this.known.length > 0;
    note.hidden = some;
    for (const id of ["compare-charts", "compare-sections", "compare-samples", "compare-parts"]) byId(id).hidden = !some;
    if (!some) {
      const text = t("Add runs above, or select some on the runs page and press Compare.");
      note.replaceChildren(h("div", { class: "notice" }, h("h2", {}, t("Which runs?")), h("p", { class: "muted" }, text), h("a", { class: "button", href: boot.base }, t("All runs"))));
    }
    return some;
  }

  hide() {
    const hidden = new Set(choice.chosen().filter((run) => run.hidden).map((run) => run.id));
    for (const run of this.runs) run.hidden = hidden.has(run.id);
    this.chips();
    this.samples?.hide(hidden);
    this.overlay?.render();
    this.parts?.render();
  }

  /** A chart for every signal that any of the runs has. */
  lay() {
    const names = [...new Set(this.known.flatMap((run) => run.data.info.series.map(signalOf)))];
    const { main, sections } = arrange(names);
    const titled = main.flatMap((chart) =>
      chart.curves.map(({ signal, label }) => ({ signal, title: [chart.title, label].filter(Boolean).join(" · "), hint: chart.hint })),
    );
    titled.forEach((one, at) => this.chart(byId("compare-charts"), one, at));
    for (const { id, title, folded, charts } of sections) {
      const each = charts.flatMap((chart) => chart.names.map((name) => ({ signal: name, title: name })));
      const grid = this.section(id, title, folded, each.length);
      each.forEach((one, at) => this.chart(grid, one, at));
    }
  }

  section(name, title, folded, count) {
    const id = `section-${name}`;
    const held = byId(id);
    if (held) return held.querySelector(".charts");
    const grid = h("div", { class: "charts small" });
    byId("compare-sections").append(
      h("details", { class: "section", id, open: !folded }, h("summary", {}, title, h("span", { class: "count" }, String(count))), grid),
    );
    return grid;
  }

  chart(place, { signal, title, hint }, at) {
    if (this.charts.has(signal)) return;
    const lines = this.lines;
    const curves = lines.map((line) => ({ name: signal, label: line.label, data: line.data, style: (colours) => colours.runs[line.slot], hidden: line.hidden, level: floor(line.data, signal) }));
    const told = { title, hint: hint ?? signal, levels: floors(signal) };
    if (this.layout !== "multiples") {
      const chart = new Chart({ id: signal, ...told, curves }, this.board);
      place.insertBefore(chart.element, place.children[at] ?? null);
      this.charts.set(signal, chart);
      return;
    }
    const grid = h("div", { class: "charts small" });
    const row = h("section", { class: "multiples", "data-signal": signal }, h("h3", { title: told.hint }, title), grid);
    const having = curves.filter((curve) => curve.data.summary(signal));
    const siblings = { charts: [], loaded: 0 };
    const room = (look) => this.room(having, look, siblings); // one y axis for all of them
    for (const curve of having) {
      const chart = new Chart({ id: `${signal} ${curve.data.id}`, title: curve.label, hint: told.hint, levels: told.levels, curves: [{ ...curve, label: "" }], room }, this.board);
      siblings.charts.push(chart);
      grid.append(chart.element);
    }
    place.insertBefore(row, place.children[at] ?? null);
    this.charts.set(signal, row);
  }

  /** The traces of all runs' curves of a signal: what a y axis has to hold that they share. */
  room(curves, look, siblings) {
    const shown = curves.filter((curve) => !curve.hidden() && curve.data.get(curve.name)?.rows);
    if (shown.length !== siblings.loaded) {
      siblings.loaded = shown.length; // the axis has changed for those, too, that are drawn already
      setTimeout(() => (siblings.charts.forEach((chart) => chart.touch()), this.board.soon()));
    }
    return shown.flatMap((curve) => {
      const axis = this.board.axis(curve.data);
      const made = traces({ whole: curve.data.get(curve.name), shown: curve.data.shown(curve.name), axis, style: {}, uid: "" }, { ...look, end: curve.data.lastStep });
      return [...made.bands, ...made.faints, ...made.lines];
    });
  }

  async take(answer) {
    let [drawn, batches] = [false, false];
    for (const run of this.known) {
      const change = answer.changes?.[run.id];
      const news = run.data.absorb(change, answer.runs?.find((one) => one.id === run.id));
      if (change?.samples?.length) this.samples.add(run.id, change.samples);
      batches ||= Boolean(change?.samples?.length);
      if (news.fresh.length) {
        await run.data.loadInfo(this.signal);
        this.lay();
      }
      const refreshed = await run.data.refresh(this.signal);
      drawn ||= news.drawn || Boolean(refreshed);
    }
    if (batches) this.parts.render(["map"]);
    if (!drawn) return;
    if (performance.now() - (this.told ?? 0) > FRESH) {
      this.told = performance.now();
      this.parts.render(["results"]);
    }
    this.board.redraw(true);
    await this.board.drawn();
  }

  async anew() {
    const { cursor } = await api.get("live", { signal: this.signal });
    const load = async ({ data }) => {
      await data.loadInfo(this.signal);
      await data.reload(this.signal);
      if (data.zoomed) await data.refine(this.signal);
    };
    await Promise.all(this.known.map(load));
    this.lay();
    await this.grids();
    this.parts.render(["map"]);
    this.board.redraw();
    return cursor;
  }
}
