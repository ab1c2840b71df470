// The box beside the pointer.

import { byId, h } from "../dom.js";

const box = () => byId("tip") ?? document.body.appendChild(h("div", { id: "tip", class: "tip", hidden: true, role: "tooltip" }));

/** Shows a head and lines of text at the pointer. */
export function show(event, head, lines) {
  const tip = box();
  tip.replaceChildren(h("div", { class: "tip-head" }, head), ...lines.filter(Boolean).map((line) => h("div", { class: "tip-row" }, line)));
  tip.hidden = false;
  const { offsetWidth: width, offsetHeight: height } = tip;
  const left = event.clientX + 14 + width > innerWidth ? event.clientX - width - 14 : event.clientX + 14;
  const top = Math.min(event.clientY + 14, innerHeight - height - 6);
  tip.style.transform = `translate(${Math.max(4, left)}px, ${Math.max(4, top)}px)`;
}

export const hide = () => {
  box().hidden = true;
};
