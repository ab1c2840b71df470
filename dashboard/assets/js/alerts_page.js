// The page of all alerts: its tabs, and what changes while one looks.

import * as api from "./api.js";
import { Channels } from "./alerts/channels.js";
import { Inbox } from "./alerts/inbox.js";
import { Log } from "./alerts/log.js";
import { Rules } from "./alerts/rules.js";
import { appears, byId, setText } from "./dom.js";
import { follow } from "./live.js";
import { TabFrame } from "./tab_frame.js";
import * as view from "./view.js";
import { t } from "./words.js";

const TABS = Object.fromEntries(
  Object.entries({ inbox: Inbox, rules: Rules, channels: Channels, log: Log }).map(([name, Tab]) => [name, { title: Tab.title, load: async () => Tab }]),
);

export class AlertsPage {
  constructor(signal) {
    this.signal = signal;
    this.view = view;
    this.runs = new Map(); // id → { name, project }
  }

  async start() {
    document.title = `${t("Alerts")} · Nashboard`;
    setText(byId("crumb"), "");
    await appears("alerts-panels", this.signal);
    this.tabs = new TabFrame(this, byId("alerts-tabs"), byId("alerts-panels"), null, TABS);
    const { cursor } = await this.connected();
    await this.tabs.start();
    await follow({ cursor, runs: () => [], take: (answer) => this.take(answer), anew: () => this.anew(), signal: this.signal });
  }

  /** Where the live cursor stands, as soon as the service answers. */
  async connected() {
    for (;;) {
      try {
        return await api.get("live", { signal: this.signal });
      } catch (error) {
        if (this.signal.aborted) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1500));
      }
    }
  }

  /** What a run is called. */
  know(runs) {
    for (const [id, about] of runs) this.runs.set(id, about);
  }

  async take(answer) {
    this.know(answer.runs.map((run) => [run.id, { name: run.name, project: run.project }]));
    if (answer.alerts.length) await this.tabs.absorb(answer.alerts);
  }

  async anew() {
    const { cursor } = await api.get("live", { signal: this.signal });
    await this.tabs.anew();
    return cursor;
  }
}
