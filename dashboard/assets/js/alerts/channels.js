// Who is told: this browser, channels with their state and a test, and the routes that lead to them.

import * as api from "../api.js";
import { inWords } from "../alerts.js";
import { h, icon } from "../dom.js";
import { fault } from "../faults.js";
import * as format from "../format.js";
import { t } from "../words.js";
import { channelForm } from "./channel_form.js";
import { sure } from "./fields.js";
import { routeForm } from "./route_form.js";

const SETTLES = 1500; // ms after an alert until its messages are most likely sent

export class Channels {
  static title = "Channels";

  constructor(page, place) {
    this.page = page;
    this.place = place;
    this.said = new Map(); // channel → what its last test came to
  }

  async open() {
    this.form = h("div", {});
    this.browser = h("div", { class: "card things" });
    this.channels = h("div", { class: "card things", id: "channels" });
    this.routes = h("div", { class: "card things", id: "routes" });
    this.more = h("button", { class: "button", onclick: () => this.#route(null) }, icon("plus"), t("New route"));
    const head = (title, text, button) => h("div", { class: "things-head" }, h("div", {}, h("h2", {}, title), h("p", { class: "muted intro" }, text)), button);
    this.place.replaceChildren(
      this.form,
      head(t("Channels"), t("Where messages go: a webhook of yours, or Slack, Discord, Telegram, e-mail, ntfy and more."), h("button", { class: "button primary", onclick: () => this.#channel(null) }, icon("plus"), t("New channel"))),
      this.channels,
      head(t("Routes"), t("Which alerts go to which channels, and when not."), this.more),
      this.routes,
      head(t("This browser"), t("A page that is open shows every new alert; with your permission the desktop does, too, while you look at something else."), null),
      this.browser,
    );
    this.#drawBrowser();
    await this.anew();
  }

  async anew() {
    const { signal } = this.page;
    const [{ channels }, { routes }] = await Promise.all([api.get("channels", { signal }), api.get("routes", { signal })]);
    this.known = channels;
    const none = (text) => h("p", { class: "muted none" }, text);
    this.channels.replaceChildren(...(channels.length ? channels.map((one) => this.#channelRow(one)) : [none(t("No channels yet: nobody is told outside of this page."))]));
    this.routes.replaceChildren(...(routes.length ? routes.map((one) => this.#routeRow(one)) : [none(t("No routes yet."))]));
    this.more.disabled = !channels.length;
  }

  absorb() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.anew().catch(() => {}), SETTLES);
  }

  #channel(channel) {
    this.form.replaceChildren(channelForm({ channel, saved: () => this.anew() }));
    this.form.scrollIntoView({ block: "nearest" });
  }

  #route(route) {
    this.form.replaceChildren(routeForm({ route, channels: this.known, saved: () => this.anew() }));
    this.form.scrollIntoView({ block: "nearest" });
  }

  #channelRow(one) {
    const test = h("button", { class: "button small" }, t("Send a test"));
    test.addEventListener("click", async () => {
      test.disabled = true;
      this.said.set(one.id, { text: t("Sending…") });
      said.replaceChildren(...this.#tested(one));
      try {
        const done = await api.post(`channels/${one.id}/test`);
        this.said.set(one.id, done.state === "sent" ? { good: true, text: t("The test was taken.") } : { bad: true, text: fault(done.error) || t("No answer yet.") });
      } catch (error) {
        this.said.set(one.id, { bad: true, text: error.message });
      }
      await this.anew().catch(() => {});
    });
    const said = h("div", { role: "status" }, ...this.#tested(one));
    const alone = one.routes.length ? h("span", { class: "muted" }, t("routes: {which}", { which: one.routes.join(", ") })) : h("span", { class: "warn-text" }, t("No route leads here: it hears nothing."));
    return h(
      "div",
      { class: "thing", "data-channel": one.name },
      h(
        "div",
        { class: "thing-what" },
        h("div", { class: "thing-head" }, h("b", {}, one.name), h("span", { class: "badge calm" }, one.type === "webhook" ? t("webhook") : "Apprise"), one.enabled ? null : h("span", { class: "badge calm" }, t("off")), ...this.#state(one)),
        h("div", {}, h("code", {}, one.to), " ", alone),
        one.last_error && one.last_state !== "sent" ? h("div", { class: one.last_state === "dropped" ? "muted" : "bad-text" }, fault(one.last_error)) : null,
        said,
      ),
      h(
        "div",
        { class: "thing-acts" },
        test,
        h("button", { class: "button small", onclick: () => this.#channel(one) }, t("Edit")),
        sure(t("Remove"), async () => (await api.remove(`channels/${one.id}`), this.anew())),
      ),
    );
  }

  #tested(one) {
    const said = this.said.get(one.id);
    return said ? [h("span", { class: said.bad ? "bad-text" : said.good ? "good-text" : "muted" }, said.text)] : [];
  }

  /** How it is doing: the last message, what waits, what was given up. */
  #state(one) {
    const found = [];
    if (one.last_state === "sent") found.push(h("span", { class: "muted" }, t("last message {when}", { when: format.ago(one.last_at) })));
    if (one.pending) found.push(h("span", { class: "badge warn" }, t("{n} waiting", { n: one.pending })));
    if (one.dead) found.push(h("button", { class: "badge bad alert-kind", onclick: () => this.page.view.set({ tab: "log", sent: "dead" }) }, t("{n} given up", { n: one.dead })));
    return found;
  }

  #routeRow(one) {
    const { id, created_at, updated_at, ...plain } = one;
    const names = one.channels.map((key) => this.known.find((channel) => channel.id === key)?.name ?? key);
    const which = [
      one.severity === "info" ? t("all severities") : one.severity === "warning" ? t("warnings and critical ones") : t("critical ones"),
      one.kinds.length ? one.kinds.map((kind) => inWords(kind)).join(", ") : t("of all kinds"),
      one.projects.length ? t("of projects {which}", { which: one.projects.join(", ") }) : t("of all projects"),
    ];
    const turn = async () => (await api.put(`routes/${id}`, { ...plain, enabled: !one.enabled }), this.anew());
    return h(
      "div",
      { class: "thing", "data-route": one.name },
      h(
        "div",
        { class: "thing-what" },
        h("div", { class: "thing-head" }, h("b", {}, one.name), h("span", { class: "muted" }, "→"), h("span", {}, names.join(", ")), one.enabled ? null : h("span", { class: "badge calm" }, t("off"))),
        h("div", {}, which.join(", ")),
        one.quiet ? h("div", { class: "muted" }, quietly(one.quiet)) : null,
      ),
      h(
        "div",
        { class: "thing-acts" },
        h("button", { class: "button small", onclick: turn }, one.enabled ? t("Turn off") : t("Turn on")),
        h("button", { class: "button small", onclick: () => this.#route(one) }, t("Edit")),
        sure(t("Remove"), async () => (await api.remove(`routes/${id}`), this.anew())),
      ),
    );
  }

  #drawBrowser() {
    const state = "Notification" in window ? Notification.permission : "missing";
    const texts = { granted: t("The desktop shows new alerts while this page is open behind something else."), denied: t("The browser does not allow notifications here: its settings for this site say so."), default: t("The desktop shows nothing yet."), missing: t("This browser has no notifications, or not at this address: it needs HTTPS or localhost.") };
    const allow = h("button", { class: "button", onclick: async () => (await Notification.requestPermission(), this.#drawBrowser()) }, t("Allow notifications"));
    const show = h("button", { class: "button small", onclick: () => new Notification("Nashboard", { body: t("New alerts will look like this."), tag: "nashboard-test" }) }, t("Send a test"));
    this.browser.replaceChildren(h("div", { class: "thing" }, h("div", { class: "thing-what" }, h("div", { id: "browser-notifications" }, texts[state])), h("div", { class: "thing-acts" }, state === "default" ? allow : state === "granted" ? show : null)));
  }
}

/** Quiet hours in words. */
function quietly(quiet) {
  const then = { digest: t("one message afterwards"), delay: t("later"), drop: t("not at all") }[quiet.then];
  const days = quiet.days.length ? ` (${quiet.days.map((day) => t(day)).join(", ")})` : "";
  const through = quiet.critical ? t("critical ones come through") : t("also for critical ones");
  return `${t("quiet")} ${quiet.start}–${quiet.end} ${quiet.zone}${days}: ${then}; ${through}`;
}
