// A button with a panel below it: opens on click, closes on Escape or a click elsewhere.

import { h, icon } from "./dom.js";

/** @param label the button's text, or with `sign` its name. @param content called each time it opens: the panel's children. */
export function popover({ label, sign = null, content, signal, wide = false }) {
  const face = sign === null ? [label] : [sign === "help" ? "?" : icon(sign)];
  const button = h(
    "button",
    { class: sign === null ? "button" : "ghost", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-label": sign && label, title: sign && label },
    ...face,
  );
  const panel = h("div", { class: `pop${wide ? " wide" : ""}`, role: "dialog", "aria-label": label, hidden: true });
  const box = h("div", { class: "pop-box" }, button, panel);
  const open = (yes) => {
    panel.hidden = !yes;
    button.setAttribute("aria-expanded", String(yes));
    if (yes) panel.replaceChildren(...content());
  };
  button.addEventListener("click", () => open(panel.hidden));
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return;
    event.stopPropagation();
    open(false);
    button.focus();
  });
  document.addEventListener("pointerdown", (event) => box.contains(event.target) || open(false), { signal });
  box.close = () => open(false);
  box.refresh = () => panel.replaceChildren(...content());
  return box;
}
