// The alerts of a run over its steps: a row a kind, a bar from where it began to where it was over. Its
// height is that of three rows from the start, so that an alert that comes moves nothing; more are scrolled to. It shares the charts' window and cursor.

import { isOpen, kindName } from "./alerts.js";
import { h } from "./dom.js";
import * as format from "./format.js";
import { t } from "./words.js";

export class Timeline {
  /** @param board whose window and cursor it shares: to the board it is a chart without curves. */
  constructor(board, findings, show) {
    Object.assign(this, { board, findings, show, dirty: true, seen: false, spec: { id: "timeline", title: t("Alerts"), curves: [] } });
    this.cross = h("div", { class: "cross", hidden: true });
    this.names = h("div", { class: "timeline-names" });
    this.plot = h("div", { class: "timeline-strip" });
    this.element = h("section", { class: "card timeline", "aria-label": t("Timeline of alerts"), tabindex: 0 }, this.names, h("div", { class: "timeline-box" }, this.plot, this.cross));
    this.plot.addEventListener("pointermove", (event) => board.hover(this, event));
    this.plot.addEventListener("pointerleave", () => board.hover(null));
    board.watch(this);
  }

  /** The findings are others now. */
  refresh() {
    this.touch();
    this.board.soon();
  }

  touch() {
    this.dirty = true;
  }

  curves() {
    return [];
  }

  tell() {}

  draw() {
    this.dirty = false;
    const [data] = this.board.runs();
    const axis = this.board.axis(data);
    const [from, to] = (this.range = this.board.look.range ?? this.board.extent());
    const share = (x) => Math.min(Math.max((x - from) / (to - from), 0), 1) * 100;
    const kinds = Map.groupBy([...this.findings.alerts.values()].sort((a, b) => a.onset_step - b.onset_step), (alert) => alert.kind);
    const rows = [...kinds.values()].map((alerts) => {
      const bars = alerts.map((alert) => {
        const end = isOpen(alert) ? Infinity : (alert.resolved_step ?? alert.step);
        const [left, right] = [share(axis.x(alert.onset_step)), end === Infinity ? 100 : share(axis.x(end))];
        if (right <= 0 || left >= 100) return null;
        const until = isOpen(alert) ? t("until now") : t("to step {n}", { n: format.steps(end) });
        const text = `${kindName(alert)}, ${t("from step {n}", { n: format.steps(alert.onset_step) })} ${until}`;
        return h("button", { class: `bar ${alert.severity}${isOpen(alert) ? "" : " over"}`, style: `left:${left}%;width:${right - left}%`, title: text, "aria-label": text, onclick: () => this.show(alert) });
      });
      return h("div", { class: "timeline-row" }, ...bars);
    });
    this.plot.replaceChildren(...rows);
    if (!rows.length) return this.names.replaceChildren(h("span", { class: "timeline-none" }, t("No alerts so far")));
    this.names.replaceChildren(...[...kinds.values()].map(([alert]) => h("span", { title: kindName(alert) }, kindName(alert))));
    return undefined;
  }

  frame() {
    const width = this.plot.clientWidth;
    if (!this.range || !width) return null;
    const [from, to] = this.range;
    const axis = { p2c: (pixel) => from + (pixel / width) * (to - from), c2p: (x) => ((x - from) / (to - from)) * width };
    return { axis, left: 0, top: 0, width, height: this.plot.clientHeight };
  }

  close() {
    this.element.remove();
  }
}
