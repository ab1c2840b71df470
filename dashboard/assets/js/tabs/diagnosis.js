// Every finding of the doctor with its evidence, what it means, what to try, and what came of it.

import { comparison, compared, reactions } from "../afterwards.js";
import { isOpen } from "../alerts.js";
import { h, icon } from "../dom.js";
import { findingCard } from "../finding_card.js";
import { RunEvents } from "../run_events.js";
import { howToName } from "../verdict.js";
import { t } from "../words.js";

export class DiagnosisTab {
  constructor(page, place) {
    this.page = page;
    this.place = h("div", { class: "findings" });
    this.cards = new Map(); // alert id → { key, card, charts }
    this.events = new RunEvents(page.id, page.signal);
    place.append(this.place);
    page.findings.listen(() => this.events.ready && this.draw());
    page.view.listen((changed) => changed.has("alert") && this.events.ready && this.#unfold(), page.signal);
  }

  async open() {
    await this.anew();
    this.#unfold();
  }

  async anew() {
    await this.events.load();
    this.draw();
  }

  absorb(change) {
    if (this.events.take(change)) this.draw();
  }

  draw() {
    const { findings } = this.page;
    const { open, past } = findings;
    const sound = [t("Nothing wrong seen"), t("The doctor reads every signal that the run logs. What it finds stands here, with its evidence and what to try.")];
    const blind = findings.blind(this.page.data.info);
    const [title, text] = blind ? [t("Nothing to judge by"), howToName()] : sound;
    const nothing = h("div", { class: "card finding-none" }, blind ? null : icon("good"), h("div", {}, h("h3", {}, title), h("p", { class: "muted" }, text)));
    const heading = past.length ? h("h3", { class: "findings-past" }, t("Earlier")) : null;
    this.place.replaceChildren(
      ...(open.length ? open.map((alert) => this.card(alert)) : [nothing]),
      ...(heading ? [heading, ...past.map((alert) => this.card(alert))] : []),
    );
  }

  /** The card of an alert: made anew only when there is something new to tell, so that nothing folds or flickers. */
  card(alert) {
    const reacted = reactions(this.events.all, alert);
    const key = [alert.state, alert.updated_at, alert.severity, reacted.length].join();
    const held = this.cards.get(alert.id);
    if (held?.key === key) return held.card;
    held?.charts.forEach((chart) => this.page.board.drop(chart));
    const unfolded = held ? held.card.open : isOpen(alert);
    const { card, charts, after } = findingCard(this.page, alert, unfolded);
    this.cards.set(alert.id, { key, card, charts });
    for (const event of reacted) this.#compare(alert, event, after);
    return card;
  }

  async #compare(alert, event, place) {
    const { data, findings, signal } = this.page;
    const rows = await compared(data, alert, event.step, signal).catch(() => []);
    const again = [...findings.alerts.values()].find((one) => one.kind === alert.kind && one.id !== alert.id && one.onset_step > event.step);
    place.append(comparison(event, rows, again, data.lastStep));
    place.hidden = false;
  }

  /** Shows the alert that the address names. */
  #unfold() {
    const card = this.cards.get(this.page.view.number("alert"))?.card;
    if (!card) return;
    card.open = true;
    card.scrollIntoView({ block: "start" });
  }

  close() {
    for (const { charts } of this.cards.values()) charts.forEach((chart) => this.page.board.drop(chart));
  }
}
