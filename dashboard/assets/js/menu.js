// A button that opens a menu: by mouse, touch and keyboard; the browser's own popover closes it.

import { h, icon } from "./dom.js";

/** @param items () => [{ label, act, checked }]: asked each time it opens; `checked` makes a toggle of it. */
export function menu(label, items) {
  const box = h("div", { class: "menu", popover: "auto", role: "menu", "aria-label": label });
  const button = h("button", { class: "ghost", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, title: label }, icon("more"));
  const entry = ({ label: text, act, checked }) => {
    const role = checked === undefined ? "menuitem" : "menuitemcheckbox";
    const run = () => (box.hidePopover(), act());
    return h("button", { role, class: "menu-item", "aria-checked": checked === undefined ? null : String(checked), onclick: run }, text);
  };
  button.addEventListener("click", () => {
    box.replaceChildren(...items().map(entry));
    box.showPopover();
    const at = button.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = box;
    box.style.left = `${Math.max(8, Math.min(at.right - width, innerWidth - width - 8))}px`;
    box.style.top = `${at.bottom + height + 8 > innerHeight ? Math.max(8, at.top - height - 4) : at.bottom + 4}px`;
    box.firstElementChild?.focus();
  });
  box.addEventListener("toggle", ({ newState }) => button.setAttribute("aria-expanded", String(newState === "open")));
  box.addEventListener("keydown", (event) => {
    const all = [...box.children];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    all[(to + all.length) % all.length].focus();
  });
  return [button, box];
}
