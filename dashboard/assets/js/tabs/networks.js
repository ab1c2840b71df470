// What `run.watch` read of the networks: heat maps over layers and steps, histograms through training, first filters, spectra.

import * as api from "../api.js";
import { Chart } from "../chart.js";
import { h, setText } from "../dom.js";
import * as format from "../format.js";
import { span, ticks, place } from "../layers/cells.js";
import { FilterTiles } from "../layers/filter_tiles.js";
import { HeatMap } from "../layers/heat_map.js";
import { MEASURES, byPlayer, measured } from "../layers/measures.js";
import { Ridges } from "../layers/ridges.js";
import { RunData } from "../run_data.js";
import { Stepper } from "../stepper.js";
import * as theme from "../theme.js";
import * as view from "../view.js";
import { t } from "../words.js";

const SOON = 1000; // ms between two drawings that live points ask for
const FRAMES = 3000; // ms between two fetches of histograms that new ones ask for
const KEPT = 80; // answers with filters that are held
const SPECTRA = ["spectral_norm", "effective_rank"];

const SUPER = [..."⁰¹²³⁴⁵⁶⁷⁸⁹"];

/** A number at the colour scale: powers of ten within it as such. */
function tick(value, [low, high]) {
  const power = Math.round(Math.log10(value));
  if (value === low || value === high || Math.abs(power) < 2) return format.value(value);
  return `10${power < 0 ? "⁻" : ""}${[...String(Math.abs(power))].map((digit) => SUPER[digit]).join("")}`;
}

export class NetworksTab {
  constructor(page, where) {
    this.page = page;
    this.where = where;
    this.behind = false; // there are frames that were not fetched yet
    this.fetched = -Infinity;
    this.orders = new Map(); // network → layers with histograms, in order of depth
    this.steps = [];
    this.filterNetworks = [];
    this.maps = new Map();
    this.tiles = new Map();
    this.spectra = new Map();
    this.seen = new Map(); // network and step → filters
    this.turn = 0;
    const { signal } = page;
    this.stepper = new Stepper({ signal, steps: () => this.steps });
    const pick = (step) => this.stepper.to(this.steps.indexOf(step));
    this.ridges = [new Ridges("weights", t("Weights"), { onpick: pick, signal }), new Ridges("gradients", t("Gradients"), { onpick: pick, signal })];
    this.#build(where);
    view.listen((changed) => this.#changed(changed), signal);
    theme.listen(() => this.render(), signal);
    this.resizer = new ResizeObserver(() => this.soon(0));
    this.resizer.observe(where);
    signal.addEventListener("abort", () => this.close());
  }

  #build(where) {
    const code = "run.watch(generator=G, discriminator=D)";
    this.note = h("div", { class: "notice", hidden: true }, h("h2", {}, t("Nothing is known of the layers")), h("p", { class: "muted" }, t("One line before the loop reads gradients and weights, and changes nothing:")), h("pre", { class: "code" }, code));
    this.kinds = h("div", { class: "segments wrap", role: "group", "aria-label": t("What is shown of each layer") });
    this.hint = h("span", { class: "muted heat-hint" });
    this.scale = h("div", { class: "heat-scale" }, h("div", { class: "heat-ramp" }), h("div", { class: "heat-ticks" }));
    this.oddNote = h("span", { class: "heat-odd", hidden: true }, h("i"), t("NaN or Inf"));
    this.heats = h("div", { class: "heats" });
    this.heatPart = h("section", { class: "layers-part", "aria-label": t("Layers over the steps") }, h("div", { class: "heat-bar" }, this.kinds, this.hint, this.oddNote, this.scale), this.heats);
    this.layer = h("select", { class: "select", "aria-label": t("Layer") });
    this.layer.addEventListener("change", () => view.set({ layer: this.layer.value }));
    this.stepBar = h("div", { class: "step-bar" }, h("label", {}, h("span", { class: "muted" }, t("Layer")), this.layer), this.stepper.element, this.stepper.output);
    this.ridgeRow = h("div", { class: "ridge-row" }, ...this.ridges.map((one) => one.element));
    this.filterRow = h("div", { class: "filter-row" });
    this.framePart = h("section", { class: "layers-part", "aria-label": t("One layer through training"), hidden: true }, this.stepBar, this.ridgeRow, this.filterRow);
    this.charts = h("div", { class: "charts" });
    this.spectraPart = h("section", { class: "layers-part", "aria-label": t("Spectra"), hidden: true }, h("h2", { class: "part-title" }, t("Spectra")), this.charts);
    this.stepper.keys(this.stepBar, this.page.signal);
    where.append(this.note, h("div", { class: "networks" }, this.heatPart, this.framePart, this.spectraPart));
  }

  async open() {
    await this.#index();
    this.#lay();
    await this.#want();
    this.render();
    await this.#frames();
  }

