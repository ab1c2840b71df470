// The form of a channel. What is secret is written, never read.

import * as api from "../api.js";
import { h } from "../dom.js";
import { t } from "../words.js";
import { check, choice, formCard, labelled, number, text } from "./fields.js";

const SECRET_BYTES = 24;

/** A new secret, made here: nobody else has seen it. */
const made = () => [...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param channel the one to change; null: a new one. @param saved called when it is stored. */
export function channelForm({ channel, saved }) {
  const kept = channel ? { placeholder: t("as it was") } : {};
  const parts = h("div", { class: "form-body" });
  const show = (type) => parts.replaceChildren(...(type === "webhook" ? webhook(channel?.type === "webhook" ? kept : {}) : apprise(channel?.type === "apprise" ? kept : {})));
  const types = [["webhook", t("Webhook (signed)")], ["apprise", t("Slack, Discord, Telegram, e-mail, ntfy, … (Apprise)")]];
  const type = choice("type", types, channel?.type ?? "webhook", { onchange: ({ target }) => show(target.value) });
  show(channel?.type ?? "webhook");
  const body = h(
    "div",
    { class: "form-body" },
    h("div", { class: "form-row" }, labelled(t("Name"), text("name", channel?.name ?? "", { maxlength: 100 })), labelled(t("Kind"), type)),
    parts,
    h("div", { class: "form-row" }, labelled(t("Messages an hour, at most"), number("rate", channel?.rate ?? 30, { min: 1, step: 1 }), t("what is beyond comes as one digest"))),
    check("picture", t("Send a picture of the evidence"), channel?.picture ?? true),
    check("enabled", t("On"), channel?.enabled ?? true),
    channel ? null : check("route", t("Send all warnings and critical alerts here"), true),
  );
  const save = async (values) => {
    const told = { name: values.name.trim(), type: values.type, url: values.url.trim(), secret: values.secret?.trim() ?? "", picture: values.picture, rate: Number(values.rate), enabled: values.enabled };
    const stored = await (channel ? api.put(`channels/${channel.id}`, told) : api.post("channels", told));
    if (values.route) await api.post("routes", { name: t("All to {name}", { name: stored.name }).slice(0, 100), channels: [stored.id] });
    await saved();
  };
  return formCard({ title: channel ? t("Change the channel") : t("New channel"), body, save });
}

function webhook(kept) {
  const secret = text("secret", "", { spellcheck: "false", ...kept });
  const make = h("button", { class: "button", type: "button", onclick: () => (secret.value = made()) }, t("Make one"));
  return [
    labelled(t("Address"), text("url", "", { type: "url", placeholder: "https:…", ...kept })),
    h("div", { class: "form-field" }, labelled(t("Secret"), secret, t("Signs each message. Keep a copy for the receiver: it is not shown again.")), h("div", {}, make)),
  ];
}

function apprise(kept) {
  return [labelled(t("Apprise URL"), text("url", "", { placeholder: "ntfy://topic · slack://… · mailto://…", spellcheck: "false", ...kept }), t("It is not shown again."))];
}
