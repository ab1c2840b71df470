// What the machine does: every `system/…` series that the run has, in the order of their names, which puts side by side what is of one thing.

import { Chart } from "../chart.js";
import { h } from "../dom.js";
import { t } from "../words.js";

const PREFIX = "system/";
const CLOCK = "system/time"; // an axis, not a curve
const TITLES = {
  cpu_percent: "CPU, %",
  disk_free_gb: "Free disk, GB",
  memory_gb: "Memory, GB",
  memory_percent: "Memory, %",
  process_cpu_percent: "Process CPU, %",
  process_memory_gb: "Process memory, GB",
  watch_share: "Watching costs",
};
const GPU_TITLES = { memory_gb: "GPU {n} memory, GB", memory_percent: "GPU {n} memory, %", utilization_percent: "GPU {n} busy, %" };

/** What people call a series without its prefix; one that the SDK does not log by itself stays as it is. */
export function titled(label) {
  const [, n, what] = label.match(/^gpu(\d+)\/(\w+)$/) ?? [];
  return t((what ? GPU_TITLES[what] : TITLES[label]) ?? label, { n });
}

export class SystemTab {
  constructor(page, place) {
    this.page = page;
    this.held = new Map(); // name → chart
    this.grid = h("div", { class: "charts small" });
    this.note = h(
      "div",
      { class: "notice", hidden: true },
      h("h2", {}, t("Nothing of the machine was logged")),
      h("p", { class: "muted" }, t("Every series called system/… is drawn here: load, memory, temperature.")),
      h("pre", { class: "code" }, 'run.log({"system/gpu0/utilization": value}, step=step)'),
    );
    place.append(this.note, this.grid);
  }

  open() {
    this.lay();
  }

  lay() {
    this.info = this.page.data.info;
    const names = this.info.series.map((one) => one.name).filter((name) => name.startsWith(PREFIX) && name !== CLOCK).sort();
    this.note.hidden = names.length > 0;
    for (const name of names) if (!this.held.has(name)) this.#add(name);
  }

  #add(name) {
    const curve = { name, label: "", style: (colours) => colours.runs[0], data: this.page.data };
    const chart = new Chart({ id: name, title: titled(name.slice(PREFIX.length)), curves: [curve] }, this.page.board);
    this.#place(name, chart.element);
    this.held.set(name, chart);
  }

  /** Where its name stands among those that are there. */
  #place(name, element) {
    const next = [...this.held.keys()].filter((other) => other > name).sort()[0];
    this.grid.insertBefore(element, this.held.get(next)?.element ?? null);
  }

  absorb() {
    if (this.info !== this.page.data.info) this.lay();
  }

  anew() {
    this.lay();
  }

  close() {
    for (const chart of this.held.values()) this.page.board.drop(chart);
  }
}
