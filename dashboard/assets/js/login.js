// Asks for the token, once, when the service wants one. The service keeps it in a cookie that scripts can't read.

import * as api from "./api.js";
import { h } from "./dom.js";
import { t } from "./words.js";

let asking = null;

export function ask() {
  asking ??= dialog().finally(() => (asking = null));
  return asking;
}

function dialog() {
  return new Promise((resolve) => {
    const field = h("input", { type: "password", name: "token", autocomplete: "current-password", required: true, class: "field" });
    const fault = h("p", { class: "fault", role: "alert" });
    const button = h("button", { class: "button primary", type: "submit" }, t("Log in"));
    const form = h(
      "form",
      {},
      h("h2", {}, t("Token needed")),
      h("p", { class: "muted" }, t("The service showed a read token when it was first started. `nashboard tokens new read` makes another.")),
      h("label", {}, t("Token"), field),
      fault,
      button,
    );
    const box = h("dialog", { class: "login" }, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      try {
        await api.post("login", { token: field.value });
        box.close();
        box.remove();
        resolve();
      } catch (error) {
        fault.textContent = error.status === 401 ? t("That is not a token of this service.") : error.message;
        button.disabled = false;
        field.select();
      }
    });
    box.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(box);
    box.showModal();
  });
}
