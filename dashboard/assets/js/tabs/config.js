// What a run was started with: its config and its environment.

import { facts } from "../facts.js";

export class ConfigTab {
  constructor(page, place) {
    this.page = page;
    this.place = place;
  }

  open() {
    this.place.replaceChildren(facts(this.page.data.info));
  }

  anew() {
    this.open();
  }
}
