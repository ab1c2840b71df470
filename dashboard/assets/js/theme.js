// Dark or light: Mantine keeps it, the rest follows.

import { boot } from "./boot.js";

const root = document.documentElement;
const listeners = new Set();

const scheme = () => (root.dataset.mantineColorScheme === "dark" ? "dark" : "light");

/** Colours, layout and traces of the theme in force. */
export const palette = () => boot.palettes[scheme()];

/** `listener()` when the theme changes, until `signal` aborts. */
export function listen(listener, signal) {
  listeners.add(listener);
  signal.addEventListener("abort", () => listeners.delete(listener));
}

let before = scheme();
new MutationObserver(() => {
  if (before === scheme()) return;
  before = scheme();
  root.dataset.agThemeMode = before;
  for (const listener of [...listeners]) listener();
}).observe(root, { attributes: true, attributeFilter: ["data-mantine-color-scheme"] });
