// The head of the run page: name, state, progress, time left, id, and NaN where there are any.

import { boot } from "./boot.js";
import { h, icon, setText } from "./dom.js";
import * as format from "./format.js";
import { language, t } from "./words.js";

export const stateBadge = (state) => h("span", { class: `state state-${state}` }, t(state));

const WATCH = "system/watch_share";

const WORDS = {
  stale: t("No sign of life for a while: the training may hang, or the network is gone."),
  crashed: t("The training ended without a word, or said that it crashed."),
};

// What its duration is called, by state; a run that is stale or crashed only "ran": it did not come to its end.
const TIME = { running: t("Running"), finished: t("Took") };

const SHOWN = 12; // project, group and tags that stand in the head; the rest shows on hover

export class Head {
  constructor(element) {
    this.element = element;
    const fact = (name) => {
      const value = h("b", {});
      const label = h("span", { class: "label" }, name);
      return { label, value, item: h("span", { class: "fact" }, label, value) };
    };
    this.title = h("h1", { class: "run-name" });
    this.state = h("span", { class: "state" });
    this.id = h("button", { class: "ghost id", title: t("Copy the run’s id"), onclick: () => this.copy() }, h("code", {}), icon("copy"));
    this.bar = h("i", {});
    this.progress = h("span", { class: "progress", role: "progressbar", "aria-label": t("Progress") }, this.bar);
    this.facts = { step: fact(t("Step")), left: fact(t("Left")), time: fact(t("Running")), images: fact(t("Images")), points: fact(t("Points")), watching: fact(t("Watching costs")) };
    this.facts.watching.item.title = t("Share of the training’s time that run.watch takes, over its last ten seconds. run.watch(every=…) changes how often it reads.");
    this.odd = h("span", { class: "badge bad", hidden: true });
    this.refused = h("span", { class: "badge warn", hidden: true });
    this.aside = h("span", { class: "badge calm run-aside", hidden: true });
    this.sub = h("span", { class: "muted run-sub" });
    this.report = h("a", { class: "button run-report", title: t("One file with findings, curves and samples, that opens with no server"), download: "" }, t("Report"));
    this.why = h("p", { class: "run-why", hidden: true });
    element.replaceChildren(
      h("div", { class: "head-line" }, this.title, this.state, this.aside, this.odd, this.refused, this.id, this.sub, this.report),
      h("div", { class: "head-line facts-line" }, this.progress, ...Object.values(this.facts).map((one) => one.item)),
      this.why,
    );
  }

  async copy() {
    await navigator.clipboard?.writeText(this.info.id).catch(() => null);
    this.id.classList.add("done");
    setTimeout(() => this.id.classList.remove("done"), 1200);
  }

  show(info, images) {
    this.info = info;
    setText(this.title, info.name || info.id);
    setText(this.state, t(info.state));
    this.report.href = `${boot.api}/runs/${encodeURIComponent(info.id)}/report.html?download=true&lang=${language}`;
    this.state.className = `state state-${info.state}`;
    setText(this.id.querySelector("code"), info.id);
    const parts = [info.project, info.group, ...info.tags].filter(Boolean);
    const more = parts.length - SHOWN;
    setText(this.sub, more > 1 ? `${parts.slice(0, SHOWN).join(" · ")} · ${t("{n} more", { n: more })}` : parts.join(" · "));
    this.sub.title = more > 1 ? parts.slice(SHOWN).join(", ") : "";
    this.aside.hidden = !info.trashed && !info.archived;
    setText(this.aside, info.trashed ? t("in the trash") : t("archived"));
    const done = format.progress(info);
    this.progress.hidden = done === null;
    this.bar.style.width = `${(done ?? 0) * 100}%`;
    this.progress.dataset.state = info.state;
    this.progress.setAttribute("aria-valuenow", Math.round((done ?? 0) * 100));
    const step = info.last_step === null ? "–" : format.steps(info.last_step);
    this.fact("step", info.total_steps ? `${step} / ${format.steps(info.total_steps)}` : step);
    const left = format.timeLeft(info);
    this.fact("left", left === null ? null : format.duration(left));
    setText(this.facts.time.label, TIME[info.state] ?? t("Ran"));
    this.fact("time", format.duration(info.duration));
    this.fact("images", Number.isFinite(images) ? format.steps(images) : null);
    this.fact("points", format.steps(info.points));
    const share = info.series.find((one) => one.name === WATCH)?.last;
    this.fact("watching", Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : null);
    const odd = info.series.reduce((sum, one) => sum + one.nan_count + one.inf_count, 0);
    this.odd.hidden = !odd;
    setText(this.odd, `${format.steps(odd)} NaN/Inf`);
    const worst = info.series.filter((one) => one.nan_count + one.inf_count).map((one) => one.name);
    this.odd.title = t("in {names}", { names: worst.join(", ") });
    this.refused.hidden = !info.refused;
    setText(this.refused, t("{n} records refused", { n: format.steps(info.refused) }));
    this.refused.title = t("The sender’s disk or journal was full: it could not take these.");
    const why = info.reason || WORDS[info.state];
    this.why.hidden = !why;
    setText(this.why, why ?? "");
  }

  fact(name, text) {
    this.facts[name].item.hidden = text === null;
    setText(this.facts[name].value, text ?? "");
  }
}
