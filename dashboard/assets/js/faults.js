// What the service says of what went wrong, in the page's language: answers to requests, deliveries, jobs. It writes English.

import { finder } from "./phrases.js";
import { faults, t } from "./words.js";

const find = finder(faults);

/** A message of the service with its figures; one that is not known stays as it is. */
export function fault(text) {
  const [sentence, values] = (faults.length && text && find(text)) || [];
  return sentence ? t(sentence, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fault(value)]))) : text;
}
