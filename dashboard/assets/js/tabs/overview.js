// What a run is watched by: its charts, and the newest of its samples beside them.

import { Chart } from "../chart.js";
import { byId, h, setText } from "../dom.js";
import { Latest } from "../latest.js";
import { arrange, firstNames, signalOf } from "../sections.js";
import { skeletons } from "../skeletons.js";
import { t } from "../words.js";

export class OverviewTab {
  static title = "Overview";
  static toolbar = true;

  constructor(page, place) {
    this.page = page;
    this.laid = new Map(); // chart id → the names that it was made for
    this.note = h("div", { hidden: true, class: "notice" }, h("h2", {}, t("Waiting for the first step")), h("p", { class: "muted" }, t("The run is known, but has logged nothing yet.")));
    this.charts = h("div", { id: "run-charts", class: "charts" }, ...skeletons(4));
    this.latest = new Latest(page);
    this.board = h("div", { id: "run-board", class: "board" }, this.latest.element, this.charts);
    this.sections = h("div", { id: "run-sections", class: "sections" });
    place.append(this.note, this.board, this.sections);
  }

  async open() {
    const { data, board, signal } = this.page;
    await data.want(firstNames(this.names()), signal);
    this.lay();
    board.prepare().then(() => board.redraw(), () => {});
    await this.#grids();
  }

  async #grids() {
    await this.page.data.loadSamples(this.page.signal);
    this.settle();
  }

  names() {
    return this.page.data.info.series.map(signalOf);
  }

  /** Puts the charts in that the run's series need; those that stand stay as they are. */
  lay() {
    const { main, sections } = arrange(this.names());
    if (main.length) this.charts.querySelectorAll(".skeleton").forEach((bone) => bone.remove());
    main.forEach((spec, at) => {
      const curves = spec.curves.map((curve) => ({
        ...this.curve(curve.signal, curve.label, (colours) => colours.roles[curve.role]),
        level: spec.id === "losses" ? this.equilibrium(curve.role) : null,
      }));
      this.chart(this.charts, { ...spec, curves }, at);
    });
    for (const section of sections) {
      const grid = this.section(section);
      section.charts.forEach((spec, at) => {
        const curves = spec.names.map((name, i) => this.curve(name, spec.labels[i], (colours) => colours.runs[i % colours.runs.length]));
        this.chart(grid, { ...spec, curves }, at);
      });
    }
    const waiting = main.length + sections.length === 0;
    this.note.hidden = !waiting;
    this.board.hidden = waiting;
  }

  /** What a player's loss is where neither can gain any more, if the run's config tells. */
  equilibrium(role) {
    const value = this.page.data.info.config?.equilibrium?.[role];
    return Number.isFinite(value) ? value : null;
  }

  curve(name, label, style) {
    return { name, label, style, data: this.page.data };
  }

  chart(place, spec, at) {
    const names = spec.curves.map((curve) => curve.name).join("\n");
    const held = this.laid.get(spec.id);
    if (held?.names === names) return;
    if (held) this.page.board.drop(held.chart);
    const chart = new Chart(spec, this.page.board);
    place.insertBefore(chart.element, place.children[at] ?? null);
    this.laid.set(spec.id, { names, chart });
  }

  section({ title, folded, count, charts }) {
    const id = `section-${title}`;
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
    this.lay();
    this.settle();
  }

  async anew() {
    this.lay();
    await this.#grids();
  }

  close() {
    for (const { chart } of this.laid.values()) this.page.board.drop(chart);
  }
}
