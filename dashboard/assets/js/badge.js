// How many alerts want to be looked at: in the header, and before the tab's title.

import * as api from "./api.js";
import { isNews } from "./alerts.js";
import { byId } from "./dom.js";

const OPEN = "alerts?state=open&severity=warning&severity=critical&limit=200";
const open = new Map(); // id → the alert
let begun = false;

const shown = () => (open.size > 99 ? "99+" : String(open.size));

function draw() {
  const place = byId("alerts-place");
  if (place && open.size) place.dataset.count = shown();
  else if (place) delete place.dataset.count;
  title();
}

/** Pages write the title without knowing of this; the count is put before whatever they write. */
function title() {
  const plain = document.title.replace(/^\(\d+\+?\) /, "");
  const wanted = open.size ? `(${shown()}) ${plain}` : plain;
  if (document.title !== wanted) document.title = wanted;
}

/** An alert as it was when it was last heard of here, if it wanted to be looked at then. */
export const before = (id) => open.get(id);

/** Takes alerts of a live answer. */
export function take(alerts) {
  for (const alert of alerts) {
    if (isNews(alert)) open.set(alert.id, alert);
    else open.delete(alert.id);
  }
  if (alerts.length) draw();
}

/** Counts anew: what changed can't be told. */
export async function count() {
  const { alerts } = await api.get(OPEN);
  open.clear();
  for (const alert of alerts.filter(isNews)) open.set(alert.id, alert);
  draw();
}

/** Once a document. */
export function start() {
  draw(); // a header that was drawn anew
  if (begun) return;
  begun = true;
  new MutationObserver(title).observe(document.querySelector("title"), { childList: true, characterData: true, subtree: true });
  count().catch(() => (begun = false)); // the next page asks again
}
