// The form of a route: which alerts, which channels, and quiet hours.

import * as api from "../api.js";
import { KINDS, inWords } from "../alerts.js";
import { h } from "../dom.js";
import { t } from "../words.js";
import { check, choice, formCard, labelled, listed, number, text } from "./fields.js";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const EVENTS = { opened: "opens", escalated: "gets worse", resolved: "is over", reminded: "is open again after a snooze" };
const FRESH = { name: "", channels: [], projects: [], kinds: [], severity: "warning", events: Object.keys(EVENTS), cooldown: 600, quiet: null, enabled: true };
const QUIET = { start: "22:00", end: "07:00", days: [], then: "digest", critical: true };

const zones = () => Intl.supportedValuesOf?.("timeZone") ?? [];
const here = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** @param route the one to change; null: a new one. @param channels those there are. @param saved called when it is stored. */
export function routeForm({ route, channels, saved }) {
  const given = route ?? FRESH;
  const body = h(
    "div",
    { class: "form-body" },
    h("div", { class: "form-row" }, labelled(t("Name"), text("name", given.name, { maxlength: 100 })), labelled(t("Severity"), choice("severity", [["warning", t("warnings and critical ones")], ["critical", t("critical ones")], ["info", t("all severities")]], given.severity))),
    set(t("To"), channels.map((one) => check(`channel-${one.id}`, one.name, route ? given.channels.includes(one.id) : channels.length === 1))),
    h(
      "div",
      { class: "form-row" },
      labelled(t("Projects"), text("projects", given.projects.join(", "), { placeholder: t("all") })),
      labelled(t("Kinds"), text("kinds", given.kinds.join(", "), { placeholder: t("all"), list: "route-kinds" }), t("mode_collapse, rule:*, …")),
      h("datalist", { id: "route-kinds" }, ...Object.keys(KINDS).map((kind) => h("option", { value: kind }, inWords(kind))), h("option", { value: "rule:*" })),
      labelled(t("Same failure at most every, in minutes"), number("cooldown", given.cooldown / 60, { min: 0 })),
    ),
    set(t("When an alert"), Object.entries(EVENTS).map(([event, words]) => check(`event-${event}`, t(words), given.events.includes(event)))),
    quiet(given.quiet),
  );
  const save = async (values) => {
    const told = routeOf(values, given);
    await (route ? api.put(`routes/${route.id}`, told) : api.post("routes", told));
    await saved();
  };
  return formCard({ title: route ? t("Change the route") : t("New route"), body, save });
}

const set = (legend, boxes) => h("fieldset", { class: "form-set" }, h("legend", { class: "label" }, legend), ...boxes);

function quiet(given) {
  const hours = given ?? { ...QUIET, zone: here() };
  const inner = h(
    "div",
    { class: "form-body", hidden: !given },
    h(
      "div",
      { class: "form-row" },
      labelled(t("From"), text("start", hours.start, { type: "time" })),
      labelled(t("To"), text("end", hours.end, { type: "time" })),
      labelled(t("Time zone"), text("zone", hours.zone, { list: "time-zones" })),
      h("datalist", { id: "time-zones" }, ...zones().map((zone) => h("option", { value: zone }))),
      labelled(t("What happens meanwhile is told"), choice("then", [["digest", t("in one message afterwards")], ["delay", t("afterwards, if it is still open")], ["drop", t("not at all")]], hours.then)),
    ),
    set(t("Beginning on"), DAYS.map((day) => check(`day-${day}`, t(day), !hours.days.length || hours.days.includes(day)))),
    check("critical", t("Critical alerts come through"), hours.critical),
  );
  const on = check("quiet", t("Quiet hours"), given);
  on.querySelector("input").addEventListener("change", ({ target }) => (inner.hidden = !target.checked));
  return h("div", { class: "form-body" }, on, inner);
}

function routeOf(values, given) {
  const picked = (prefix) => Object.keys(values).filter((name) => name.startsWith(prefix) && values[name]).map((name) => name.slice(prefix.length));
  const days = picked("day-");
  const { start, end, zone, then, critical } = values;
  return {
    name: values.name.trim(),
    channels: picked("channel-").map(Number),
    projects: listed(values.projects),
    kinds: listed(values.kinds),
    severity: values.severity,
    events: picked("event-"),
    cooldown: Number(values.cooldown) * 60,
    quiet: values.quiet ? { start, end, zone: zone.trim(), then, critical, days: days.length === DAYS.length ? [] : days } : null,
    enabled: given.enabled,
  };
}
