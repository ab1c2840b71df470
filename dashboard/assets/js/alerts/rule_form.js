// The form of a rule, and what it would have told of a run's past.

import * as api from "../api.js";
import { boot } from "../boot.js";
import { h } from "../dom.js";
import * as format from "../format.js";
import { t } from "../words.js";
import { SEVERITIES, choice, formCard, held, labelled, listed, number, text } from "./fields.js";

const RECENT = 100; // runs that a preview offers
const FRESH = { name: "", signal: "loss/*", condition: { type: "threshold", op: ">", value: "" }, severity: "warning", hold_steps: 0, hold_seconds: 0, cooldown: 60, runs: { projects: [], tags: [], name: "", query: "" }, note: "", enabled: true };

const known = () => [...new Set(boot.catalog.charts.flatMap((chart) => chart.curves.map((curve) => curve.signal)))];

/** The fields of each kind of condition, by type. */
const CONDITIONS = {
  threshold: (given) => [
    labelled(t("Comparison"), choice("op", [[">", t("above")], [">=", t("at or above")], ["<", t("below")], ["<=", t("at or below")]], given.op ?? ">")),
    labelled(t("Limit"), number("value", given.value ?? "", { required: true })),
    labelled(t("Over when past"), number("clear", given.clear ?? "", { placeholder: t("the limit") }), t("keeps a value at the limit from flapping")),
  ],
  change: (given) => [
    labelled(t("Direction"), choice("direction", [["either", t("up or down")], ["up", t("up")], ["down", t("down")]], given.direction ?? "either")),
    labelled(t("More than, in %"), number("by", given.by === undefined ? 50 : given.by * 100, { min: 0 })),
    labelled(t("Against the mean of, in steps"), number("window", given.window ?? 500, { min: 2, step: 1 })),
  ],
  no_data: (given) => [labelled(t("Silent for, in minutes"), number("minutes", given.minutes ?? 10, { min: 0 }))],
  nan: () => [],
};

/** The rule that a form holds. */
export function ruleOf(values, before) {
  const conditions = {
    threshold: () => ({ op: values.op, value: Number(values.value), ...(values.clear === "" ? {} : { clear: Number(values.clear) }) }),
    change: () => ({ by: Number(values.by) / 100, window: Number(values.window), direction: values.direction }),
    no_data: () => ({ minutes: Number(values.minutes) }),
    nan: () => ({}),
  };
  if (values.type === "threshold" && values.value === "") throw new Error(t("A limit is needed."));
  const holds = values.type === "no_data" ? { hold_steps: 0, hold_seconds: 0 } : { hold_steps: Number(values.hold_steps), hold_seconds: Number(values.hold_seconds) };
  return {
    name: values.name.trim(),
    signal: values.signal.trim() || "*",
    condition: { type: values.type, ...conditions[values.type]() },
    severity: values.severity,
    ...holds,
    cooldown: Number(values.cooldown),
    runs: { projects: listed(values.projects), tags: listed(values.tags), name: values.run_name.trim(), query: values.query.trim() },
    note: values.note.trim(),
    enabled: before?.enabled ?? true,
  };
}

