// The face that Dash's clientside callbacks talk to, and the router.

import { boot } from "./boot.js";
import * as api from "./api.js";
import * as badge from "./badge.js";
import * as cells from "./cells.js";
import { appears, byId, setText } from "./dom.js";
import * as keys from "./keys.js";
import * as login from "./login.js";
import { plotly } from "./plot.js";
import { CARD, NARROW } from "./runs/kept_columns.js";
import * as toolbar from "./toolbar.js";
import * as view from "./view.js";
import { LANGUAGES, choose, language, t, translated } from "./words.js";

cells.install();
keys.install();
api.whenUnauthorized(login.ask);

const AGAIN = 1000; // ms between two tries to fetch the table

let leave = new AbortController();
let page = null;
let place = null;

/** Which page a path names: [name, id]. */
function named(path) {
  if (path === "") return ["runs"];
  if (path === "compare" || path === "alerts") return [path];
  const run = /^runs\/([^/]+)$/.exec(path);
  return run ? ["run", run[1]] : ["missing"];
}

// the code of a page runs when it is first opened
const PAGES = {
  runs: async () => (await import("./runs_page.js")).RunsPage,
  run: async () => (await import("./run_page.js")).RunPage,
  compare: async () => (await import("./compare_page.js")).ComparePage,
  alerts: async () => (await import("./alerts_page.js")).AlertsPage,
};

/** Asks for a page's data at once, beside everything else that is still loading. */
async function warm() {
  const [name, id] = named(view.path());
  if (name !== "runs" && name !== "alerts") plotly().catch(() => {});
  (await PAGES[name]?.())?.warm?.(id);
}

/** AG Grid's script, which only the list of runs needs. */
function table() {
  const { table: src } = document.documentElement.dataset;
  if (!src || window.dash_ag_grid) return null;
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.addEventListener("load", resolve);
    script.addEventListener("error", () => (script.remove(), reject(new TypeError("the table could not be loaded"))));
    script.src = src;
    document.head.append(script);
  });
}

/** The table, asked for again while the service does not answer. */
async function fetchedTable(signal) {
  for (;;) {
    try {
      return await table();
    } catch (error) {
      if (signal.aborted || !(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, AGAIN));
    }
  }
}

async function make(name, id, signal) {
  const Page = await PAGES[name]?.();
  if (!Page) return null;
  return id ? new Page(id, signal) : new Page(signal);
}

/** Puts what the address says into the controls of a layout, before it is shown. */
function restored(layout) {
  const props = {
    smoothing: { value: view.number("smooth") ?? 0 },
    "log-axis": { checked: view.get("log") === "1" },
    "x-axis": { value: view.get("x") ?? "step" },
  };
  const narrow = matchMedia(NARROW).matches;
  const walk = (node) => {
    if (Array.isArray(node)) return node.map(walk);
    if (!node?.props) return node;
    if (node.props.id === "runs-grid" && narrow) node.props.dashGridOptions = { ...node.props.dashGridOptions, rowHeight: CARD, headerHeight: 0 };
    return { ...node, props: { ...node.props, ...props[node.props.id], children: walk(node.props.children) } };
  };
  return walk(layout);
}

/** Clientside callback: the header, in the reader's language. */
function shell(layouts) {
  document.documentElement.dataset.language = language;
  return translated(layouts.shell);
}

/** Clientside callback: the page for an address. */
async function route(pathname, layouts) {
  const path = view.path();
  if (path === place) return window.dash_clientside.no_update;
  page?.leave?.();
  leave.abort(new DOMException("left the page", "AbortError"));
  leave = new AbortController();
  place = path;
  page = null;
  view.load();
  const { signal } = leave;
  const [name, id] = named(path);
  const [made] = await Promise.all([make(name, id, signal), name === "runs" ? fetchedTable(signal) : null]);
  if (signal.aborted) return window.dash_clientside.no_update; // another one was opened meanwhile
  page = made;
  begin(page, name, signal);
  return translated(restored(layouts[name]));
}

/** The button that changes to the other language; it is called by that language's own name. */
function languages() {
  const other = Object.keys(LANGUAGES).find((one) => one !== language);
  const button = byId("language");
  if (!button || button.dataset.language) return;
  button.dataset.language = button.lang = other;
  button.title = LANGUAGES[other];
  button.setAttribute("aria-label", LANGUAGES[other]);
  setText(button, { en: "EN", zh: "中文" }[other]);
  button.addEventListener("click", () => choose(other));
}

async function begin(opened, name, signal) {
  await appears("language");
  languages();
  badge.start();
  document.documentElement.dataset.page = name;
  for (const link of document.querySelectorAll(".place")) {
    link.toggleAttribute("aria-current", link.dataset.place === name);
  }
  if (name === "missing") {
    document.title = `${t("Not found")} · Nashboard`;
    setText(await appears("missing-address"), location.pathname);
    byId("missing-page").querySelector("[data-home]").href = boot.base;
  }
  if (name === "run" || name === "compare") toolbar.follow(signal).catch(() => {}); // it was left before it was there
  try {
    // the old page must be out of the document before the new one looks for its places
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await opened?.start();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

// links of ours open without a new document
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href]");
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  if (!link || !plain || event.defaultPrevented || link.target || link.origin !== location.origin) return;
  if (!link.pathname.startsWith(boot.base) || link.pathname.startsWith(boot.api) || link.hash) return;
  event.preventDefault();
  view.go(link.href);
});

warm().catch(() => {}); // the page itself asks again
window.nashboard.resolve({ shell, route });
