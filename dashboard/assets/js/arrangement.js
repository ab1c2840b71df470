// Which charts of a run are shown, in which order, and which stand first: kept in the browser, and in the address, so that a link shows the same.

import { recall, remember } from "./kept.js";
import * as view from "./view.js";

const KEY = "nashboard-charts";
const KEYS = ["pin", "order", "off"];

const list = (text) => (text ?? "").split(",").filter(Boolean).map(decodeURIComponent);
const text = (ids) => ids.map((id) => encodeURIComponent(id)).join(",");

export class Arrangement {
  constructor() {
    const kept = JSON.parse(recall(KEY) ?? "{}");
    if (!KEYS.some((key) => view.get(key) !== null)) view.set(kept);
  }

  get pinned() {
    return list(view.get("pin"));
  }

  get off() {
    return new Set(list(view.get("off")));
  }

  /** Puts ids in their order: pinned ones, then as they were ordered by hand, then the rest as they come. */
  sorted(ids) {
    const { pinned } = this;
    const order = list(view.get("order"));
    const rank = (id) => {
      if (pinned.includes(id)) return pinned.indexOf(id) - 1e6;
      return order.includes(id) ? order.indexOf(id) - 1e3 : ids.indexOf(id);
    };
    return [...ids].sort((a, b) => rank(a) - rank(b));
  }

  pin(id) {
    const { pinned } = this;
    this.#keep({ pin: pinned.includes(id) ? pinned.filter((one) => one !== id) : [...pinned, id] });
  }

  hide(id) {
    const { off } = this;
    if (!off.delete(id)) off.add(id);
    this.#keep({ off: [...off] });
  }

  /** Moves one among `shown`, all ids in the order in which they stand. */
  move(id, by, shown) {
    const at = shown.indexOf(id);
    const to = at + by;
    if (to < 0 || to >= shown.length) return;
    const { pinned } = this;
    const group = pinned.includes(id) ? pinned : shown.filter((one) => !pinned.includes(one));
    const other = shown[to];
    if (!group.includes(other)) return;
    const moved = group.map((one) => (one === id ? other : one === other ? id : one));
    this.#keep(group === pinned ? { pin: moved } : { order: moved });
  }

  reset() {
    this.#keep({ pin: [], order: [], off: [] });
  }

  #keep(changes) {
    view.set(Object.fromEntries(Object.entries(changes).map(([key, ids]) => [key, text(ids) || null])));
    const kept = Object.fromEntries(KEYS.map((key) => [key, view.get(key)]).filter(([, value]) => value));
    remember(KEY, JSON.stringify(kept));
  }
}
