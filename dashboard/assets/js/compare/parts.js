// The parts of a comparison below its charts: each behind a fold, built when it is first opened; which are open is in the address.

import { byId, h } from "../dom.js";
import * as view from "../view.js";
import { t } from "../words.js";
import { CommonMap } from "./common_map.js";
import { Differences } from "./differences.js";
import { Effects } from "./effects.js";
import { Parallel } from "./parallel.js";
import { Results } from "./results.js";

const PARTS = { results: Results, config: Differences, effects: Effects, map: CommonMap, parallel: Parallel };

export class Parts {
  constructor(comparison) {
    this.held = new Map();
    const open = new Set((view.get("open") ?? "results").split(","));
    const made = Object.entries(PARTS).map(([name, Part]) => {
      const place = h("div", { class: "part" });
      const fold = h("details", { class: "section", "data-part": name, open: open.has(name) }, h("summary", {}, t(Part.title)), place);
      const build = () => {
        if (!fold.open || this.held.has(name)) return;
        this.held.set(name, new Part(place, comparison));
        this.#render(name);
      };
      fold.addEventListener("toggle", () => (build(), this.#keep()));
      return { fold, build };
    });
    byId("compare-parts").replaceChildren(...made.map(({ fold }) => fold));
    made.forEach(({ build }) => build());
  }

  #keep() {
    const open = [...document.querySelectorAll("#compare-parts details[open]")].map((one) => one.dataset.part).join(",");
    view.set({ open: open === "results" ? null : open || "none" });
  }

  async #render(name) {
    try {
      await this.held.get(name).render();
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError) && !error.status) throw error; // the banner tells the rest
    }
  }

  /** Other runs are shown, or they have other values. */
  render(names = [...this.held.keys()]) {
    for (const name of names) if (this.held.has(name)) this.#render(name);
  }
}
