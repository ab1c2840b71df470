// One request a signal for all runs of a comparison: what several of them want in one turn is asked for at once.

import * as api from "../api.js";
import { boot } from "../boot.js";

/** Rows of a curve: a chart of this page has about so many pixels. */
const { width } = boot.first;

/** What a page asks for to know its runs. */
export const details = (ids) => `details?${api.query({ runs: ids.join(",") })}`;

/** What a page asks for to know the grids of its runs. */
export const grids = (ids) => `samples?${api.query({ runs: ids.join(",") })}`;

export class Together {
  constructor() {
    this.waiting = new Map(); // name and stretch → the question that is about to be asked
  }

  /** What `RunData` fetches its series by: some of one run. @returns { cursor: the oldest, found: name → columns } */
  async fetch(id, names, from, to, signal) {
    const answers = await Promise.all(names.map((name) => this.#ask(id, name, from, to, signal)));
    return { cursor: answers[0].cursor, found: Object.fromEntries(answers.map(({ series }, at) => [names[at], series[id]])) };
  }

  #ask(id, name, from, to, signal) {
    const key = JSON.stringify([name, from, to]);
    const held = this.waiting.get(key);
    if (held) {
      held.ids.push(id);
      return held.answer;
    }
    const ids = [id];
    const answer = Promise.resolve().then(() => {
      this.waiting.delete(key);
      return api.get(`series?${api.query({ name, runs: ids.join(","), from, to, width })}`, { signal });
    });
    this.waiting.set(key, { ids, answer });
    return answer;
  }
}
