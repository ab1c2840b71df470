// The page of one run: its head and what the doctor says, and below them the tabs.

import * as api from "./api.js";
import { Board } from "./board.js";
import { appears, byId, setText } from "./dom.js";
import { Findings } from "./findings.js";
import { follow } from "./live.js";
import { missing, trouble } from "./notices.js";
import { Head } from "./run_head.js";
import { RunData } from "./run_data.js";
import { firstNames, signalOf } from "./sections.js";
import { TabFrame } from "./tab_frame.js";
import { Verdict } from "./verdict.js";
import * as view from "./view.js";

const IMAGES = "images_seen";

export class RunPage {
  constructor(id, signal) {
    this.id = id;
    this.inner = new AbortController();
    this.signal = AbortSignal.any([signal, this.inner.signal]);
    this.data = new RunData(id);
    this.findings = new Findings(RunData.path(id));
    this.view = view;
  }

  /** What can be asked for before the page is there. */
  static warm(id) {
    api.warm("live");
    api.warm(RunData.path(id)).then((info) => {
      const names = view.get("tab") ? [] : firstNames(info.series.map(signalOf));
      if (names.length) api.warm(RunData.seriesPath(id, names));
    }, () => {});
    api.warm(`${RunData.path(id)}/samples`);
    api.warm(`${RunData.path(id)}/alerts`);
  }

  async start() {
    const info = await trouble(() => this.data.loadInfo(this.signal), "run-note", this.signal);
    await appears("run-panels", this.signal);
    if (!info) return missing("run-page", this.id);
    document.title = `${info.name || info.id} · Nashboard`;
    setText(byId("crumb"), info.name || info.id);
    this.head = new Head(byId("run-head"));
    this.board = new Board({ signal: this.signal, runs: () => [this.data], want: (data, names) => this.want(data, names) });
    this.verdict = new Verdict(byId("run-verdict"), this.data, (alert) => this.diagnose(alert));
    this.findings.listen((findings) => this.verdict.draw(findings));
    this.findings.listen(({ stretches }) => this.board.shade(stretches));
    this.tabs = new TabFrame(this, byId("run-tabs"), byId("run-panels"), byId("run-toolbar"));
    const cursor = await trouble(() => this.begin(), "run-note", this.signal);
    await follow({
      cursor,
      runs: () => [this.id],
      take: (answer) => this.take(answer),
      anew: () => this.anew(),
      signal: this.signal,
    });
  }

  /** The first fetches. @returns the cursor to go on from: what is fetched after it may hold more, and nothing is counted twice. */
  async begin() {
    const { cursor } = await api.get("live", { signal: this.signal });
    this.show();
    await this.judge(); // before the charts: what stands above them must not come after them
    await this.tabs.start();
    await this.data.loadInfo(this.signal); // what came after the first look and before the cursor
    await this.tabs.absorb();
    this.show();
    return cursor;
  }

  /** What the doctor says so far. */
  judge() {
    return this.findings.load(this.signal);
  }

  /** Shows an alert (null: all of them) where it is explained. */
  diagnose(alert) {
    view.set({ tab: "diagnosis", alert: alert?.id ?? null });
  }

  /** Shows some steps in the charts. */
  look(from, to) {
    view.set({ tab: null, x: null, from, to });
  }

  /** Fetches what a chart needs. Names that the run does not have yet are not asked for. */
  want(data, names) {
    return data.want(names.filter((name) => data.summary(name)), this.signal);
  }

  show() {
    this.head.show(this.data.info, this.data.get(IMAGES)?.lastValue ?? this.data.summary(IMAGES)?.last);
  }

  async take(answer) {
    const change = answer.changes?.[this.id];
    const summary = answer.runs?.find((one) => one.id === this.id);
    if (change && !summary) return this.gone();
    const news = this.data.absorb(change, summary);
    const rewound = change?.rewound_to !== undefined && change.rewound_to !== null;
    if (!rewound) this.findings.absorb(change?.alerts);
    if (news.fresh.length || rewound) {
      await this.data.loadInfo(this.signal);
      await this.judge(); // more signals: more can be told
    }
    if (await this.data.refresh(this.signal)) news.drawn = true;
    if (summary) this.show();
    await (rewound ? this.tabs.anew() : this.tabs.absorb(change, summary));
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
    const { cursor } = await api.get("live", { signal: this.signal });
    await this.data.reload(this.signal);
    if (this.data.zoomed) await this.data.refine(this.signal);
    await this.tabs.anew();
    await this.judge();
    this.show();
    this.board.redraw();
    return cursor;
  }
}
