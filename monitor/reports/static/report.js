// Draws the curves of a report. No library, no request: all it needs is in the page.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";
const LEFT = 52, RIGHT = 8, TOP = 8, BOTTOM = 22;
const t = (text, values = {}) => (data.words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const charts = [];
let window_ = null; // the steps that all charts show; null: all of them

const el = (name, attributes = {}, ...children) => {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const html = (name, attributes = {}, ...children) => {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};
const short = (value) => {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2).replace("e+", "e");
  return String(Number(value.toPrecision(4)));
};
const ticks = (low, high, count) => {
  const rough = (high - low) / count || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) found.push(Math.abs(at) < step / 1e6 ? 0 : at);
  return found;
};
const logTicks = (low, high) => {
  const found = [];
  const every = Math.max(1, Math.ceil((Math.log10(high) - Math.log10(low)) / 5));
  for (let power = Math.ceil(Math.log10(low)); 10 ** power <= high; power += every) found.push(10 ** power);
  return found.length ? found : [low, high];
};

class Chart {
  constructor(card, title, names) {
    this.names = names;
    this.title = title;
    this.log = false;
    this.legend = html("div", { class: "legend" });
    this.svg = el("svg", { role: "img", "aria-label": title });
    this.button = html("button", { type: "button", "aria-pressed": "false", title: t("Logarithmic axis") }, t("log"));
    this.button.addEventListener("click", () => {
      this.log = !this.log;
      this.button.setAttribute("aria-pressed", String(this.log));
      this.draw();
    });
    card.append(html("header", {}, html("h3", { title }, title), this.button), this.svg, this.legend);
    this.svg.addEventListener("pointermove", (event) => this.move(event));
    this.svg.addEventListener("pointerleave", () => { if (!this.from) hover(null); });
    this.svg.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "mouse") return hover(this.step(event));
      this.from = event.clientX;
      this.svg.setPointerCapture(event.pointerId);
    });
    this.svg.addEventListener("pointerup", (event) => this.release(event));
    this.svg.addEventListener("dblclick", () => zoom(null));
  }

  get span() {
    if (window_) return window_;
    let [first, last] = [Infinity, -Infinity];
    for (const chart of charts) for (const name of chart.names) {
      const steps = data.curves[name].step;
      if (steps.length) [first, last] = [Math.min(first, steps[0]), Math.max(last, steps.at(-1))];
    }
    return first < last ? [first, last] : [first === Infinity ? 0 : first, (first === Infinity ? 0 : first) + 1];
  }

  /** Rows [step, low, high, value] in sight, and one more on each side. */
  rows(name) {
    const curve = data.curves[name];
    const [first, last] = this.span;
    const from = Math.max(0, curve.step.findIndex((step) => step >= first) - 1);
    const found = [];
    for (let i = from; i < curve.step.length; i++) {
      const value = (curve.mean ?? curve.last)[i];
      found.push([curve.step[i], curve.min?.[i] ?? value, curve.max?.[i] ?? value, value]);
      if (curve.step[i] > last) break;
    }
    return found;
  }

  draw() {
    const width = this.svg.clientWidth || 340, height = 200;
    const drawn = this.names.map((name) => this.rows(name));
    let [low, high] = [Infinity, -Infinity];
    for (const rows of drawn) for (const [, bottom, top] of rows) {
      if (bottom === null || (this.log && bottom <= 0)) continue;
      [low, high] = [Math.min(low, bottom), Math.max(high, top)];
    }
    if (low === Infinity) [low, high] = this.log ? [0.1, 1] : [0, 1];
    if (low === high) [low, high] = this.log ? [low / 2, high * 2] : [low - Math.abs(low || 1) / 10, high + Math.abs(high || 1) / 10];
    else if (!this.log) { const space = (high - low) * 0.05; [low, high] = [low - space, high + space]; }
    const [first, last] = this.span;
    this.x = (step) => LEFT + ((step - first) / (last - first)) * (width - LEFT - RIGHT);
    const turn = this.log ? Math.log10 : (value) => value;
    const y = (value) => TOP + (1 - (turn(value) - turn(low)) / (turn(high) - turn(low))) * (height - TOP - BOTTOM);
    this.width = width;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const clip = `clip${charts.indexOf(this)}`;
    const inside = el("g", { "clip-path": `url(#${clip})` });
    for (const band of data.bands) {
      const [left, right] = [this.x(band.from), this.x(band.to ?? last)];
      inside.append(el("rect", { class: `when ${band.severity}`, x: left, y: TOP, width: Math.max(1, right - left), height: height - TOP - BOTTOM }));
    }
    drawn.forEach((rows, place) => inside.append(...this.curve(rows, y, place, this.names[place])));
    this.cursor = el("path", { stroke: "var(--muted)", fill: "none", visibility: "hidden" });
    this.box = el("rect", { fill: "var(--accent)", opacity: 0.15, y: TOP, height: height - TOP - BOTTOM, visibility: "hidden" });
    this.svg.replaceChildren(
      el("clipPath", { id: clip }, el("rect", { x: LEFT, y: 0, width: width - LEFT - RIGHT, height: height - BOTTOM })),
      ...(this.log ? logTicks(low, high) : ticks(low, high, 6)).flatMap((at) => [
        el("path", { d: `M${LEFT} ${y(at)}H${width - RIGHT}`, stroke: "var(--grid)" }),
        el("text", { x: LEFT - 6, y: y(at) + 4, "text-anchor": "end" }, short(at)),
      ]),
      ...ticks(first, last, Math.max(3, width / 80)).filter((at) => at >= first && at <= last).map((at) => {
        const edge = this.x(at) > width - RIGHT - 16 ? "end" : "middle";
        return el("text", { x: this.x(at), y: height - 6, "text-anchor": edge }, Number(at.toPrecision(12)).toLocaleString("en"));
      }),
      inside, this.cursor, this.box,
    );
    this.tell(null);
  }

  curve(rows, y, place, name) {
    const colour = colourOf(name, place);
    const usable = rows.map(([step, low, high, value]) => (value === null || (this.log && low <= 0) ? null : [this.x(step), y(low), y(high), y(value)]));
    let line = "", pen = "M";
    for (const row of usable) {
      if (row) line += `${pen}${row[0].toFixed(1)} ${row[3].toFixed(1)}`;
      pen = row ? "L" : "M";
    }
    const parts = [];
    if (data.curves[name].min) {
      const there = usable.filter(Boolean);
      const path = [...there.map((row) => `${row[0].toFixed(1)} ${row[2].toFixed(1)}`), ...there.reverse().map((row) => `${row[0].toFixed(1)} ${row[1].toFixed(1)}`)];
      if (path.length) parts.push(el("path", { d: `M${path.join("L")}Z`, fill: colour, opacity: 0.2 }));
    }
    parts.push(el("path", { d: line, fill: "none", stroke: colour, "stroke-width": 1.5, "stroke-linejoin": "round" }));
    for (const step of data.curves[name].nonfinite.step) {
      const x = this.x(step);
      if (x >= LEFT && x <= this.width) parts.push(el("path", { class: "bad", d: `M${x - 4} ${TOP}l8 8m0 -8l-8 8` }));
    }
    return parts;
  }

  step(event) {
    const box = this.svg.getBoundingClientRect();
    const [first, last] = this.span;
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    return first + Math.min(1, Math.max(0, share)) * (last - first);
  }

  move(event) {
    const step = this.step(event);
    if (this.from !== undefined) {
      const [a, b] = [this.x(this.step({ clientX: this.from })), this.x(step)].sort((one, other) => one - other);
      this.box.setAttribute("x", a);
      this.box.setAttribute("width", b - a);
      this.box.setAttribute("visibility", "visible");
    }
    hover(step);
  }

  release(event) {
    const from = this.from;
    this.from = undefined;
    this.box.setAttribute("visibility", "hidden");
    if (from === undefined || Math.abs(event.clientX - from) < 5) return;
    const ends = [this.step({ clientX: from }), this.step(event)].sort((one, other) => one - other);
    if (ends[1] - ends[0] >= 1) zoom(ends);
  }

  /** Values at a step, or the last ones. */
  tell(step) {
    this.cursor.setAttribute("visibility", step === null ? "hidden" : "visible");
    if (step !== null) this.cursor.setAttribute("d", `M${this.x(step)} ${TOP}V${200 - BOTTOM}`);
    this.legend.replaceChildren(...this.names.map((name, place) => {
      const curve = data.curves[name];
      const at = nearest(curve.step, step ?? this.span[1]);
      const odd = curve.nonfinite.step.includes(curve.step[at]);
      const value = (curve.mean ?? curve.last)[at] ?? null;
      const label = this.names.length > 1 || name !== this.title ? `${name} ` : "";
      const key = html("span", { class: "key" });
      key.style.background = colourOf(name, place);
      const from = step === null || at < 0 ? "" : ` ${t("at step {n}", { n: curve.step[at].toLocaleString("en") })}${curve.bucket > 1 ? ` (${t("mean of {n}", { n: curve.count[at] })})` : ""}`;
      return html("span", {}, key, label, html("b", {}, odd ? `${short(value)} ×` : short(value)), from);
    }));
  }
}

