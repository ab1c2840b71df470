// Forms: labelled fields, and a card that sends what they hold and says what is wrong with it.

import { h } from "../dom.js";
import { t } from "../words.js";

let hints = 0;

/** A field under its label, with a hint below. */
export function labelled(label, input, hint = null) {
  const field = h("label", { class: "form-field" }, h("span", { class: "label" }, label), input);
  if (!hint) return field;
  const id = `hint-${(hints += 1)}`;
  input.setAttribute("aria-describedby", id);
  return h("div", { class: "form-field" }, field, h("small", { class: "muted", id }, hint)); // no part of the field's name
}

export const text = (name, value = "", more = {}) => h("input", { type: "text", name, value, class: "field", autocomplete: "off", ...more });

export const number = (name, value = "", more = {}) => text(name, value, { type: "number", step: "any", ...more });

/** @param options [[value, words]] */
export function choice(name, options, value, more = {}) {
  const made = h("select", { name, class: "field", ...more }, ...options.map(([key, words]) => h("option", { value: key }, words)));
  if (value !== undefined) made.value = value;
  return made;
}

export const check = (name, label, on, more = {}) =>
  h("label", { class: "form-check" }, h("input", { type: "checkbox", name, checked: Boolean(on), ...more }), h("span", {}, label));

/** Words between commas. */
export const listed = (value) => value.split(",").map((one) => one.trim()).filter(Boolean);

export const SEVERITIES = () => [["info", t("info")], ["warning", t("warning")], ["critical", t("critical")]];

/** What a form holds, by name; unchecked boxes are false. */
export function held(form) {
  const found = Object.fromEntries(new FormData(form));
  for (const box of form.querySelectorAll("input[type=checkbox][name]")) if (!box.value || box.value === "on") found[box.name] = box.checked;
  return found;
}

/**
 * A card with a form. `save(values)` sends it; what it throws is shown.
 * @returns the element; it goes away when it is saved or closed.
 */
export function formCard({ title, body, save, closed, more = null }) {
  const fault = h("p", { class: "fault", role: "alert" });
  const go = h("button", { class: "button primary", type: "submit" }, t("Save"));
  const cancel = h("button", { class: "button", type: "button" }, t("Cancel"));
  const form = h("form", { class: "card form-card", novalidate: true }, h("h2", {}, title), body, fault, h("div", { class: "form-end" }, go, cancel, more));
  const close = () => (form.remove(), closed?.());
  cancel.addEventListener("click", close);
  form.addEventListener("keydown", (event) => event.key === "Escape" && close());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    go.disabled = true;
    fault.textContent = "";
    try {
      await save(held(form), form);
      close();
    } catch (error) {
      fault.textContent = error.message;
    } finally {
      go.disabled = false;
    }
  });
  requestAnimationFrame(() => form.querySelector("input, select")?.focus());
  return form;
}

/** A button that asks once more before it does something that can't be taken back. */
export function sure(label, act, more = {}) {
  const button = h("button", { class: "button small danger", type: "button", ...more }, label);
  let timer = null;
  button.addEventListener("click", async () => {
    if (timer) {
      clearTimeout(timer);
      timer = null;
      button.disabled = true;
      await act().finally(() => (button.disabled = false));
      return;
    }
    button.textContent = t("Sure?");
    timer = setTimeout(() => ((timer = null), (button.textContent = label)), 3000);
  });
  return button;
}
