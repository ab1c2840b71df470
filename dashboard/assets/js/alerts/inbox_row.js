// One alert of the inbox.

import { inWords, stretch } from "../alerts.js";
import { here } from "../boot.js";
import { h } from "../dom.js";
import * as format from "../format.js";
import { said } from "../sentences.js";
import { named } from "../verdict.js";
import { t } from "../words.js";

const BADGES = { critical: "bad", warning: "warn", info: "calm" };
const HOUR = 3600;

/** A menu of how long nothing is to be heard. */
export function snoozes(snooze) {
  const nine = new Date();
  nine.setDate(nine.getDate() + 1);
  nine.setHours(9, 0, 0, 0);
  const choices = [[HOUR, t("for 1 hour")], [4 * HOUR, t("for 4 hours")], ["nine", t("until tomorrow, 9:00")], [7 * 24 * HOUR, t("for a week")]];
  const menu = h("select", { class: "select snooze", "aria-label": t("Snooze") }, h("option", { value: "" }, t("Snooze…")), ...choices.map(([value, words]) => h("option", { value }, words)));
  menu.addEventListener("change", () => {
    const { value } = menu;
    menu.value = "";
    menu.blur();
    if (value) snooze(value === "nine" ? (nine - Date.now()) / 1000 : Number(value));
  });
  return menu;
}

function state(alert) {
  if (alert.state === "snoozed") return t("snoozed until {time}", { time: clock(alert.snoozed_until) });
  if (alert.state === "resolved") return alert.resolved_step === null ? t("resolved by hand") : t("over at step {n}", { n: format.steps(alert.resolved_step) });
  return alert.state === "acknowledged" ? t("acknowledged") : null;
}

const clock = (time) => new Date(time * 1000).toLocaleString(document.documentElement.lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** Where the evidence is: the run's page, zoomed. */
export function evidence(alert) {
  const [from, to] = stretch(alert);
  return here(`runs/${encodeURIComponent(alert.run)}?from=${from}&to=${to}`);
}

/**
 * @param about { name, project } of its run. @param choose called with whether it is chosen. @param act (action, body).
 * @param narrow (key, value): shows only alerts like this.
 */
export function row({ alert, about, chosen, choose, act, narrow }) {
  const over = alert.state === "resolved";
  const standing = state(alert);
  const kind = inWords(alert.kind);
  const button = (words, action) => h("button", { class: "button small", onclick: () => act(action) }, words);
  return h(
    "div",
    { class: `alert-row ${alert.severity} ${alert.state}`, role: "listitem", tabindex: 0, "data-alert": alert.id, "aria-label": `${t(alert.severity)}: ${kind}, ${about.name}` },
    h("input", { type: "checkbox", class: "alert-pick", checked: chosen, disabled: over, "aria-label": t("Select"), onchange: ({ target }) => choose(target.checked) }),
    h(
      "div",
      { class: "alert-what" },
      h(
        "div",
        { class: "alert-head" },
        h("button", { class: `badge ${BADGES[alert.severity]} alert-kind`, title: t("Show only this kind"), onclick: () => narrow("kind", alert.kind) }, kind),
        h("a", { class: "alert-run", href: here(`runs/${encodeURIComponent(alert.run)}`) }, about.name || alert.run),
        h("button", { class: "alert-project", title: t("Show only this project"), onclick: () => narrow("project", about.project) }, about.project),
        standing ? h("span", { class: "badge calm" }, standing) : null,
        alert.consequence_of ? h("span", { class: "muted" }, t("because of {kind}", { kind: inWords(alert.consequence_of) })) : null,
      ),
      h("div", { class: "alert-says" }, said(alert.summary)),
      h(
        "div",
        { class: "alert-when muted" },
        h("span", {}, t("since step {n}", { n: format.steps(alert.onset_step) })),
        h("time", { datetime: new Date(alert.created_at * 1000).toISOString(), title: clock(alert.created_at) }, format.ago(alert.created_at)),
        alert.advice?.length ? h("span", { class: "alert-try" }, t("First try: {name}", { name: named(alert.advice[0]) })) : null,
      ),
    ),
    h(
      "div",
      { class: "alert-acts" },
      alert.state === "open" ? button(t("Acknowledge"), "ack") : null,
      over ? null : snoozes((seconds) => act("snooze", { seconds })),
      over ? null : button(t("Resolve"), "resolve"),
      h("a", { class: "button small alert-go", href: evidence(alert) }, t("Evidence")),
    ),
  );
}