const ROLES = [["real", 2], ["fake", 3], ["generator", 0], ["discriminator", 1]];
function colourOf(name, place) {
  const role = ROLES.find(([word]) => name.includes(word));
  return `var(--c${role ? role[1] : place % 6})`;
}
function nearest(steps, step) {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return high;
}
function hover(step) {
  for (const chart of charts) if (chart.x) chart.tell(step);
}
function zoom(span) {
  window_ = span;
  const reset = document.getElementById("reset");
  if (reset) reset.hidden = !span;
  for (const chart of charts) if (chart.x) chart.draw();
}

for (const card of document.querySelectorAll(".chart")) {
  const chart = new Chart(card, card.dataset.title, JSON.parse(card.dataset.names));
  charts.push(chart);
}
const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) {
    const chart = charts.find((one) => one.svg.parentElement === entry.target);
    if (!chart.x) chart.draw();
  }
}, { rootMargin: "400px" });
for (const chart of charts) seen.observe(chart.svg.parentElement);
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === width) return;
  width = innerWidth;
  for (const chart of charts) if (chart.x) chart.draw();
});
addEventListener("beforeprint", () => charts.forEach((chart) => chart.draw()));
document.getElementById("reset")?.addEventListener("click", () => zoom(null));

for (const place of document.querySelectorAll(".samples")) {
  const pictures = JSON.parse(place.dataset.places).map((at) => data.pictures[at]);
  const [image, slider, label, range] = ["img", "input", "output", ".range"].map((one) => place.querySelector(one));
  slider.parentElement.hidden = pictures.length < 2;
  const show = () => {
    const one = pictures[Number(slider.value)];
    image.src = one.src;
    image.alt = t("Samples at step {n}", { n: one.step });
    range.textContent = one.range && `· ${one.range}`;
    label.textContent = t("step {n}", { n: one.step.toLocaleString("en") });
  };
  slider.addEventListener("input", show);
  show();
}
for (const block of document.querySelectorAll("pre")) {
  const button = html("button", { type: "button", class: "copy" }, t("copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(block.querySelector("code").textContent).catch(() => null);
    button.textContent = t("copied");
    setTimeout(() => (button.textContent = t("copy")), 1200);
  });
  block.append(button);
}
