// Loads plotly.js when a page first draws, from our own server. Charts need lines and bars alone, which a small build of it has;
// the whole one, four times as large, takes as much longer to begin, and is fetched only for what the small one can't draw.

import { boot } from "./boot.js";

const loading = new Map(); // address → what is on its way, or here

/** The Plotly of a script, which calls it window.Plotly: that name stays the small one's. */
function load(address, begun = null) {
  const made = loading.get(address) ?? new Promise((resolve, reject) => {
    const before = window.Plotly;
    const script = begun ?? document.createElement("script");
    script.addEventListener("load", () => {
      const { Plotly } = window;
      if (before) window.Plotly = before;
      resolve(Plotly);
    });
    script.addEventListener("error", () => {
      loading.delete(address);
      script.remove();
      reject(new TypeError("plotly.js could not be loaded"));
    });
    if (begun) return;
    script.src = address;
    document.head.append(script);
  });
  loading.set(address, made);
  return made;
}

/** Resolves to Plotly with lines and bars. The page itself begins to load it where charts are drawn. */
export function plotly() {
  const there = window.Plotly && !loading.has(boot.plotly) ? Promise.resolve(window.Plotly) : null;
  if (there) loading.set(boot.plotly, there);
  return loading.get(boot.plotly) ?? load(boot.plotly, document.getElementById("plotly"));
}

/** Resolves to Plotly with every kind of trace. */
export async function wholePlotly() {
  await plotly(); // first, so that it keeps its name
  return load(boot.wholePlotly);
}
