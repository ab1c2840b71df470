// Which columns the runs table has, as this browser remembers it; on a small screen fewer.

import { recall } from "../kept.js";

export const KEY = "nashboard-runs-columns";
export const NARROW = "(max-width: 720px)";
export const SMALL = new Set(["name"]); // on a telephone a row is a card, and all of it stands in the name's cell
export const CARD = 68; // px: its height

/** What was chosen here, as AG Grid's column state; null: nothing yet. */
export const kept = () => JSON.parse(recall(KEY) ?? "null");
