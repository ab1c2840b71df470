// One step for everything that is shown of samples: a slider with play over the steps there are; the step lives in the address (`sample`).

import { h, icon, setText } from "./dom.js";
import * as format from "./format.js";
import { lowerBound } from "./series.js";
import * as view from "./view.js";
import { t } from "./words.js";

export class Stepper {
  /**
   * @param steps () => all steps, ascending. @param pace ms a step while it plays. @param ready () => whether what is shown is drawn:
   *   play waits for it. The step itself is heard of by `view.listen` ("sample").
   */
  constructor({ signal, steps, pace = 250, ready = () => true }) {
    Object.assign(this, { steps, pace, ready, playing: null });
    const button = (name, label, onclick) => h("button", { class: "ghost", "aria-label": label, title: label, onclick }, icon(name));
    this.slider = h("input", { type: "range", min: 0, max: 0, value: 0, step: 1, class: "slider", "aria-label": t("Step of the samples") });
    this.slider.addEventListener("input", () => (this.pause(), this.to(Number(this.slider.value))));
    this.playButton = button("play", t("Play"), () => (this.playing ? this.pause() : this.play()));
    this.follow = h("button", { class: "chip", title: t("Show each new step as it comes"), onclick: () => (this.pause(), view.set({ sample: null })) }, t("Latest"));
    this.playButton.dataset.act = "play";
    this.output = h("output", { class: "sample-step" });
    this.element = h(
      "div",
      { class: "sample-controls" },
      button("back", t("Previous step"), () => this.move(-1)),
      this.playButton,
      button("forward", t("Next step"), () => this.move(1)),
      this.slider,
      this.follow,
    );
    signal.addEventListener("abort", () => this.pause());
  }

  /** Arrow keys and space move it, wherever in `element` they are pressed; `more`: further keys → what they do. */
  keys(element, signal, more = {}) {
    const keys = { ArrowLeft: () => this.move(-1), ArrowRight: () => this.move(1), " ": () => this.playButton.click(), ...more };
    element.tabIndex = 0;
    element.addEventListener(
      "keydown",
      (event) => {
        const { target, key } = event;
        if (["SELECT", "TEXTAREA"].includes(target.tagName) || event.ctrlKey || event.metaKey || event.altKey || !(key in keys)) return;
        if ((target.tagName === "INPUT" && target !== this.slider) || ([" ", "Enter"].includes(key) && ["BUTTON", "SUMMARY"].includes(target.tagName))) return;
        event.preventDefault();
        event.stopPropagation(); // keys of the page mean something else
        keys[key]();
      },
      { signal },
    );
  }

  /** Place among the steps: the one nearest to what was asked for, the last when nothing was; -1 without steps. */
  get at() {
    const steps = this.steps();
    const asked = view.number("sample");
    if (asked === null) return steps.length - 1;
    return nearest(steps, asked);
  }

  get step() {
    return this.steps()[this.at] ?? null;
  }

  /** Shows the step at a place; the last one means to follow. */
  to(at) {
    const steps = this.steps();
    const place = Math.min(Math.max(at, 0), steps.length - 1);
    view.set({ sample: place === steps.length - 1 ? null : steps[place] });
  }

  move(by) {
    this.pause();
    this.to(this.at + by);
  }

  play() {
    const steps = this.steps();
    if (steps.length < 2) return;
    if (this.at === steps.length - 1) this.to(0);
    this.playButton.replaceChildren(icon("pause"));
    this.playButton.setAttribute("aria-label", t("Pause"));
    this.playing = setInterval(() => {
      if (!this.ready()) return;
      if (this.at >= this.steps().length - 1) this.pause();
      else this.to(this.at + 1);
    }, this.pace);
  }

  pause() {
    clearInterval(this.playing);
    this.playing = null;
    this.playButton.replaceChildren(icon("play"));
    this.playButton.setAttribute("aria-label", t("Play"));
  }

  render() {
    const { at, step } = this;
    this.element.hidden = at < 0;
    if (at < 0) return setText(this.output, "");
    this.slider.max = this.steps().length - 1;
    this.slider.value = at;
    const told = t("step {n}", { n: format.steps(step) });
    this.slider.setAttribute("aria-valuetext", told);
    this.follow.setAttribute("aria-pressed", String(view.get("sample") === null));
    setText(this.output, told);
  }
}

/** Place of the nearest of ascending numbers; of two as near, the earlier. -1 when there is none. */
export function nearest(numbers, wanted) {
  const at = lowerBound(numbers, wanted);
  if (at === 0 || at === numbers.length) return Math.min(at, numbers.length - 1);
  return numbers[at] - wanted < wanted - numbers[at - 1] ? at : at - 1;
}
