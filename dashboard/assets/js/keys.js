// The keyboard, on every page: what each key does is said here once, and `?` shows it.

import { byId, h, icon } from "./dom.js";
import { openPalette } from "./command_palette.js";
import { t } from "./words.js";
import * as view from "./view.js";

const visible = (selector) => [...document.querySelectorAll(selector)].find((element) => element.checkVisibility());

/** Moves the slider that is seen, if there is one. */
function step(by) {
  const slider = visible(".sample-controls .slider");
  if (!slider) return false;
  slider.value = Number(slider.value) + by;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  return true;
}

/** Goes to the search field. */
function search() {
  const field = visible("[data-search], #runs-search, input[type=search]");
  field?.focus();
  field?.select?.();
  return Boolean(field);
}

const TOGGLES = { d: "density", m: "trail", r: "real" };
const MANNERS = { f: "flicker", s: "swipe", d: "difference" };

const toggle = (key) => visible(`[data-toggle=${TOGGLES[key]}]`);

/** Holds two grids against each other in a manner, or side by side again. */
function hold(manner) {
  const select = visible("[data-manners]");
  select.value = select.value === manner ? "beside" : manner;
  select.dispatchEvent(new Event("change"));
  return true;
}

const press = (element) => (element?.click(), Boolean(element));

/** The chart that the pointer is on, else the one with the focus in it, else the first that is seen. */
const chart = () => visible(".chart:hover") ?? document.activeElement?.closest(".chart") ?? visible(".chart[data-chart]");

/** [keys as people see them, what they do, which events they are, the deed: false where there is nothing to do it to] */
const KEYS = [
  ["Ctrl K, ⌘ K", "Go to a run, a tab, a chart; do something", (event) => event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey), () => (openPalette(), true)],
  ["/", "Search on this page", (event) => event.key === "/", search],
  ["?", "Show these keys", (event) => event.key === "?", () => (showKeys(), true)],
  ["1 … 9", "Open a tab of the run", (event) => /^[1-9]$/.test(event.key), (event) => press(document.querySelectorAll("#run-tabs [role=tab]")[event.key - 1])],
  ["← →", "Step of the samples", (event) => event.key === "ArrowLeft" || event.key === "ArrowRight", (event) => step(event.key === "ArrowLeft" ? -1 : 1)],
  ["Space", "Play the samples through training", (event) => event.key === " " && !event.target.closest("button, summary, a"), () => press(visible("[data-act=play]"))],
  ["d, m, r", "On a map: density, trail, real samples", ({ key }) => key in TOGGLES && toggle(key), ({ key }) => press(toggle(key))],
  ["f, s, d", "On a grid: flicker, swipe, difference", ({ key }) => key in MANNERS && visible("[data-manners]"), ({ key }) => hold(MANNERS[key])],
  ["f", "Full screen for the chart under the pointer", (event) => event.key === "f", () => press(chart()?.querySelector("[data-act=screen]"))],
  ["z", "Show the whole run again", (event) => event.key === "z", () => (view.set({ from: null, to: null }), true)],
  ["l", "Logarithmic axis", (event) => event.key === "l", () => press(visible(".toolbar") && byId("log-axis"))],
  ["t", "Dark or light", (event) => event.key === "t", () => press(byId("scheme"))],
  ["j, k, x, Enter", "Runs: down, up, select, open", () => false, null],
  ["Esc", "Close what is open", () => false, null],
];

/** Opens the list of keys. */
export function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const rows = KEYS.map(([keys, does]) => h("div", {}, h("dt", {}, ...keys.split(", ").map((key) => h("kbd", {}, key))), h("dd", {}, t(does))));
  const close = h("button", { class: "ghost screen-close", title: t("Close (Esc)"), "aria-label": t("Close") }, icon("close"));
  const dialog = h("dialog", { class: "keys", "aria-labelledby": "keys-title" }, h("h2", { id: "keys-title" }, t("Keys")), h("dl", {}, ...rows), close);
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const writes = (element) => element?.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element?.tagName);

function pressed(event) {
  const chosen = event.ctrlKey || event.metaKey;
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  if (!chosen && (writes(event.target) || document.querySelector("dialog[open], [popover]:popover-open"))) return;
  const found = KEYS.find(([, , is]) => is(event));
  if (!found || (chosen && found !== KEYS[0])) return;
  if (event.key.startsWith("Arrow") && event.target.closest("[role=tab], [role=slider], [role=radiogroup], .ag-root")) return;
  if (found[3](event)) event.preventDefault();
}

export function install() {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => event.target.closest?.("#go") && openPalette());
}
