// Which language: what the address says (`lang=`), else what was chosen before, else what the browser speaks.

import { recall, remember } from "./kept.js";

const KEY = "nashboard-language";

export const LANGUAGES = { en: "English", zh: "简体中文" };

function found() {
  const asked = [new URLSearchParams(location.search).get("lang"), recall(KEY), ...navigator.languages];
  const known = asked.map((one) => one?.toLowerCase().split("-")[0]).find((one) => one in LANGUAGES);
  return known ?? "en";
}

export const language = found();
document.documentElement.lang = language === "zh" ? "zh-CN" : language;

/** Changes the language, for good: the document is loaded anew, and the view that the address tells comes back. */
export function choose(name) {
  remember(KEY, name);
  const address = new URL(location.href);
  address.searchParams.delete("lang");
  location.replace(address);
}
