// What the doctor found in a run: all its alerts, kept up to date, in the order in which they matter.

import * as api from "./api.js";
import { KINDS, byGravity, isOpen } from "./alerts.js";

export class Findings {
  constructor(path) {
    this.path = path;
    this.alerts = new Map(); // id → alert
    this.lacks = {}; // kind → signals that it can't be told without
    this.listeners = [];
  }

  /** `listener(this)` after each change. */
  listen(listener) {
    this.listeners.push(listener);
  }

  async load(signal) {
    const { alerts, lacks } = await api.get(`${this.path}/alerts`, { signal });
    this.alerts = new Map(alerts.map((alert) => [alert.id, alert]));
    this.lacks = lacks;
    this.#tell();
  }

  /** Takes alerts that changed. */
  absorb(alerts) {
    if (!alerts?.length) return;
    for (const alert of alerts) this.alerts.set(alert.id, alert);
    this.#tell();
  }

  /** Acknowledges, snoozes or resolves one. Throws ApiError. */
  async act(alert, action, body = {}) {
    this.absorb([await api.post(`alerts/${alert.id}/${action}`, body)]);
  }

  /** Whether the doctor knows none of the run's signals: to call it sound would be a guess. @param info the run's. */
  blind({ series }) {
    return !series.some((one) => one.signal) && Object.keys(KINDS).every((kind) => kind === "non_finite" || kind in this.lacks);
  }

  /** All open ones, the gravest first. */
  get open() {
    return [...this.alerts.values()].filter(isOpen).sort(byGravity);
  }

  /** The open ones that no other explains. */
  get roots() {
    const kinds = new Set(this.open.map((alert) => alert.kind));
    return this.open.filter((alert) => !kinds.has(alert.consequence_of));
  }

  /** The open ones that are most likely there because of another. */
  because(alert) {
    return this.open.filter((one) => one.consequence_of === alert.kind);
  }

  /** Those that are over, the latest first. */
  get past() {
    return [...this.alerts.values()].filter((alert) => !isOpen(alert)).sort((a, b) => b.step - a.step);
  }

  /** Steps under an alert: { from, to (null: until now), severity }. */
  get stretches() {
    return [...this.alerts.values()]
      .filter((alert) => !alert.consequence_of && alert.severity !== "info" && (isOpen(alert) || alert.resolved_step !== null))
      .map((alert) => ({ from: alert.onset_step, to: isOpen(alert) ? null : alert.resolved_step, severity: alert.severity }));
  }

  #tell() {
    for (const listener of this.listeners) listener(this);
  }
}
