// The toolbar's controls, read as they are moved: through Dash's callbacks a change comes some frames later.

import { appears, byId, setText } from "./dom.js";
import * as format from "./format.js";
import { span } from "./smoothing.js";
import * as view from "./view.js";
import { t } from "./words.js";

/** Says how many points a position of the slider averages over. */
function tell(position) {
  const points = span(position);
  setText(byId("smoothing-shown"), points ? t("≈ {n} points", { n: format.steps(points) }) : t("off"));
}

// switch and choice are native inputs inside of what Mantine makes of them
document.addEventListener("change", ({ target }) => {
  if (target.id === "log-axis") view.set({ log: target.checked ? 1 : null });
  else if (target.closest?.("#x-axis")) view.set({ x: target.value === "step" ? null : target.value });
});

/** Follows the slider of a page, until `signal` aborts. It is no native input, but says its value to screen readers. */
export async function follow(signal) {
  const slider = await appears("smoothing", signal);
  const position = () => Number(slider.querySelector("[role=slider]").getAttribute("aria-valuenow"));
  const watcher = new MutationObserver(() => {
    tell(position());
    view.set({ smooth: position() || null });
  });
  watcher.observe(slider, { subtree: true, attributeFilter: ["aria-valuenow"] });
  signal.addEventListener("abort", () => watcher.disconnect());
  tell(position());
}
