// Projects and their groups beside the table, with counts: a click shows the runs of one, a fold its groups.

import { h, icon } from "../dom.js";
import * as format from "../format.js";
import { recall, remember } from "../kept.js";
import * as view from "../view.js";
import { t } from "../words.js";

const KEY = "nashboard-open-projects";

export class ProjectTree {
  constructor(place) {
    this.place = place;
    this.open = new Set(JSON.parse(recall(KEY) ?? "[]"));
    this.projects = [];
  }

  show(projects) {
    const natural = (a, b) => a.localeCompare(b, undefined, { numeric: true });
    for (const one of projects) one.groups.sort((a, b) => natural(a.group, b.group));
    this.projects = projects.sort((a, b) => natural(a.project, b.project));
    this.render();
  }

  render() {
    const chosen = { project: view.get("project"), group: view.get("group") };
    const all = this.projects.reduce((sum, one) => sum + one.runs, 0);
    const told = JSON.stringify([this.projects, chosen, [...this.open]]);
    if (told === this.told) return;
    this.told = told;
    const focused = this.place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.place.hidden = this.projects.length < 2 && !this.projects.some((one) => one.groups.length) && !chosen.project;
    this.place.replaceChildren(
      this.item({ key: "all", name: t("All projects"), runs: all, on: !chosen.project, go: { project: null, group: null } }),
      ...this.projects.flatMap((one) => this.project(one, chosen)),
    );
    if (focused) this.place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  project(one, chosen) {
    const mine = chosen.project === one.project;
    const open = this.open.has(one.project) || (mine && chosen.group);
    const fold = one.groups.length
      ? h(
          "button",
          { class: "fold", "aria-expanded": String(Boolean(open)), "aria-label": t("Groups of {name}", { name: one.project }), onclick: () => this.turn(one.project) },
          icon("forward"),
        )
      : h("span", { class: "fold" });
    const head = this.item({ ...one, key: `p/${one.project}`, name: one.project, on: mine && !chosen.group, go: { project: one.project, group: null }, fold });
    const groups = open
      ? one.groups.map((group) =>
          this.item({
            ...group,
            key: `g/${one.project}/${group.group}`,
            name: group.group,
            on: mine && chosen.group === group.group,
            go: { project: one.project, group: group.group },
            deep: true,
          }),
        )
      : [];
    return [head, ...groups];
  }

  item({ key, name, runs, running = 0, critical = 0, on, go, fold = null, deep = false }) {
    const lights = [
      running ? h("i", { class: "dot dot-running", title: t("{n} running", { n: running }) }) : null,
      critical ? h("i", { class: "dot dot-crashed", title: t("{n} critical", { n: critical }) }) : null,
    ];
    const button = h(
      "button",
      { class: "tree-name", "data-key": key, "aria-current": on ? "true" : null, title: name, onclick: () => view.set(go) },
      h("span", {}, name),
      ...lights,
      h("span", { class: "count" }, format.steps(runs)),
    );
    return h("div", { class: `tree-row${deep ? " deep" : ""}` }, fold, button);
  }

  turn(project) {
    if (!this.open.delete(project)) this.open.add(project);
    remember(KEY, JSON.stringify([...this.open].slice(-200)));
    this.render();
  }
}
