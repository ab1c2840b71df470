// The first rows of the runs page, shown before Dash and the table are there: the same rows, columns and cells, as a plain grid.
// A script of its own, beside all others. The table takes its place when it has its rows.

import * as api from "./api.js";
import { boot } from "./boot.js";
import { cell, row } from "./cells.js";
import { appears, h } from "./dom.js";
import { awaitTable } from "./runs/grid_keys.js";
import { NARROW, SMALL, kept } from "./runs/kept_columns.js";
import { t } from "./words.js";

const HEIGHT = 38; // px of a row, as in dashboard/pages/runs.py; a card has more

/** The columns as the table will have them. */
function columns() {
  const all = boot.first.columns;
  if (matchMedia(NARROW).matches) return all.filter(({ field }) => SMALL.has(field));
  const state = kept();
  if (!state) return all.filter(({ hide }) => !hide);
  const byName = new Map(all.map((column) => [column.field, column]));
  return state.filter(({ colId, hide }) => !hide && byName.has(colId)).map(({ colId, width, flex }) => ({ ...byName.get(colId), width, flex }));
}

const track = ({ flex, width, least }) => (flex ? `minmax(${least}px, ${flex}fr)` : `${width}px`);

function rows(runs) {
  const shown = columns();
  const line = (kind, cells) => h("div", { class: kind }, h("span"), ...cells);
  const head = line("first-head", shown.map(({ title, number }) => h("span", { class: number ? "number" : null }, t(title))));
  const body = runs.map(row).map((data) => line("first-row", shown.map((column) => h("span", { class: column.number ? "number" : null }, cell(column, data)))));
  const element = h("div", { class: "first-rows" }, head, ...body);
  element.style.setProperty("--columns", ["42px", ...shown.map(track)].join(" "));
  return element;
}

async function show() {
  const path = [...window.nashboardAsked.keys()].find((one) => one.startsWith("runs?"));
  const answer = await api.early(path)?.catch(() => null); // the page itself asks again, and tells
  if (!answer?.runs.length || document.querySelector(".ag-row")) return;
  awaitTable();
  const made = rows(answer.runs.slice(0, Math.ceil(innerHeight / HEIGHT)));
  const page = h("div", { class: "page runs-page first" }, h("div", { class: "bar" }, h("h1", {}, t("Runs"))), h("div", { class: "runs-body" }, h("div", { class: "tree" }), h("div", { class: "runs-main" }, made)));
  if (!document.getElementById("runs-loading")) document.body.append(page);
  const loading = await appears("runs-loading");
  page.remove();
  if (loading.hidden) return;
  loading.replaceChildren(made);
  loading.classList.add("held");
}

if (location.pathname === boot.base) show();
