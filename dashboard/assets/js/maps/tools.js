// The buttons of a map: what dragging does, closer, farther, all.

import { h, icon } from "../dom.js";
import { t } from "../words.js";

const STEP = 1.5; // times, a press

/**
 * @param map the PointMap. @param lasso whether points can be drawn around.
 * @returns { element, render, drag }: drag(pointerType) is "lasso", "move", or null. A finger scrolls the page until a tool is chosen.
 */
export function tools(map, lasso) {
  const usual = lasso ? "lasso" : "move";
  let chosen = null;
  const drag = (pointer) => chosen ?? (pointer === "touch" ? null : usual);
  const button = (name, label, does) => h("button", { class: "map-tool", type: "button", "aria-label": label, title: label, "data-tool": name, onclick: does }, icon(name));
  const choose = (one) => () => {
    chosen = chosen === one ? null : one;
    render();
  };
  const drags = [
    ...(lasso ? [["lasso", button("lasso", t("Drag to draw around samples"), choose("lasso"))]] : []),
    ["move", button("move", t("Drag to move the map (or shift and drag)"), choose("move"))],
  ];
  const whole = button("whole", t("Show all (key 0)"), () => map.whole());
  const element = h(
    "div",
    { class: "map-tools", role: "group", "aria-label": t("Tools of the map") },
    ...drags.map(([, one]) => one),
    button("closer", t("Closer (key +)"), () => map.zoom(STEP)),
    button("farther", t("Farther (key -)"), () => map.zoom(1 / STEP)),
    whole,
  );
  const render = () => {
    const shown = drag(matchMedia("(pointer: coarse)").matches ? "touch" : "mouse");
    for (const [name, one] of drags) one.setAttribute("aria-pressed", String(shown === name));
    whole.disabled = !map.lens;
    const data = map.element?.dataset ?? {}; // the map is being made
    [data.drag, data.touch] = [shown ?? "", chosen ?? ""];
  };
  return { element, render, drag };
}
