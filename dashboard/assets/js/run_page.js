// The page of one run.

import * as api from "./api.js";
import { Board } from "./board.js";
import { Chart } from "./chart.js";
import { appears, byId, h, setText } from "./dom.js";
import { facts } from "./facts.js";
import { follow } from "./live.js";
import { missing, trouble } from "./notices.js";
import { Head } from "./run_head.js";
import { RunData } from "./run_data.js";
import { Samples } from "./samples.js";
import { arrange, signalOf } from "./sections.js";
import { Verdict } from "./verdict.js";
import * as view from "./view.js";

const IMAGES = "images_seen";

export class RunPage {
  constructor(id, signal) {
    this.id = id;
    this.inner = new AbortController();
    this.signal = AbortSignal.any([signal, this.inner.signal]);
    this.data = new RunData(id);
    this.laid = new Map(); // chart id → the names that it was made for
  }

  /** What can be asked for before the page is there. */
  static warm(id) {
    api.warm(RunData.path(id)).then((info) => {
      const names = firstNames(info.series.map(signalOf));
      if (names.length) api.warm(RunData.seriesPath(id, names));
    }, () => {});
    api.warm(`${RunData.path(id)}/samples`);
    api.warm(`${RunData.path(id)}/alerts`);
  }

  async start() {
    const info = await trouble(() => this.data.loadInfo(this.signal), "run-note", this.signal);
    await appears("run-facts", this.signal);
    if (!info) return missing("run-page", this.id);
    document.title = `${info.name || info.id} · Nashboard`;
    setText(byId("crumb"), info.name || info.id);
    this.head = new Head(byId("run-head"));
    this.board = new Board({ signal: this.signal, runs: () => [this.data], want: (data, names) => this.want(data, names) });
    this.samples = new Samples(byId("run-samples"), [{ id: this.id }], { reference: true, signal: this.signal });
    this.verdict = new Verdict(byId("run-verdict"), (from, to) => view.set({ x: null, from, to }), (stretches) => this.board.shade(stretches));
    byId("run-facts").replaceChildren(facts(info));
    const cursor = await trouble(() => this.fill(), "run-note", this.signal);
    await follow({
      cursor,
      runs: () => [this.id],
      take: (answer) => this.take(answer),
      anew: () => this.anew(),
      signal: this.signal,
    });
  }

  /** The first fetch: curves that are seen at once, and the list of grids. */
  async fill() {
    const names = firstNames(this.names());
    const cursor = (await this.data.want(names, this.signal)) ?? (await api.get("live", { signal: this.signal })).cursor;
    this.lay();
    this.show();
    this.board.prepare().then(() => this.board.redraw(), () => {});
    const { samples } = await api.get(`${RunData.path(this.id)}/samples`, { signal: this.signal });
    this.samples.replace(this.id, samples);
    this.settle();
    await this.judge();
    await this.data.loadInfo(this.signal); // what came after the first look and before the cursor
    this.lay();
    this.show();
    return cursor;
  }

  /** What the doctor says so far. */
  async judge() {
    this.verdict.replace(await api.get(`${RunData.path(this.id)}/alerts`, { signal: this.signal }));
  }

  names() {
    return this.data.info.series.map(signalOf);
  }

  /** Fetches what a chart needs. Names that the run does not have yet are not asked for. */
  want(data, names) {
    return data.want(names.filter((name) => data.summary(name)), this.signal);
  }

  /** Puts the charts in that the run's series need; those that stand stay as they are. */
  lay() {
    const { main, sections } = arrange(this.names());
    const place = byId("run-charts");
    if (main.length) place.querySelectorAll(".skeleton").forEach((bone) => bone.remove());
    main.forEach((spec, at) => {
      const curves = spec.curves.map((curve) => ({
        ...this.curve(curve.signal, curve.label, (colours) => colours.roles[curve.role]),
        level: spec.id === "losses" ? this.equilibrium(curve.role) : null,
      }));
      this.chart(place, { ...spec, curves }, at);
    });
    for (const section of sections) {
      const grid = this.section(section);
      section.charts.forEach((spec, at) => {
        const curves = spec.names.map((name, i) => this.curve(name, spec.labels[i], (colours) => colours.runs[i % colours.runs.length]));
        this.chart(grid, { ...spec, curves }, at);
      });
    }
    this.waiting(main.length + sections.length === 0);
  }

