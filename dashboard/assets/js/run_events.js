// What happened in a run: fetched when it is first shown, and kept up to date by live answers.

import * as api from "./api.js";
import { RunData } from "./run_data.js";

export class RunEvents {
  constructor(id, signal) {
    this.path = `${RunData.path(id)}/events`;
    this.signal = signal;
    this.all = []; // in order: { time, step, kind, data }
    this.ready = false; // once they were fetched
  }

  async load() {
    this.all = (await api.get(this.path, { signal: this.signal })).events;
    this.ready = true;
  }

  /** Takes those of a live answer. @returns whether there were any. */
  take(change) {
    this.all.push(...(change?.events ?? []));
    return Boolean(change?.events?.length);
  }
}
