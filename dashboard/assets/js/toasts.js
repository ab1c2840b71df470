// Alerts wherever one looks: a toast, and a notification of the desktop when that is allowed and nobody looks.

import { isNews, kindName } from "./alerts.js";
import * as badge from "./badge.js";
import { here } from "./boot.js";
import { h, icon } from "./dom.js";
import { said } from "./sentences.js";
import { t } from "./words.js";

const STAYS = 20000; // ms, unless the pointer is on it
const MOST = 4;
const told = new Map(); // alert id → severity that was told

/** Tells of alerts of the live answer; each once, and again when it gets worse. `names`: run id → its name. */
export function announce(alerts, names) {
  badge.take(alerts);
  for (const alert of alerts.filter(isNews)) {
    if (told.get(alert.id) === alert.severity) continue;
    told.set(alert.id, alert.severity);
    toast(alert, names.get(alert.run) ?? alert.run);
    if (document.hidden) notify(alert, names.get(alert.run) ?? alert.run);
  }
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