  /** What a player's loss is where neither can gain any more, if the run's config tells. */
  equilibrium(role) {
    const value = this.data.info.config?.equilibrium?.[role];
    return Number.isFinite(value) ? value : null;
  }

  curve(name, label, style) {
    return { name, label, style, data: this.data };
  }

  chart(place, spec, at) {
    const names = spec.curves.map((curve) => curve.name).join("\n");
    const held = this.laid.get(spec.id);
    if (held?.names === names) return;
    if (held) this.board.drop(held.chart);
    const chart = new Chart(spec, this.board);
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
    byId("run-sections").append(
      h("details", { class: "section", id, open: !folded }, h("summary", {}, title, h("span", { class: "count" }, String(count))), grid),
    );
    return grid;
  }

  waiting(yes) {
    const note = byId("run-note");
    note.hidden = !yes;
    byId("run-board").hidden = yes;
    if (yes) note.replaceChildren(h("div", { class: "notice" }, h("h2", {}, "Waiting for the first step"), h("p", { class: "muted" }, "The run is known, but has logged nothing yet.")));
  }

  /** A run that ended without samples needs no place for them. */
  settle() {
    const none = !this.samples.known.get(this.id).length && this.data.info.state !== "running";
    byId("run-samples").hidden = none;
    byId("run-board").classList.toggle("without-samples", none);
  }

  show() {
    this.head.show(this.data.info, this.data.get(IMAGES)?.lastValue ?? this.data.summary(IMAGES)?.last);
  }

  async take(answer) {
    const change = answer.changes?.[this.id];
    const summary = answer.runs?.find((one) => one.id === this.id);
    if (change && !summary) return this.gone();
    const news = this.data.absorb(change, summary);
    if (change?.rewound_to !== undefined) await this.judge();
    else if (change?.alerts?.length) this.verdict.absorb(change.alerts);
    if (news.samples.length) this.samples.add(this.id, news.samples);
    if (news.fresh.length || change?.rewound_to !== undefined) {
      await this.data.loadInfo(this.signal);
      this.lay();
      if (news.fresh.length && change?.rewound_to === undefined) await this.judge(); // more signals: more can be told
    }
    if (await this.data.refresh(this.signal)) news.drawn = true;
    if (summary) this.show();
    if (change?.rewound_to !== undefined) {
      this.samples.replace(this.id, (await api.get(`${RunData.path(this.id)}/samples`, { signal: this.signal })).samples);
    }
    this.settle();
    if (!news.drawn) return;
    this.board.redraw(true);
    await this.board.drawn();
  }

  /** Something happened to the run, and it is in no list any more. */
  async gone() {
    try {
      await this.data.loadInfo(this.signal);
    } catch (error) {
      if (error.status !== 404) throw error;
      this.leave();
      await missing("run-page", this.id);
    }
  }

  /** Ends what runs here, before the page itself is left. */
  leave() {
    this.inner.abort(new DOMException("left the page", "AbortError"));
  }

  /** What was missed can't be told: everything again. */
  async anew() {
    await this.gone();
    this.signal.throwIfAborted();
    this.lay();
    const cursor = await this.data.reload(this.signal);
    if (this.data.zoomed) await this.data.refine(this.signal);
    this.samples.replace(this.id, (await api.get(`${RunData.path(this.id)}/samples`, { signal: this.signal })).samples);
    await this.judge();
    this.show();
    this.settle();
    this.board.redraw();
    return cursor ?? (await api.get("live", { signal: this.signal })).cursor;
  }
}

/** The series of the charts that stand at the top. */
function firstNames(names) {
  return arrange(names).main.slice(0, 4).flatMap((chart) => chart.curves.map((curve) => curve.signal));
}