/** @param rule the one to change; null: a new one. @param saved called when it is stored. */
export function ruleForm({ rule, signal, saved }) {
  const given = rule ?? FRESH;
  const parts = h("div", { class: "form-row" });
  const holds = h("div", { class: "form-row" }, labelled(t("Holds for, in steps"), number("hold_steps", given.hold_steps, { min: 0, step: 1 })), labelled(t("Holds for, in seconds"), number("hold_seconds", given.hold_seconds, { min: 0 })), labelled(t("Quiet afterwards, in seconds"), number("cooldown", given.cooldown, { min: 0 })));
  const types = [["threshold", t("is beyond a limit")], ["change", t("moves away from its mean")], ["no_data", t("gets no value")], ["nan", t("is not a number")]];
  const show = (type) => {
    parts.replaceChildren(...CONDITIONS[type](type === given.condition.type ? given.condition : {}));
    parts.hidden = !parts.childElementCount;
    for (const one of [...holds.children].slice(0, 2)) one.hidden = type === "no_data";
  };
  const type = choice("type", types, given.condition.type, { onchange: ({ target }) => show(target.value) });
  show(given.condition.type);
  const signals = h("datalist", { id: "rule-signals" }, ...known().map((name) => h("option", { value: name })));
  const body = h(
    "div",
    { class: "form-body" },
    h("div", { class: "form-row" }, labelled(t("Name"), text("name", given.name, { required: true, maxlength: 58, placeholder: t("loss is high") })), labelled(t("Severity"), choice("severity", SEVERITIES(), given.severity))),
    h("div", { class: "form-row" }, labelled(t("Signal"), text("signal", given.signal, { list: "rule-signals" }), t("* stands for any characters: loss/*")), labelled(t("Condition"), type), signals),
    parts,
    holds,
    h("details", { open: Boolean(given.runs.projects.length || given.runs.tags.length || given.runs.name || given.runs.query) }, h("summary", {}, t("Which runs")), h("div", { class: "form-row" }, labelled(t("Projects"), text("projects", given.runs.projects.join(", "), { placeholder: t("all") })), labelled(t("Tags"), text("tags", given.runs.tags.join(", "), { placeholder: t("all") })), labelled(t("Name"), text("run_name", given.runs.name, { placeholder: "dcgan-*" })), labelled(t("Query"), text("query", given.runs.query, { placeholder: "loss:wgan-gp" })))),
    labelled(t("Note for who reads it"), text("note", given.note, { maxlength: 500 })),
  );
  const save = async (values) => {
    const made = ruleOf(values, rule);
    await (rule ? api.put(`rules/${rule.id}`, made) : api.post("rules", made));
    await saved();
  };
  return formCard({ title: rule ? t("Change the rule") : t("New rule"), body: [body, preview(signal, rule)], save });
}

/** A run to try the rule on, and what came of it. */
function preview(signal, rule) {
  const runs = h("select", { class: "field", "aria-label": t("Run to try it on") });
  const said = h("output", { class: "preview-said", "aria-live": "polite" });
  const go = h("button", { class: "button", type: "button" }, t("Try it on this run’s past"));
  api
    .get(`runs?${api.query({ limit: RECENT })}`, { signal })
    .then((found) => {
      runs.replaceChildren(...found.runs.map((run) => h("option", { value: run.id }, `${run.name || run.id} · ${run.project}`)));
      go.disabled = !found.runs.length;
    })
    .catch(() => (go.disabled = true));
  go.addEventListener("click", async () => {
    said.textContent = "…";
    try {
      const found = await api.post("rules/preview", { rule: { ...ruleOf(held(go.form), rule), name: go.form.elements.name.value.trim() || "preview" }, run: runs.value });
      said.textContent = inWords(found);
    } catch (error) {
      said.textContent = error.message;
    }
  });
  return h("div", { class: "preview" }, runs, go, said);
}

function inWords(found) {
  if (!found.signals.length) return t("None of the run’s signals fits.");
  const spans = found.alerts.slice(0, 4).map((one) => `${format.steps(one.onset_step)}–${one.resolved_step === null ? "…" : format.steps(one.resolved_step)}`);
  const where = spans.length ? ` ${t("Steps")} ${spans.join(", ")}${found.count > 4 ? ", …" : "."}` : "";
  const times = found.count === 0 ? t("It would have said nothing") : found.count === 1 ? t("It would have opened one alert") : t("It would have opened {n} alerts", { n: format.steps(found.count) });
  const meant = found.fits ? "" : ` ${t("(the rule is not for this run)")}`;
  return `${times} ${t("on {n} signals", { n: found.signals.length })}.${where}${meant}`;
}
