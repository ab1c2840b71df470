// The state of the view lives in the address: a link or a reload shows the same.

import { boot } from "./boot.js";

const WAIT = 250; // ms: browsers allow some 100 replaceState calls in 30 s

let state = new URLSearchParams(location.search);
let timer = null;
let listeners = new Set();

export const get = (key) => state.get(key);
export const number = (key) => {
  const value = state.get(key);
  return value === null || value === "" || !Number.isFinite(Number(value)) ? null : Number(value);
};

/** Changes keys (null or "" removes one), tells the listeners which, and writes the address a little later. */
export function set(changes) {
  const changed = new Set();
  for (const [key, value] of Object.entries(changes)) {
    const text = value === null || value === undefined || value === false ? "" : String(value);
    if ((state.get(key) ?? "") === text) continue;
    if (text) state.set(key, text);
    else state.delete(key);
    changed.add(key);
  }
  if (!changed.size) return;
  clearTimeout(timer);
  timer = setTimeout(write, WAIT);
  for (const listener of [...listeners]) listener(changed);
}

/** `listener(changed keys)` after each change, until `signal` aborts. */
export function listen(listener, signal) {
  listeners.add(listener);
  signal.addEventListener("abort", () => listeners.delete(listener));
}

function write() {
  timer = null;
  // commas and slashes are legal in a query, and a link with them can be read
  const text = state.toString().replaceAll("%2C", ",").replaceAll("%2F", "/");
  history.replaceState(history.state, "", location.pathname + (text ? `?${text}` : ""));
}

/** Takes the state from the address: a new page was opened. */
export function load() {
  if (timer) clearTimeout(timer);
  timer = null;
  state = new URLSearchParams(location.search);
}

/** The path below the dashboard's base: "runs/abc". */
export const path = () => decodeURIComponent(location.pathname.slice(boot.base.length).replace(/\/$/, ""));

/** Goes to a page of ours without loading the document anew; another view of the page that is open is a new document. */
export function go(address) {
  if (timer) write();
  const { pathname, href } = new URL(address, location.href);
  if (pathname === location.pathname && href !== location.href) return location.assign(href);
  history.pushState(null, "", address);
  window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  return scrollTo(0, 0);
}
