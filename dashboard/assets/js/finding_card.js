// One finding as a card: sentence, meaning, evidence, what to try, what came of it, and what people did with it.

import { EXPERT } from "./alerts_expert.js";
import { MEANING, kindName } from "./alerts.js";
import { h, icon } from "./dom.js";
import { evidenceChart } from "./evidence.js";
import * as format from "./format.js";
import { said } from "./sentences.js";
import { list, severityBadge, told } from "./verdict.js";
import { t } from "./words.js";

/** @returns { card, charts, after }: `after` is the place for what came of a remedy. */
export function findingCard(page, alert, open) {
  const charts = alert.evidence.map((one, at) => evidenceChart(page, alert, one, at)).filter(Boolean);
  const after = h("div", { class: "finding-after", hidden: true }, h("h4", {}, t("What came of a remedy")));
  const card = h(
    "details",
    { class: `card finding ${alert.severity}`, "data-alert": alert.id, open },
    h("summary", {}, severityBadge(alert), h("span", { class: "verdict-text" }, told(alert)), alert.state === "open" ? null : h("span", { class: "badge calm" }, t(alert.state))),
    h("p", { class: "meaning" }, t(MEANING[alert.kind] ?? "A rule of yours came true.")),
    EXPERT[alert.kind] ? h("details", { class: "expert" }, h("summary", {}, t("For experts")), h("p", { class: "muted" }, t(EXPERT[alert.kind]))) : null,
    h("div", { class: "finding-parts" }, seen(page, alert, charts), advice(alert)),
    after,
    because(page.findings.because(alert)),
    actions(page.findings, alert),
  );
  return { card, charts, after };
}

function seen(page, alert, charts) {
  const rows = alert.evidence.map((one) =>
    h("li", {}, h("span", {}, said(one.says)), h("span", { class: "muted" }, ` · ${one.signal} ${format.value(one.value)}, ${t("limit")} ${format.value(one.threshold)}`)),
  );
  const since = t("Since step {onset}, told at step {step}, {sure} % sure.", { onset: format.steps(alert.onset_step), step: format.steps(alert.step), sure: Math.round(alert.confidence * 100) });
  const over = alert.resolved_step === null ? (alert.state === "resolved" ? ` ${t("Resolved by hand.")}` : "") : ` ${t("Over at step {n}.", { n: format.steps(alert.resolved_step) })}`;
  const from = Math.max(0, alert.onset_step - Math.max(100, 0.3 * (alert.step - alert.onset_step)));
  const to = Math.max(alert.step, ...alert.evidence.map((one) => one.last_step));
  const button = h("button", { class: "button", onclick: () => page.look(Math.round(from), to) }, t("Show in the charts"));
  return h("div", {}, h("h4", {}, t("What was seen")), h("ul", {}, ...rows), h("p", { class: "muted" }, since + over), h("div", { class: "charts" }, ...charts.map((chart) => chart.element)), button);
}

function advice(alert) {
  const rows = alert.advice.map((one, at) =>
    h(
      "li",
      {},
      h("b", {}, t(one.name)),
      h("span", {}, t(": {why}.", { why: t(one.why) })),
      one.flag ? h("code", { class: "flag" }, one.flag) : null,
      h("details", { open: at === 0 }, h("summary", {}, t("Code")), h("pre", { class: "code", tabindex: 0 }, one.code, copy(one.code)), h("p", { class: "muted", lang: "en" }, one.paper)),
    ),
  );
  return h("div", {}, h("h4", {}, t("What to try")), rows.length ? h("ol", {}, ...rows) : h("p", { class: "muted" }, t("All that is known to help is in use already.")));
}

function copy(text) {
  const button = h("button", { class: "ghost copy", title: t("Copy"), "aria-label": t("Copy the code") }, icon("copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(text).catch(() => null);
    button.classList.add("done");
    setTimeout(() => button.classList.remove("done"), 1200);
  });
  return button;
}

function because(found) {
  if (!found.length) return null;
  return h("p", { class: "muted" }, t("Also seen, most likely because of it: {kinds}.", { kinds: list(found.map((one) => kindName(one).toLowerCase()), "and") }));
}

function actions(findings, alert) {
  if (alert.state === "resolved") return null;
  const problem = h("span", { class: "bad-text", role: "status" });
  const button = (name, action, body) => h("button", { class: "button", onclick: () => findings.act(alert, action, body).catch((error) => (problem.textContent = error.message)) }, name);
  return h(
    "div",
    { class: "verdict-actions" },
    alert.state === "open" ? button(t("Acknowledge"), "ack") : null,
    alert.state !== "snoozed" ? button(t("Snooze 1 h"), "snooze", { seconds: 3600 }) : null,
    button(t("Resolve"), "resolve"),
    problem,
  );
}
