// One chart over the whole window. The browser's own dialog keeps the focus in and closes on Escape.

import { h, icon } from "./dom.js";
import { t } from "./words.js";

/** Opens it; its place in the page is kept. */
export function fullScreen(chart) {
  if (chart.element.closest("dialog")) return chart.element.closest("dialog").close();
  const back = document.activeElement;
  const held = h("div", { style: `height:${chart.element.offsetHeight}px` });
  chart.element.replaceWith(held);
  const close = h("button", { class: "ghost screen-close", title: t("Close (Esc)"), "aria-label": t("Close") }, icon("close"));
  const dialog = h("dialog", { class: "screen", "aria-label": chart.spec.title }, chart.element, close);
  close.addEventListener("click", () => dialog.close());
  const leave = () => dialog.close();
  chart.board.signal.addEventListener("abort", leave);
  dialog.addEventListener("close", () => {
    chart.board.signal.removeEventListener("abort", leave);
    held.replaceWith(chart.element);
    dialog.remove();
    chart.touch();
    chart.board.soon();
    if (back?.isConnected) back.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  chart.touch();
  chart.board.soon();
}
