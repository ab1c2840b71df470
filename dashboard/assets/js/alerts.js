// Alerts in words, and in order.

import { t } from "./words.js";

export const KINDS = {
  non_finite: "Not a number",
  exploding_gradient: "Exploding gradient",
  vanishing_gradient: "Vanishing gradient",
  discriminator_dominates: "Discriminator too strong",
  generator_dominates: "Discriminator too weak",
  mode_collapse: "Mode collapse",
  oscillation: "Oscillation",
  quality_fluctuation: "Fluctuating quality",
  non_convergence: "No convergence",
  discriminator_overfit: "Discriminator overfits",
  spectral_collapse: "Spectral collapse",
};

export const RULE = "rule:";

/** A kind in words; a rule goes by its own name. */
export const inWords = (kind) => kind === `${RULE}*` ? t("every rule") : t(KINDS[kind] ?? (kind.startsWith(RULE) ? kind.slice(RULE.length) : kind));

export const kindName = (alert) => inWords(alert.kind);

/** Steps that show what an alert rests on: [first, last]. */
export function stretch(alert) {
  const last = Math.max(alert.step, alert.resolved_step ?? 0, ...alert.evidence.map((one) => one.last_step));
  const room = Math.max(100, (last - alert.onset_step) / 3);
  return [Math.max(0, Math.floor(alert.onset_step - room)), Math.ceil(last + room / 4)];
}

/** What each failure is, for somebody who meets it for the first time. */
export const MEANING = {
  non_finite: "A loss, gradient or output is no number any more. Weights that have become NaN stay NaN.",
  exploding_gradient: "Gradients have left their usual range: steps may throw the weights about.",
  vanishing_gradient: "The generator is no longer told how to get better: its gradient has all but gone.",
  discriminator_dominates: "The discriminator is always right, and the generator learns nothing from it.",
  generator_dominates: "The discriminator cannot tell what a simple test can: it has nothing to teach.",
  mode_collapse: "The generator makes only a part of what the data show, or one thing again and again.",
  oscillation: "The two networks chase each other round and round instead of settling.",
  quality_fluctuation: "Samples are good and bad in turns: which checkpoint is the best is luck.",
  non_convergence: "The samples have stopped getting better, and they are not good yet.",
  discriminator_overfit: "The discriminator knows its training images by heart.",
  spectral_collapse: "A weight matrix grows in one direction or loses most of its rank. It often comes before a collapse.",
};

const SEVERITIES = ["info", "warning", "critical"];

export const isOpen = (alert) => alert.state !== "resolved";

/** Whether somebody should look: it is open, no mere consequence, no mere information, and not put aside. */
export const isNews = (alert) => alert.state === "open" && !alert.consequence_of && alert.severity !== "info";

/** The gravest first, then the earliest. */
export const byGravity = (a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity) || a.onset_step - b.onset_step;

/** The gravest open failure of some alerts that is no consequence of another, or undefined. */
export const worst = (alerts) => alerts.filter((alert) => isOpen(alert) && !alert.consequence_of && alert.severity !== "info").sort(byGravity)[0];
