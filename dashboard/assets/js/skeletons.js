// Grey stand-ins of the size that charts have, so that nothing moves when these come.

import { h } from "./dom.js";

export const skeletons = (count) =>
  Array.from({ length: count }, () =>
    h("div", { class: "card chart skeleton" }, h("div", { class: "bone bone-title" }), h("div", { class: "bone bone-plot" })),
  );
