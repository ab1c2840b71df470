// Alerts wherever one looks: a toast, and a notification of the desktop when that is allowed and nobody looks.

import { RULE, isNews, kindName } from "./alerts.js";
import * as badge from "./badge.js";
import { here } from "./boot.js";
import { h, icon } from "./dom.js";
import { said } from "./sentences.js";
import { t } from "./words.js";

const STAYS = 20000; // ms, unless the pointer is on it
const MOST = 4;
const LATELY = 600; // seconds by the service's clock: what is older is no news to a page that was opened since
const told = new Map(); // alert id → what was told

/** What makes an alert worth telling again: that it is worse, or that a snooze is over. */
const mark = ({ severity, snoozed_until: until }) => `${severity} ${until ?? ""}`;

/**
 * Whether a page that never heard of an alert should tell of it: one that was opened, or opened again, lately, of a run that was heard of
 * lately. The doctor goes through old runs again, after an upgrade say, and then finds or changes alerts of long ago. A rule looks ahead
 * only, and may wait for a silent run.
 */
const fresh = (alert, run) =>
  alert.updated_at - Math.max(alert.created_at, alert.snoozed_until ?? 0) < LATELY && (alert.kind.startsWith(RULE) || alert.updated_at - (run?.heartbeat_at ?? 0) < LATELY);

/** Tells of alerts of the live answer; each once, and again when it gets worse. `runs`: the answer's summaries. */
export function announce(alerts, runs) {
  const byId = new Map(runs.map((run) => [run.id, run]));
  for (const alert of alerts.filter(isNews)) {
    const before = badge.before(alert.id);
    const known = told.get(alert.id) ?? (before && mark(before));
    told.set(alert.id, mark(alert));
    const run = byId.get(alert.run);
    if (known ? known === mark(alert) : !fresh(alert, run)) continue;
    toast(alert, run?.name ?? alert.run);
    if (document.hidden) notify(alert, run?.name ?? alert.run);
  }
  badge.take(alerts);
}

function toast(alert, run) {
  const place = document.getElementById("toasts") ?? document.body.appendChild(h("div", { id: "toasts", role: "status", "aria-live": "polite" }));
  const close = h("button", { class: "ghost", title: t("Close"), "aria-label": t("Close") }, icon("close"));
  const item = h(
    "div",
    { class: `toast ${alert.severity}` },
    h("a", { href: here(`runs/${encodeURIComponent(alert.run)}`) }, h("b", {}, `${kindName(alert)}: ${run}`), h("span", {}, said(alert.summary))),
    close,
  );
  close.addEventListener("click", () => item.remove());
  place.append(item);
  while (place.children.length > MOST) place.firstElementChild.remove();
  const leave = () => (item.matches(":hover") ? setTimeout(leave, 2000) : item.remove());
  setTimeout(leave, STAYS);
}

function notify(alert, run) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification(`${kindName(alert)}: ${run}`, { body: said(alert.summary), tag: `nashboard-${alert.id}` });
  note.onclick = () => (window.focus(), note.close());
}
