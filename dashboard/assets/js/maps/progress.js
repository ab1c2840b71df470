// What becomes of maps that are not there: what they need, what is being computed and for how long, what failed and why.

import { fault } from "../faults.js";
import { h } from "../dom.js";
import * as format from "../format.js";
import { t } from "../words.js";

const REFERENCE = -1;

/**
 * @param frames what the API tells: `jobs`, `reference`. @param has whether the run has a `reference` and `samples`.
 * @returns { waiting: { title, text, since }, failed: element or null }.
 */
export function progress({ jobs, reference }, has) {
  return { waiting: waiting(jobs, reference, has), failed: failed(jobs.filter((job) => job.state === "failed")) };
}

/** Why principal components are shown where t-SNE was asked for. */
export function standIn(jobs) {
  const layout = jobs.find((job) => job.step === REFERENCE);
  if (layout?.state === "failed") return t("The t-SNE layout could not be made: {reason}. These are the principal components.", { reason: fault(layout.error) });
  const job = layout && ["queued", "running"].includes(layout.state) ? layout : jobs.find((one) => one.state === "running" || one.state === "queued");
  if (!job) return t("There is no t-SNE layout yet. These are the principal components.");
  const time = format.duration(Date.now() / 1000 - (job.started_at ?? job.created_at));
  return job.state === "running"
    ? t("The t-SNE layout is being computed, {time} so far. Until it is there: the principal components.", { time })
    : t("The t-SNE layout waits for a worker, {time} so far. Until it is there: the principal components.", { time });
}

/** What becomes of a joint map that was asked for. */
export function together({ map, refused }) {
  if (refused) return { title: t("The joint map could not be asked for"), text: refused };
  if (map?.state === "failed") return { title: t("The joint map could not be made"), text: fault(map.error) };
  const done = map?.state === "running" ? t("{n} % done", { n: Math.round(100 * (map.progress ?? 0)) }) : t("waiting for a worker");
  return { title: t("Laying out several steps together"), text: `${done}. ${t("It is kept: it takes this long once.")}` };
}

function waiting(jobs, reference, has) {
  const code = (text) => h("code", {}, text);
  if (!has.reference) {
    return { title: t("No map without real samples"), text: [code("run.reference(real_images)"), " ", t("tells what the data look like; every batch of samples is then placed on one map of them.")] };
  }
  if (!has.samples) return { title: t("No samples yet"), text: [code("run.samples(G(z), step=step)"), " ", t("puts them here.")] };
  const active = jobs.filter((job) => job.state === "running" || job.state === "queued");
  const first = jobs.find((job) => job.step === REFERENCE);
  const job = active.find((one) => one.state === "running") ?? active[0];
  if (!reference && first?.state === "failed") return { title: t("The map could not be made"), text: [fault(first.error)] };
  if (!job) return { title: t("No map yet"), text: [t("Nothing is waiting to be computed: the service may have been started without workers (job_workers).")] };
  const since = job.started_at ?? job.created_at;
  const what = reference ? t("Placing the samples") : t("Computing the layout of the data");
  const state = job.state === "running" ? t("{time} so far", { time: format.duration(Date.now() / 1000 - since) }) : t("waiting for a worker, {time} so far", { time: format.duration(Date.now() / 1000 - since) });
  const behind = active.filter((one) => one.step !== REFERENCE).length;
  const wait = behind === 1 ? t("1 step waits.") : t("{n} steps wait.", { n: format.steps(behind) });
  return { title: what, text: [`${state}. ${wait}`], since };
}

function failed(jobs) {
  if (!jobs.length) return null;
  const name = (job) => (job.step === REFERENCE ? t("the data") : t("step {n}", { n: format.steps(job.step) }));
  return h(
    "details",
    { class: "failed-jobs" },
    h("summary", {}, jobs.length === 1 ? t("1 map could not be made") : t("{n} maps could not be made", { n: jobs.length })),
    ...jobs.slice(-20).map((job) => h("p", {}, h("b", {}, name(job)), ` ${fault(job.error)}`)),
  );
}
