// The tabs of the run page: a bar of tabs and a panel each. A tab is built when it is first shown, and told of live changes from then on.

import { h } from "./dom.js";
import { trouble } from "./notices.js";
import { TABS } from "./tabs/registry.js";
import * as view from "./view.js";
import { t } from "./words.js";

export class TabFrame {
  /** @param page what tabs are given: { id, data, board, signal, view }. @param bar, panels the elements that tabs and panels go into. */
  constructor(page, bar, panels, toolbar = null, tabs = TABS) {
    this.page = page;
    this.toolbar = toolbar;
    [this.first] = Object.keys(tabs);
    this.tabs = new Map(Object.entries(tabs).map(([name, kind]) => [name, this.#make(name, kind)]));
    const all = [...this.tabs.values()];
    bar.replaceChildren(...all.map((tab) => tab.button));
    panels.replaceChildren(...all.map((tab) => tab.panel));
    bar.addEventListener("keydown", (event) => this.#key(event));
    view.listen((changed) => changed.has("tab") && this.#show(), page.signal);
    page.signal.addEventListener("abort", () => this.#close());
  }

  #make(name, kind) {
    const button = h(
      "button",
      { role: "tab", id: `tab-${name}`, class: "tab", "aria-controls": `panel-${name}`, onclick: () => this.go(name) },
      t(kind.title),
    );
    const note = h("div", { id: `note-${name}`, hidden: true });
    const place = h("div", { class: `tab-place tab-${name}` });
    const panel = h("div", { role: "tabpanel", id: `panel-${name}`, class: "panel", "aria-labelledby": `tab-${name}`, hidden: true }, note, place);
    return { name, kind, button, panel, place, opening: null, held: null, missed: [] };
  }

  /** The tab that the address names. */
  get current() {
    return this.tabs.get(view.get("tab")) ?? this.tabs.get(this.first);
  }

  go(name) {
    view.set({ tab: name === this.first ? null : name });
  }

  /** Shows the first tab; resolves when it is there. */
  start() {
    return this.#show();
  }

  #show() {
    const current = this.current;
    for (const tab of this.tabs.values()) {
      const on = tab === current;
      tab.panel.hidden = !on;
      tab.button.setAttribute("aria-selected", String(on));
      tab.button.tabIndex = on ? 0 : -1;
    }
    if (this.toolbar) this.toolbar.hidden = !current.kind.toolbar;
    current.button.scrollIntoView({ block: "nearest", inline: "nearest" });
    current.opening ??= this.#open(current);
    return current.opening;
  }

  /** Builds a tab; asks again while the service does not answer. Changes that come meanwhile are kept for it. */
  async #open(tab) {
    const { signal } = this.page;
    tab.panel.setAttribute("aria-busy", "true");
    try {
      await trouble(
        async () => {
          tab.place.replaceChildren();
          const Tab = await tab.kind.load();
          const made = new Tab(this.page, tab.place);
          try {
            await made.open();
          } catch (error) {
            made.close?.();
            throw error;
          }
          tab.held = made;
        },
        tab.panel.firstChild.id,
        signal,
      );
      tab.panel.removeAttribute("aria-busy");
      for (const [change, summary] of tab.missed.splice(0)) await tab.held?.absorb?.(change, summary);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** What a live answer tells of the run, to every tab that was opened. */
  async absorb(change, summary) {
    for (const tab of this.tabs.values()) {
      if (tab.held) await tab.held.absorb?.(change, summary);
      else if (tab.opening) tab.missed.push([change, summary]);
    }
  }

  /** All is to be fetched anew. */
  async anew() {
    for (const tab of this.tabs.values()) await tab.held?.anew?.();
  }

  #key(event) {
    const names = [...this.tabs.keys()];
    const at = names.indexOf(this.current.name);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: names.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const name = names[(to + names.length) % names.length];
    this.go(name);
    this.tabs.get(name).button.focus();
  }

  #close() {
    for (const tab of this.tabs.values()) tab.held?.close?.();
  }
}
