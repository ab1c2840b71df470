// The API, as the browser sees it: same origin, JSON, errors in one shape.

import { boot } from "./boot.js";
import { fault } from "./faults.js";
import { t } from "./words.js";

export class ApiError extends Error {
  constructor(status, error) {
    super(fault(error?.message ?? `the service answered ${status}`));
    this.status = status;
    this.code = error?.code ?? "error";
  }
}

const KEPT = 20000; // ms that an answer waits for whoever wants it
const warmed = new Map(); // path → answer under way, asked for before its page was there
const onUnauthorized = [];

/** `ask` is called when the service wants a token; it resolves once there is one. */
export const whenUnauthorized = (ask) => onUnauthorized.push(ask);

async function request(path, { signal, ...options } = {}) {
  return read(fetch(`${boot.api}/${path}`, { credentials: "same-origin", signal, ...options }));
}

async function read(answer) {
  const response = await answer.catch((error) => {
    throw error instanceof TypeError ? new TypeError(t("The service does not answer."), { cause: error }) : error;
  });
  if (response.ok) return response.status === 204 ? null : response.json();
  const body = await response.json().catch(() => null);
  throw new ApiError(response.status, body?.error);
}

let entered = 0; // how often a token was given

/** GET; when a token is wanted it waits for it and asks again. Throws ApiError, or TypeError when nobody answers. */
export async function get(path, options) {
  const early = warmed.get(path);
  warmed.delete(path);
  for (let answer = early, since = early ? 0 : entered; ; answer = null, since = entered) {
    try {
      return await (answer ?? request(path, options));
    } catch (error) {
      if (error.status !== 401 || !onUnauthorized.length) throw error;
      if (since !== entered) continue; // asked before the token was given
      await Promise.all(onUnauthorized.map((ask) => ask()));
      entered += 1;
    }
  }
}

const send = (method) => (path, body) =>
  request(path, { method, headers: { "Content-Type": "application/json" }, body: body === undefined ? undefined : JSON.stringify(body) });

export const post = send("POST");
export const put = send("PUT");
export const remove = send("DELETE");

/** Asks now for what a page will want soon; the next `get` of that path takes the answer. */
export const warm = (path) => warmed.get(path) ?? keep(path, get(path));

function keep(path, answer) {
  answer.catch(() => {}); // whoever takes it handles the error
  warmed.set(path, answer);
  setTimeout(() => warmed.delete(path), KEPT);
  return answer;
}

export const query = (values) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)).toString();

/** Where an image is: its address holds the hash of its content, so it is fetched once. */
export const blob = (hash) => `${boot.api}/blobs/${hash}`;

// what the page has asked for before this was there: inline/early.js
for (const [path, answer] of window.nashboardAsked) keep(path, read(answer));

/** The answer to what was asked for early, left for whoever takes it; undefined when it was not, or is taken. */
export const early = (path) => warmed.get(path);
