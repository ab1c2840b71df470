// One loop a page that follows the service: ask what changed since the cursor (the service holds the question until something
// did), hand it over, draw, rest until it is time for the next, ask again. It goes on by itself after anything.

import * as api from "./api.js";
import * as badge from "./badge.js";
import { disconnected, connected } from "./banner.js";
import { announce } from "./toasts.js";

const WAIT = 20; // seconds that the service may hold a question
const PERIOD = 440; // ms from answer to answer: twice a second is lively, costs little, and is within 0.7 s from log to pixel
const LEAST = 200; // ms to rest, however long merging and drawing took: what is drawn anew, now and then, is not waited for twice
const HIDDEN_REST = 5000;
const PATIENCE = 15000; // ms that an answer may be late, before the connection is taken for dead
const BACKOFF = [400, 2000]; // ms, first and longest: a service that is back is noticed within three seconds

const sleep = (ms, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });

/** Resolves after `ms`, or as soon as a hidden tab is looked at again. */
async function rest(ms, signal) {
  if (!document.hidden) return sleep(ms, signal);
  const seen = new AbortController();
  const look = () => !document.hidden && seen.abort();
  document.addEventListener("visibilitychange", look);
  await sleep(HIDDEN_REST, AbortSignal.any([signal, seen.signal]));
  document.removeEventListener("visibilitychange", look);
}

/** Resolves after `ms`, or as soon as the browser is back on the net. */
async function pause(ms, signal) {
  const back = new AbortController();
  const online = () => back.abort();
  addEventListener("online", online);
  await sleep(ms, AbortSignal.any([signal, back.signal]));
  removeEventListener("online", online);
}

/** Aborts when the browser goes offline, when the answer is overdue, or with `signal`. */
function lost(signal) {
  const gone = new AbortController();
  addEventListener("offline", () => gone.abort(new TypeError("offline")), { signal });
  return AbortSignal.any([signal, gone.signal, AbortSignal.timeout(WAIT * 1000 + PATIENCE)]);
}

/**
 * Follows until `signal` aborts.
 * @param cursor where to go on from. @param runs ids whose points are wanted; [] for summaries alone.
 * @param take called with each answer; may return a promise. @param anew called when what was missed can't be told: fetches
 *   everything and returns the cursor to go on from.
 */
export async function follow({ cursor, runs, take, anew, signal }) {
  let failures = 0;
  connected(); // there is a cursor, so there was an answer
  while (!signal.aborted) {
    try {
      const wait = failures ? 0 : WAIT; // after a failure: know soon that it is back
      const asked = new AbortController(); // takes the listeners of this question away with it
      const question = `live?${api.query({ cursor, wait, runs: runs().join(",") })}`;
      const answer = await api
        .get(question, { signal: lost(AbortSignal.any([signal, asked.signal])) })
        .finally(() => asked.abort());
      const began = performance.now();
      cursor = answer.reset ? await anew(answer) : answer.cursor;
      if (answer.reset) badge.count().catch(() => {});
      announce(answer.alerts, answer.runs);
      if (!answer.reset) await take(answer);
      failures = 0;
      connected();
      const cost = performance.now() - began;
      await rest(Math.max(PERIOD - cost, LEAST), signal);
    } catch (error) {
      if (signal.aborted) return;
      const expected = error instanceof TypeError || error.name === "TimeoutError" || error.status >= 400;
      if (!expected) console.error(error); // a fault of ours: say it, go on
      failures += 1;
      disconnected(failures);
      await pause(Math.min(BACKOFF[0] * 2 ** (failures - 1), BACKOFF[1]) * (0.75 + Math.random() / 2), signal);
    }
  }
}
