// The language of the page. Texts are written in English where they are used, and looked up here: `t("step {n}", { n })`.

import { LANGUAGES, language, choose } from "./language.js";

export { LANGUAGES, language, choose };

const tables = { zh: () => import("./words/zh.js") };

let table = {};

/** What messages of the service look like that have a translation: faults.js. Empty in English. */
export const faults = [];

/** Fetches the table of the page's language, if it has one: before anything is drawn. */
export async function learn() {
  if (!tables[language]) return;
  const known = await tables[language]();
  table = known.words;
  faults.push(...Object.keys(known.faults));
}

/** A text in the page's language; `{name}` in it is replaced by `values.name`. What has no translation stays as it is. */
export function t(text, values = {}) {
  return (table[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const SHOWN = new Set(["children", "title", "label", "placeholder", "headerName", "thumbLabel", "aria-label"]);

/** The layout of a Dash component with its texts in the page's language. */
export function translated(node, key = null) {
  if (typeof node === "string") return SHOWN.has(key) ? t(node) : node;
  if (Array.isArray(node)) return node.map((one) => translated(one, key));
  if (node === null || typeof node !== "object") return node;
  return Object.fromEntries(Object.entries(node).map(([name, value]) => [name, translated(value, name)]));
}
