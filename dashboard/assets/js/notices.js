// What stands in the place of content when there is none: not found, not reachable.

import { connected, disconnected } from "./banner.js";
import { appears, h } from "./dom.js";
import { here } from "./boot.js";
import { t } from "./words.js";

const RETRY = 1500;

/** Puts a designed "not found" in the page's place. */
export async function missing(pageId, id) {
  const page = await appears(pageId);
  document.title = `${t("Not found")} · Nashboard`;
  page.replaceChildren(
    h(
      "div",
      { class: "notice", id: "not-found" },
      h("h2", {}, t("No such run")),
      h("p", {}, t("There is no run {id} here. It may have been deleted, or the link is to another service.", { id })),
      h("a", { class: "button", href: here("") }, t("All runs")),
    ),
  );
}

/**
 * Asks until there is an answer. Tells what is wrong in the element `noteId` meanwhile.
 * @returns the answer, or null when the service says that there is no such thing.
 */
export async function trouble(ask, noteId, signal) {
  for (let failures = 1; ; failures += 1) {
    try {
      const answer = await ask();
      if (failures > 1) {
        connected();
        (await appears(noteId, signal)).hidden = true;
      }
      return answer;
    } catch (error) {
      if (signal.aborted) throw error;
      if (error.status === 404) return null;
      if (!(error instanceof TypeError) && !error.status) throw error;
      const note = await appears(noteId, signal);
      disconnected(failures);
      const said = error.status ? error.message : t("The service does not answer.");
      note.replaceChildren(h("div", { class: "notice" }, h("h2", {}, t("Nothing can be shown yet")), h("p", {}, said), h("p", { class: "muted" }, t("Trying again…"))));
      note.hidden = false;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}
