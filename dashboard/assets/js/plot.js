// Loads plotly.js when a page first draws, from our own server.

import { boot } from "./boot.js";

let loading = null;

/** Resolves to Plotly. */
export function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = boot.plotly;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      loading = null;
      script.remove();
      reject(new TypeError("plotly.js could not be loaded"));
    };
    document.head.append(script);
  });
  return loading;
}
