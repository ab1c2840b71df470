// What the machine does: every `system/…` series that the run has, grouped by what it is of.

import { Chart } from "../chart.js";
import { h } from "../dom.js";
import { t } from "../words.js";

const PREFIX = "system/";
const CLOCK = "system/time"; // an axis, not a curve
const NAMES = { cpu: "CPU", memory: "Memory", ram: "Memory", process: "Process", gpu: "GPU", disk: "Disk", network: "Network", watch_share: "Watching" };
const TITLES = {
  cpu_percent: "CPU, %",
  disk_free_gb: "Free disk, GB",
  memory_gb: "Memory, GB",
  memory_percent: "Memory, %",
  process_cpu_percent: "Process CPU, %",
  process_memory_gb: "Process memory, GB",
  watch_share: "Share of the time",
};
const GPU_TITLES = { memory_gb: "GPU {n} memory, GB", memory_percent: "GPU {n} memory, %", utilization_percent: "GPU {n} busy, %" };

/** What people call a series without its prefix; one that the SDK does not log by itself stays as it is. */
export function titled(label) {
  const [, n, what] = label.match(/^gpu(\d+)\/(\w+)$/) ?? [];
  return t((what ? GPU_TITLES[what] : TITLES[label]) ?? label, { n });
}

/** "system/gpu0/utilization" → { group: "gpu", label: "gpu0/utilization" }. */
export function grouped(name) {
  const label = name.slice(PREFIX.length);
  const first = label.split(/[/._]/)[0].replace(/\d+$/, "");
  return { group: label in NAMES ? label : first, label };
}

export class SystemTab {
  constructor(page, place) {
    this.page = page;
    this.held = new Map(); // name → chart
    this.groups = new Map(); // group → its grid
    this.note = h(
      "div",
      { class: "notice", hidden: true },
      h("h2", {}, t("Nothing of the machine was logged")),
      h("p", { class: "muted" }, t("Every series called system/… is drawn here: load, memory, temperature.")),
      h("pre", { class: "code" }, 'run.log({"system/gpu0/utilization": value}, step=step)'),
    );
    this.place = h("div", {});
    place.append(this.note, this.place);
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
    const { group, label } = grouped(name);
    if (!this.groups.has(group)) {
      const grid = h("div", { class: "charts small" });
      this.groups.set(group, grid);
      this.place.append(h("section", { class: "section" }, h("h3", {}, t(NAMES[group] ?? group)), grid));
    }
    const curve = { name, label: "", style: (colours) => colours.runs[0], data: this.page.data };
    const chart = new Chart({ id: name, title: titled(label), curves: [curve] }, this.page.board);
    this.groups.get(group).append(chart.element);
    this.held.set(name, chart);
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
