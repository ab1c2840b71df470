// The samples of a run, on a slider over all steps.

import { h } from "../dom.js";
import { Samples } from "../samples.js";

export class SamplesTab {
  static title = "Samples";

  constructor(page, place) {
    this.page = page;
    const card = h("div", { id: "run-samples", class: "card samples-row" });
    place.append(card);
    this.samples = new Samples(card, [{ id: page.id }], { reference: true, signal: page.signal });
  }

  async open() {
    this.samples.replace(this.page.id, await this.page.data.loadSamples(this.page.signal));
  }

  absorb(change) {
    if (change?.samples?.length) this.samples.add(this.page.id, change.samples);
  }

  async anew() {
    await this.open();
  }

  close() {
    this.samples.pause();
  }
}
