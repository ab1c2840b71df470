// Numbers, steps and times as people read them.

import { t } from "./words.js";

const whole = new Intl.NumberFormat("en-US");

export const steps = (value) => (Number.isFinite(value) ? whole.format(Math.round(value)) : "–");

/** Four significant digits, always as many characters for like sizes, so that live values do not jitter. */
export function value(number) {
  if (number === null || number === undefined) return "–";
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "NaN" : number > 0 ? "Inf" : "-Inf";
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return number.toExponential(2).replace("e+", "e");
  return number.toPrecision(4).replace(/^(-?\d{4,})\.$/, "$1");
}

/** Seconds as "12 s", "3 min 05 s", "2 h 10 min", "3 d 4 h". */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  const s = Math.max(0, Math.round(seconds));
  const two = (n) => String(n).padStart(2, "0");
  if (s < 60) return t("{n} s", { n: s });
  if (s < 3600) return t("{a} min {b} s", { a: Math.floor(s / 60), b: two(s % 60) });
  if (s < 86400) return t("{a} h {b} min", { a: Math.floor(s / 3600), b: two(Math.floor((s % 3600) / 60)) });
  return t("{a} d {b} h", { a: Math.floor(s / 86400), b: Math.floor((s % 86400) / 3600) });
}

/** A time as "just now", "5 min ago", "3 h ago", else the date. */
export function ago(time, now = Date.now() / 1000) {
  const age = now - time;
  if (age < 10) return t("just now");
  if (age < 60) return t("{n} s ago", { n: Math.floor(age) });
  if (age < 3600) return t("{n} min ago", { n: Math.floor(age / 60) });
  if (age < 86400) return t("{n} h ago", { n: Math.floor(age / 3600) });
  return new Date(time * 1000).toLocaleDateString(document.documentElement.lang, { year: "numeric", month: "short", day: "numeric" });
}

/** A moment with the zone that it is told in: "2026-11-25 22:11:03 UTC+1". */
export function when(time) {
  const at = new Date(time * 1000);
  const two = (n) => String(n).padStart(2, "0");
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())} ${offset(at)}`;
}

/** How far the clock here is from UTC, at a moment. */
function offset(at) {
  const minutes = -at.getTimezoneOffset();
  if (!minutes) return "UTC";
  const size = Math.abs(minutes);
  const rest = size % 60 ? `:${String(size % 60).padStart(2, "0")}` : "";
  return `UTC${minutes < 0 ? "−" : "+"}${Math.floor(size / 60)}${rest}`;
}

/** The time zone of this browser: "Europe/Zurich (UTC+1)", or "UTC". */
export function zone() {
  const [name, away] = [Intl.DateTimeFormat().resolvedOptions().timeZone, offset(new Date())];
  return name === away ? name : `${name} (${away})`;
}

/** How far a run is: 0 … 1, or null when nobody said how many steps it means to take. */
export function progress(run) {
  if (!run.total_steps || run.last_step === null) return run.total_steps ? 0 : null;
  return Math.min(1, (run.last_step + 1) / run.total_steps);
}

/** Seconds until the last step at the mean pace so far, or null. */
export function timeLeft(run) {
  const done = progress(run);
  if (run.state !== "running" || !done || done >= 1 || !run.duration) return null;
  return (run.duration * (1 - done)) / done;
}
