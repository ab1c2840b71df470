// Which runs a comparison holds, in which colours, and which are hidden: all of it in the address.
// A run keeps its slot (its colour) when others go; a new one takes the lowest free slot.

import * as view from "./view.js";

export const MOST = 12;

const list = (key) => (view.get(key) ?? "").split(",").filter(Boolean);

/** @returns [{ id, slot, hidden }] */
export function chosen() {
  const ids = [...new Set(list("runs"))].slice(0, MOST);
  const slots = list("slots").map(Number);
  const hidden = new Set(list("hide"));
  const told = slots.length === ids.length && new Set(slots).size === ids.length && slots.every((slot) => slot >= 0 && slot < MOST);
  return ids.map((id, at) => ({ id, slot: told ? slots[at] : at, hidden: hidden.has(id) }));
}

function write(runs) {
  const plain = runs.every((run, at) => run.slot === at);
  view.set({
    runs: runs.map((run) => run.id).join(","),
    slots: plain ? null : runs.map((run) => run.slot).join(","),
    hide: runs.filter((run) => run.hidden).map((run) => run.id).join(","),
  });
}

export function add(id) {
  const runs = chosen();
  if (runs.length >= MOST || runs.some((run) => run.id === id)) return;
  const taken = new Set(runs.map((run) => run.slot));
  let slot = 0;
  while (taken.has(slot)) slot += 1;
  write([...runs, { id, slot, hidden: false }]);
}

export const remove = (id) => write(chosen().filter((run) => run.id !== id));

export const toggle = (id) => write(chosen().map((run) => (run.id === id ? { ...run, hidden: !run.hidden } : run)));
