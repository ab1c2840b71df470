// The tabs of the run page, in order. To add one: its file in this folder, and its line here.

import { ConfigTab } from "./config.js";
import { DiagnosisTab } from "./diagnosis.js";
import { LogsTab } from "./logs.js";
import { NetworksTab } from "./networks.js";
import { OverviewTab } from "./overview.js";
import { SamplesTab } from "./samples.js";
import { TsneTab } from "./tsne.js";
import { SystemTab } from "./system.js";

/** Name in the address (`tab=`) → the class; the first is shown when none is named. */
export const TABS = {
  overview: OverviewTab,
  samples: SamplesTab,
  tsne: TsneTab,
  networks: NetworksTab,
  diagnosis: DiagnosisTab,
  config: ConfigTab,
  system: SystemTab,
  logs: LogsTab,
};
