// Loads plotly.js when a page first draws, from our own server.

import { boot } from "./boot.js";

let loading = null;

/** Resolves to Plotly. The page itself begins to load it where charts are drawn. */
export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    if (window.Plotly) return resolve(window.Plotly);
    const begun = document.getElementById("plotly");
    const script = begun ?? document.createElement("script");
    script.addEventListener("load", () => resolve(window.Plotly));
    script.addEventListener("error", () => {
      loading = null;
      script.remove();
      reject(new TypeError("plotly.js could not be loaded"));
    });
    if (begun) return undefined;
    script.src = boot.plotly;
    return document.head.append(script);
  });
  return loading;
}
