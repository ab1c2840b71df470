// What the doctor and rules say, in the page's language. They write English with the figures in it; the sentences are these.

import { language, t } from "./words.js";

const SENTENCES = [
  "The discriminator dominates since step {step}: it ranks {a} of real above generated samples, whose distance to the data stays at {b}",
  "The discriminator dominates since step {step}: it is always right, and the generator's loss has climbed to {a}",
  "The discriminator overfits since step {step}: {what}",
  "The discriminator is too weak since step {step}: {what}",
  "Exploding gradient since step {step}: {what}",
  "Exploding since step {step}: {what}",
  "Vanishing gradient since step {step}: {what}",
  "Mode collapse since step {step}: {what}",
  "Partial mode collapse since step {step}: {what}",
  "Fluctuating quality since step {step}: {what}",
  "No convergence since step {step}: {what}",
  "Oscillation since step {step}: {what}",
  "Spectral collapse since step {step}: {what}",
  "Spectral growth since step {step}: {what}",
  "{name} and {n} more are no finite numbers since step {step}",
  "{name} is no finite number since step {step}",
  "{n} values of {name} are NaN or infinite",
  "samples of {n} batches hold NaN or infinite values",
  "a part of the samples",
  "the discriminator ranks {a} of real above generated samples",
  "the samples' distance to the data stays at {a} (the data against themselves: {b})",
  "the samples' distance to the data stays at {a}",
  "the generator's loss has climbed to {a}",
  "to the discriminator held-out images lie {a} of the way from training images to generated ones",
  "the {network}'s gradient is {n} times its usual size",
  "the {network}'s loss is {n} times as large as it ever was",
  "the {network}'s gradient jumped to {n} times what it ever was",
  "the {network}'s gradient doubles again and again, to {n} times what it was",
  "one step moves the weights by {a} of their size",
  "a step moves the discriminator's weights by {a} of their size: it learns nothing",
  "it is upside down and ranks only {a} of real above generated samples",
  "it is at chance (AUC {a}), and {what}",
  "the discriminator is at chance (AUC {a})",
  "a nearest-neighbour test tells samples from data {a} of the time",
  "the samples cover {a} of the data, which cover {b} of themselves",
  "the samples fill {a} of the data's clusters",
  "{metric} fell from {a} to {b}",
  "samples differ by {a} of what real ones differ by",
  "{a} of the samples are nearly copies of another",
  "neither network's weights move, nothing is learnt",
  "the discriminator is right and wrong in turns, {n} times in {m} looks",
  "{name} comes again every {n} steps, while the samples stay",
  "{name} comes again every {n} steps",
  "comes again every {n} steps (autocorrelation {a})",
  "the samples wander, their mean moves by {a} deviations a batch",
  "the samples' mean moves by {a} deviations of the data a batch",
  "and gets nowhere: {a} of the way is progress",
  "{a} of the samples change their cluster from batch to batch",
  "the samples have turned bad and come back {n} times",
  "{n} of {m} layers have lost half of their effective rank",
  "{name} went from rank {a} to {b}",
  "the top singular value of {name} has grown {a} times",
  "a step moves the generator's weights by {a} of their size: it stands still",
  "the generator's gradient is {n} times smaller than it was, and it is still needed",
  "both losses are nothing: under the saturating loss the generator then has no gradient",
  "No value of {what} for {a} min; the last came at step {step}. {note}",
  "No value of {what} for {a} min; the last came at step {step}",
  "No value of {what} for {a} min. {note}",
  "No value of {what} for {a} min",
  "{name} is {a} above its mean over the {n} steps before ({b}, mean {c})",
  "{name} is {a} below its mean over the {n} steps before ({b}, mean {c})",
  "{name} is above {a} ({b})",
  "{name} is at or above {a} ({b})",
  "{name} is below {a} ({b})",
  "{name} is at or below {a} ({b})",
  "{name} is not a number",
  "{what}, and {n} more since step {step}. {note}",
  "{what}, and {n} more since step {step}",
  "{what} since step {step}. {note}",
  "{what} since step {step}",
  "over {n}",
];

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** A sentence as a pattern; `step`, `n` and `m` are whole numbers ("over 1,000,000" where they are very large), the others run on to what follows. */
function pattern(sentence) {
  const parts = sentence.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (!name) return escaped(part);
    return `(?<${name}>${["step", "n", "m"].includes(name) ? "(?:over )?[\\d,]+" : ".+?"})`;
  });
  return [sentence, new RegExp(`^${parts.join("")}$`)];
}

let patterns = null;

/** A sentence of the doctor in the page's language, with its figures; one that is not known stays as it is. */
export function said(text) {
  if (language === "en") return text;
  patterns ??= SENTENCES.map(pattern);
  for (const [sentence, known] of patterns) {
    const found = known.exec(text)?.groups;
    if (!found && !known.test(text)) continue;
    return t(sentence, Object.fromEntries(Object.entries(found ?? {}).map(([name, value]) => [name, said(t(value))])));
  }
  return text;
}
