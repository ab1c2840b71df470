// What is done with selected runs: a bar at the bottom that takes no room from the table, and questions before what can't be undone.

import * as api from "../api.js";
import { ask } from "../ask_box.js";
import { h, icon } from "../dom.js";
import * as format from "../format.js";
import { t } from "../words.js";

const STAYS = 9000; // ms that a way back is offered
const BACK = { archive: "unarchive", unarchive: "archive", trash: "restore", restore: "trash" };
const DID = { archive: "Archived {n} runs", unarchive: "Brought {n} runs back", trash: "{n} runs are in the trash", restore: "Restored {n} runs", delete: "Deleted {n} runs", tag: "Tagged {n} runs", untag: "Took the tag off {n} runs", group: "Moved {n} runs", project: "Moved {n} runs" };
const ACTIONS = { active: ["tag", "untag", "group", "project", "archive", "trash"], archived: ["unarchive", "tag", "trash"], trash: ["restore", "delete"] };
const NAMES = { tag: "Tag…", untag: "Untag…", group: "Group…", project: "Project…", archive: "Archive", unarchive: "Unarchive", trash: "Trash", restore: "Restore", delete: "Delete for good…" };

export class BulkBar {
  /** @param on { clear(), changed(), selected(): the query in force, offers(): { tag, group, project } } */
  constructor(place, on) {
    this.place = place;
    this.on = on;
    this.ids = [];
    this.all = false; // all runs that the query finds, loaded or not
  }

  /** The selection has changed. @param ids selected. @param total runs that the query finds. @param view "active", "archived" or "trash". */
  show(ids, total, view) {
    if (ids.length !== this.ids.length) this.all = false;
    Object.assign(this, { ids, total, view });
    if (!ids.length) return this.message ? null : this.hide();
    this.message = null;
    const count = this.all ? total : ids.length;
    const more = !this.all && total > ids.length ? h("button", { class: "plain link", onclick: () => this.everything() }, t("Select all {n}", { n: format.steps(total) })) : null;
    this.put(
      h("b", {}, t("{n} selected", { n: format.steps(count) })),
      more,
      ...ACTIONS[view].map((action) => h("button", { class: `button small${action === "delete" ? " grave" : ""}`, onclick: () => this.act(action) }, t(NAMES[action]))),
      h("button", { class: "ghost", title: t("Clear the selection"), "aria-label": t("Clear the selection"), onclick: () => this.on.clear() }, icon("close")),
    );
    return null;
  }

  put(...children) {
    this.place.replaceChildren(...children.filter(Boolean));
    this.place.hidden = false;
  }

  hide() {
    this.place.hidden = true;
  }

  everything() {
    this.all = true;
    this.show(this.ids, this.total, this.view);
  }

  async act(action) {
    const which = this.all ? { selected: this.on.selected() } : { runs: this.ids };
    const answer = await this.question(action, which).catch((error) => this.tell(error.message));
    if (answer === null || answer === undefined) return;
    try {
      const value = typeof answer === "string" ? answer : "";
      const done = await api.post("runs/bulk", { ...which, action, value });
      this.on.clear();
      const freed = action === "delete" ? ` · ${t("{size} freed", { size: size(done.freed.bytes) })}` : "";
      this.tell(t(DID[action], { n: format.steps(done.runs) }) + freed, BACK[action] && which.runs && { ...which, action: BACK[action] });
      this.on.changed();
    } catch (error) {
      this.tell(error.message);
    }
  }

  /** Asks what has to be asked. @returns the value, true, or null when it is called off. */
  async question(action, which) {
    const offers = this.on.offers();
    const count = format.steps(this.all ? this.total : this.ids.length);
    if (["tag", "untag", "group", "project"].includes(action)) {
      const kind = action === "untag" ? "tag" : action;
      const labels = { tag: t("Tag"), group: t("Group"), project: t("Project") };
      const answer = await ask({ title: `${t(NAMES[action])} (${count})`, field: { label: labels[kind], offers: offers[kind] }, action: t("Apply") });
      return answer === "" && kind !== "group" ? null : answer;
    }
    if (action === "delete") {
      const { runs, freed } = await api.post("runs/bulk", { ...which, action, dry_run: true });
      const told = t("{points} points and {images} images: about {size} of disk. There is no way back.", { points: format.steps(freed.points), images: format.steps(freed.images), size: size(freed.bytes) });
      return ask({ title: t("Delete {n} runs for good?", { n: format.steps(runs) }), body: told, action: t("Delete for good"), grave: true });
    }
    return this.all ? ask({ title: `${t(NAMES[action])}: ${count}?`, action: t(NAMES[action]) }) : true;
  }

  /** Says what was done, with a way back where there is one. */
  tell(text, back = null) {
    const undo = back && h("button", { class: "button small", onclick: () => this.undo(back) }, t("Undo"));
    this.message = h("span", { role: "status" }, text);
    this.put(this.message, undo);
    const { message } = this;
    setTimeout(() => message === this.message && ((this.message = null), this.show(this.ids, this.total, this.view)), STAYS);
    return null;
  }

  async undo(back) {
    await api.post("runs/bulk", back).then(() => this.tell(t("Undone")), (error) => this.tell(error.message));
    this.on.changed();
  }
}

/** Bytes as people read them. */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  return `${(bytes / 1000 ** at).toPrecision(3)} ${units[at]}`;
}