  /** Which layers have histograms, which networks filters, and at which steps. */
  async #index() {
    const { id, signal } = this.page;
    const [histograms, filters] = await Promise.all(["histograms", "filters"].map((kind) => api.get(`${RunData.path(id)}/${kind}`, { signal })));
    this.orders = new Map(histograms.networks.sort((a, b) => byPlayer(a.network, b.network)).map((one) => [one.network, one.layers]));
    this.filterNetworks = filters.networks.map((one) => one.network).sort(byPlayer);
    this.steps = [...new Set([...histograms.networks, ...filters.networks].flatMap((one) => one.steps))].sort((a, b) => a - b);
  }

  get measured() {
    return measured((this.page.data.info?.series ?? []).map((one) => one.name), this.orders);
  }

  /** The measure that is shown: the one that was asked for, else the first there is. */
  get kind() {
    const found = this.found;
    const asked = view.get("measure");
    return found.has(asked) ? asked : [...found.keys()][0];
  }

  /** Network and layer whose histograms are shown: those asked for, else the discriminator's first. */
  get chosen() {
    const all = [...this.orders].flatMap(([network, layers]) => layers.map((layer) => `${network}/${layer}`));
    const asked = view.get("layer");
    const key = all.includes(asked) ? asked : (all.find((one) => one.startsWith("discriminator/")) ?? all[0]);
    if (!key) return null;
    const at = key.indexOf("/");
    return { key, network: key.slice(0, at), layer: key.slice(at + 1) };
  }

  /** Puts in what the run's series and frames need; what stands stays as it is. */
  #lay() {
    this.found = this.measured;
    const none = !this.found.size && !this.orders.size;
    this.note.hidden = !none;
    this.heatPart.hidden = !this.found.size;
    this.framePart.hidden = !this.steps.length;
    const kinds = [...this.found.keys()];
    if (this.kinds.dataset.kinds !== kinds.join()) {
      this.kinds.dataset.kinds = kinds.join();
      this.kinds.replaceChildren(...kinds.map((kind) => h("button", { class: "segment", "data-measure": kind, title: MEASURES[kind].hint, onclick: () => view.set({ measure: kind === kinds[0] ? null : kind }) }, MEASURES[kind].title)));
    }
    this.#layers();
    this.#spectra();
    for (const network of this.filterNetworks) {
      if (this.tiles.has(network)) continue;
      this.tiles.set(network, new FilterTiles(network, this.page.signal));
      this.filterRow.append(this.tiles.get(network).element);
    }
  }

  #layers() {
    const told = JSON.stringify([...this.orders]);
    if (told !== this.toldLayers) {
      this.toldLayers = told;
      this.layer.replaceChildren(...[...this.orders].flatMap(([network, layers]) => layers.map((layer) => h("option", { value: `${network}/${layer}` }, `${t(network)} · ${layer}`))));
    }
    if (this.chosen) this.layer.value = this.chosen.key;
  }

  /** Curves of singular values, a chart a network and a curve a layer. */
  #spectra() {
    const { board, data } = this.page;
    for (const kind of SPECTRA) {
      for (const [network, layers] of this.found.get(kind) ?? []) {
        const id = `spectra-${kind}-${network}`;
        const names = layers.map((one) => one.name).join("\n");
        const held = this.spectra.get(id);
        if (held?.names === names) continue;
        if (held) {
          board.drop(held.chart);
          held.chart.element.remove();
        }
        const curves = layers.map(({ layer, name }, at) => ({ name, label: layer, data, style: (colours) => colours.runs[at % colours.runs.length] }));
        const chart = new Chart({ id, title: `${MEASURES[kind].title}: ${t(network)}`, hint: MEASURES[kind].hint, curves }, board);
        this.charts.append(chart.element);
        this.spectra.set(id, { names, chart });
      }
    }
    this.spectraPart.hidden = !this.spectra.size;
  }

  async #want() {
    const { data, signal } = this.page;
    const networks = this.found.get(this.kind);
    if (networks) await data.want([...networks.values()].flat().map((one) => one.name), signal);
  }

  async #changed(changed) {
    if (!this.found) return;
    try {
      if (changed.has("measure")) await this.#want();
      if (["measure", "from", "to", "x", "sample", "layer"].some((key) => changed.has(key))) this.render();
      if (changed.has("sample") || changed.has("layer")) await this.#frames();
    } catch (error) {
      if (!this.page.signal.aborted && !(error instanceof TypeError) && !error.status) throw error; // the banner tells the rest
    }
  }

  get hidden() {
    return !this.where.offsetParent;
  }

  render() {
    if (!this.found || this.hidden) return;
    this.drawnAt = performance.now();
    if (this.behind) this.#catchUp();
    this.stepper.render();
    if (this.found.size) this.#heat();
    this.#ridges();
    for (const [network, tiles] of this.tiles) if (this.shownFilters?.get(network)) tiles.draw(this.shownFilters.get(network));
  }

  #heat() {
    const { kind, page } = this;
    const measure = MEASURES[kind];
    for (const button of this.kinds.children) button.setAttribute("aria-pressed", String(button.dataset.measure === kind));
    setText(this.hint, measure.hint);
    const networks = this.found.get(kind);
    for (const network of networks.keys()) {
      if (this.maps.has(network)) continue;
      const pick = (layer) => this.orders.get(network)?.includes(layer) && view.set({ layer: `${network}/${layer}` });
      this.maps.set(network, new HeatMap(network, { onpick: pick, signal: page.signal }));
    }
    const order = [...this.maps.keys()].sort(byPlayer);
    if (order.some((network, at) => this.heats.children[at] !== this.maps.get(network).element)) this.heats.replaceChildren(...order.map((network) => this.maps.get(network).element));
    for (const [network, map] of this.maps) map.element.hidden = !networks.has(network);
    const { look } = page.board;
    const [from, to] = (look.x === "step" && look.range) || [page.data.firstStep, Math.max(page.data.lastStep, page.data.firstStep + 1)];
    const rows = [...networks].flatMap(([network, layers]) => this.maps.get(network).rows(layers, (name) => page.data.shown(name), from, to));
    const range = span(rows, measure);
    for (const [network] of networks) this.maps.get(network).draw(range, measure, this.stepper.step, this.chosen?.network === network ? this.chosen.layer : null);
    this.#legend(range, measure, rows.some((one) => one.odd.size));
  }

  #legend(range, measure, odd) {
    const { heat } = theme.palette();
    this.oddNote.hidden = !odd;
    this.oddNote.style.setProperty("--odd", heat.odd);
    this.scale.hidden = !range;
    if (!range) return;
    this.scale.firstChild.style.background = `linear-gradient(90deg, ${heat.stops.join(", ")})`;
    const marks = ticks(range, measure.log).map((value) => h("span", { style: `left:${100 * place(value, range, measure.log)}%` }, tick(value, range)));
    this.scale.lastChild.replaceChildren(...marks);
    this.scale.title = measure.log ? t("logarithmic; the outermost half percent of the values has the colour of the end") : "";
  }

  #ridges() {
    const told = this.histograms;
    if (!told || !this.chosen) return;
    const { roles, runs } = theme.palette();
    const colour = (roles[told.network] ?? runs[0]).color;
    for (const one of this.ridges) one.draw(told[one.kind], colour, this.stepper.step);
  }

  /** Fetches the chosen layer's histograms and the step's filters; an answer that was overtaken is left out. */
  async #frames() {
    const { id, signal } = this.page;
    const turn = ++this.turn;
    const { chosen } = this;
    const path = `${RunData.path(id)}`;
    const step = this.stepper.step;
    const wanted = chosen && (this.histograms?.key !== chosen.key || this.histograms.steps !== this.steps);
    const [histograms, ...filters] = await Promise.all([
      wanted ? api.get(`${path}/histograms?${api.query({ network: chosen.network, layer: chosen.layer })}`, { signal }) : null,
      ...this.filterNetworks.map((network) => this.#filters(network, step)),
    ]);
    if (turn !== this.turn) return;
    if (histograms) this.histograms = { weights: [], gradients: [], ...histograms, key: chosen.key, steps: this.steps };
    this.shownFilters = new Map(filters.map((one, at) => [this.filterNetworks[at], one]));
    this.render();
  }

  /** Fetches the frames that came meanwhile; not too often, and only while the tab is seen. */
  async #catchUp() {
    const wait = this.fetched + FRAMES - performance.now();
    if (wait > 0) return this.soon(wait);
    this.fetched = performance.now();
    this.behind = false;
    try {
      await this.#index();
      this.#lay();
      await this.#frames();
    } catch (error) {
      this.behind = true; // the next live answer tries again
      if (!this.page.signal.aborted && !(error instanceof TypeError) && !error.status) throw error;
    }
    return undefined;
  }

  async #filters(network, step) {
    const key = `${network}/${step}`;
    const { id, signal } = this.page;
    if (!this.seen.has(key)) {
      if (this.seen.size >= KEPT) this.seen.delete(this.seen.keys().next().value);
      this.seen.set(key, await api.get(`${RunData.path(id)}/filters?${api.query({ network, step })}`, { signal }));
    }
    return this.seen.get(key);
  }

  /** Draws a little later, once for all that comes until then. */
  soon(wait = SOON) {
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.render();
    }, Math.max(wait, SOON - (performance.now() - (this.drawnAt ?? 0)), 0));
  }

  async absorb(change) {
    this.behind ||= Boolean(change?.layers?.length);
    this.#lay();
    await this.#want();
    if (change?.points || this.behind) this.soon();
  }

  async anew() {
    this.seen.clear();
    this.histograms = null;
    await this.open();
  }

  close() {
    clearTimeout(this.timer);
    this.resizer.disconnect();
    for (const { chart } of this.spectra.values()) this.page.board.drop(chart);
    this.spectra.clear();
  }
}

