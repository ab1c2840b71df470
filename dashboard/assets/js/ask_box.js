// A question in a modal box: words, a field where one is wanted, and two buttons.

import { h } from "./dom.js";
import { t } from "./words.js";

let count = 0;

/**
 * Asks, and resolves to the field's text (true without a field), or null when it was called off.
 * @param title, body words or elements. @param field { label, value, offers } or null. @param action the button's word. @param grave red.
 */
export function ask({ title, body = [], field = null, action, grave = false }) {
  return new Promise((resolve) => {
    const list = `offers-${(count += 1)}`;
    const input = field && h("input", { class: "field", value: field.value ?? "", list, autocomplete: "off", maxlength: 100 });
    const go = h("button", { class: `button ${grave ? "grave" : "primary"}`, type: "submit" }, action);
    const away = h("button", { class: "button", type: "button" }, t("Cancel"));
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", {}, title),
      ...[body].flat().map((one) => (typeof one === "string" ? h("p", {}, one) : one)),
      field && h("label", {}, field.label, input, h("datalist", { id: list }, ...(field.offers ?? []).map((value) => h("option", { value })))),
      h("div", { class: "answers" }, away, go),
    );
    const box = h("dialog", { class: "login ask" }, form);
    const end = (answer) => (box.remove(), resolve(answer));
    away.addEventListener("click", () => end(null));
    box.addEventListener("cancel", () => end(null));
    form.addEventListener("submit", (event) => (event.preventDefault(), end(input ? input.value.trim() : true)));
    document.body.append(box);
    box.showModal();
    (input ?? (grave ? away : go)).focus();
  });
}
