// The tabs of the run page, in order. To add one: its file in this folder, and its line here.

import { ConfigTab } from "./config.js";
import { OverviewTab } from "./overview.js";
import { SamplesTab } from "./samples.js";
import { TsneTab } from "./tsne.js";

/** Name in the address (`tab=`) → the class; the first is shown when none is named. */
export const TABS = {
  overview: OverviewTab,
  samples: SamplesTab,
  tsne: TsneTab,
  config: ConfigTab,
};
