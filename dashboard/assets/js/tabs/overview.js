// What a run is watched by: when it went wrong, its charts, and the newest of its samples beside them.

import { Arrangement } from "../arrangement.js";
import { Chart } from "../chart.js";
import { chartList } from "../chart_list.js";
import { byId, h, setText } from "../dom.js";
import { equilibrium } from "../equilibrium.js";
import { floor, floors } from "../floors.js";
import { Latest } from "../latest.js";
import { arrange, firstNames, signalOf } from "../sections.js";
import { skeletons } from "../skeletons.js";
import { Timeline } from "../timeline.js";
import { t } from "../words.js";

const ROLES = ["generator", "discriminator", "real", "fake"]; // what a colour stands for, wherever it is drawn

export class OverviewTab {
  constructor(page, place) {
    this.page = page;
    this.held = new Map(); // chart id → { names that it was made for, chart }
    this.arrangement = new Arrangement();
    this.note = h("div", { hidden: true, class: "notice" }, h("h2", {}), h("p", { class: "muted" }));
    this.timeline = new Timeline(page.board, page.findings, (alert) => page.diagnose(alert));
    this.charts = h("div", { id: "run-charts", class: "charts" }, ...skeletons(4));
    this.latest = new Latest(page);
    this.board = h("div", { id: "run-board", class: "board" }, this.latest.element, h("div", { class: "board-main" }, this.timeline.element, this.charts));
    this.sections = h("div", { id: "run-sections", class: "sections" });
    place.append(this.note, this.board, this.sections);
    this.timeline.refresh();
    page.findings.listen(() => this.timeline.refresh());
    page.view.listen((changed) => ["pin", "order", "off"].some((key) => changed.has(key)) && this.lay(), page.signal);
  }

  async open() {
    const { data, board, signal } = this.page;
    await data.want(firstNames(this.names()), signal);
    this.lay();
    byId("toolbar-more").replaceChildren(...chartList(() => this.#listed(), this.arrangement));
    board.prepare().then(() => board.redraw(), () => {});
    await this.#grids();
  }

  async #grids() {
    await this.page.data.loadSamples(this.page.signal);
    this.settle();
  }

  /** What is charted here; what the machine does has a tab of its own. */
  names() {
    return this.page.data.info.series.map(signalOf).filter((name) => !name.startsWith("system/"));
  }

  /** Puts the charts in that the run's series need, in the order that was chosen; those that stand stay as they are. */
  lay() {
    this.info = this.page.data.info;
    const { main, sections } = arrange(this.names());
    if (main.length + sections.length) this.charts.querySelectorAll(".skeleton").forEach((bone) => bone.remove());
    const { off, pinned } = this.arrangement;
    const first = main.map((spec) => this.chart({ ...spec, curves: spec.curves.map((curve) => this.standard(spec, curve)) }));
    for (const section of sections) {
      const made = section.charts.map((spec) => this.chart({ ...spec, curves: spec.names.map((name, at) => this.other(name, spec.labels[at], at)) }));
      first.push(...made.filter((chart) => pinned.includes(chart.spec.id)));
      this.place(this.section(section), made.filter((chart) => !pinned.includes(chart.spec.id)));
    }
    this.place(this.charts, first);
    for (const { chart } of this.held.values()) {
      chart.element.hidden = off.has(chart.spec.id);
      chart.element.classList.toggle("pinned", pinned.includes(chart.spec.id));
    }
    const waiting = main.length + sections.length === 0;
    this.note.hidden = !waiting;
    this.board.hidden = waiting;
    const over = ["finished", "crashed"].includes(this.info.state);
    setText(this.note.firstChild, over ? t("Nothing was logged") : t("Waiting for the first step"));
    setText(this.note.lastChild, over ? t("The run ended before its first value came.") : t("The run is known, but has logged nothing yet."));
  }

  /** A curve of the catalogue. */
  standard(spec, { signal, label, role, slot, level }) {
    const style = (colours) => (role ? colours.roles[role] : colours.runs[slot]);
    const end = spec.id === "losses" ? equilibrium(this.page.data.info.config, role) : (level ?? floor(this.page.data, signal));
    const letter = { generator: "G", discriminator: "D" }[role];
    return { name: signal, label, letter, style, data: this.page.data, level: end };
  }

  other(name, label, at) {
    const { data } = this.page;
    const role = ROLES.find((one) => name.split("/").includes(one));
    const style = (colours) => (role && !label ? colours.roles[role] : colours.runs[at % colours.runs.length]);
    return { name, label, style, data, level: floor(data, name) };
  }

  /** The chart of a spec: the one that stands, unless it has other curves now. */
  chart(spec) {
    const names = spec.curves.map((curve) => [curve.name, curve.level]).join("\n");
    const held = this.held.get(spec.id);
    if (held?.names === names) return held.chart;
    if (held) this.page.board.drop(held.chart);
    const chart = new Chart({ ...spec, levels: floors(spec.curves[0].name), actions: () => this.#actions(spec) }, this.page.board);
    this.held.set(spec.id, { names, chart });
    return chart;
  }

  /** Puts charts into a grid in their order, and touches nothing that is in its place. */
  place(grid, charts) {
    const byName = new Map(charts.map((chart) => [chart.spec.id, chart]));
    const wanted = this.arrangement.sorted([...byName.keys()]).map((id) => byName.get(id).element);
    let at = 0;
    for (const element of wanted) {
      if (element.closest("dialog")) continue; // it fills the screen now, and comes back to its place
      if (grid.children[at] !== element) grid.insertBefore(element, grid.children[at] ?? null);
      at += 1;
    }
  }

  #actions({ id }) {
    const shown = this.#shown();
    const { arrangement } = this;
    return [
      { label: t("Pin to the front"), act: () => arrangement.pin(id), checked: arrangement.pinned.includes(id) },
      { label: t("Move forward"), act: () => arrangement.move(id, -1, shown) },
      { label: t("Move back"), act: () => arrangement.move(id, 1, shown) },
      { label: t("Hide"), act: () => arrangement.hide(id) },
    ];
  }

  /** Ids of the shown charts as they stand. */
  #shown() {
    const ids = [...this.held.keys()].filter((id) => !this.arrangement.off.has(id));
    return this.arrangement.sorted(ids);
  }

  #listed() {
    const shown = this.#shown();
    const hidden = [...this.held.keys()].filter((id) => !shown.includes(id));
    return [...shown, ...hidden].map((id) => ({ id, title: this.held.get(id).chart.spec.title }));
  }

  section({ id: name, title, folded, count, charts }) {
    const id = `section-${name}`;
    const held = byId(id);
    if (held) {
      setText(held.querySelector(".count"), String(count));
      return held.querySelector(".charts");
    }
    const grid = h("div", { class: charts.some((chart) => chart.names.length > 2) ? "charts" : "charts small" });
    this.sections.append(
      h("details", { class: "section", id, open: !folded }, h("summary", {}, title, h("span", { class: "count" }, String(count))), grid),
    );
    return grid;
  }

  /** A run that ended without samples needs no place for them. */
  settle() {
    const { samples, info } = this.page.data;
    const none = !samples.length && info.state !== "running";
    this.latest.element.hidden = none;
    this.board.classList.toggle("without-samples", none);
    this.latest.show(samples);
  }

  absorb() {
    if (this.info !== this.page.data.info) this.lay(); // it was fetched anew: there are other series, or another config
    this.settle();
  }

  async anew() {
    this.lay();
    await this.#grids();
  }

  close() {
    this.page.board.drop(this.timeline);
    for (const { chart } of this.held.values()) this.page.board.drop(chart);
  }
}
