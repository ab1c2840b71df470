// The tabs of the run page, in order. To add one: its file in this folder, and its line here.
// The first is shown when none is named; the code of the others runs when they are first opened.

import { OverviewTab } from "./overview.js";

/** Name in the address (`tab=`) → what its button says, whether it draws curves and so has the toolbar, and its class. */
export const TABS = {
  overview: { title: "Overview", toolbar: true, load: async () => OverviewTab },
  samples: { title: "Samples", load: async () => (await import("./samples.js")).SamplesTab },
  tsne: { title: "t-SNE", load: async () => (await import("./tsne.js")).TsneTab },
  networks: { title: "Networks", toolbar: true, load: async () => (await import("./networks.js")).NetworksTab },
  diagnosis: { title: "Diagnosis", load: async () => (await import("./diagnosis.js")).DiagnosisTab },
  config: { title: "Config", load: async () => (await import("./config.js")).ConfigTab },
  system: { title: "System", toolbar: true, load: async () => (await import("./system.js")).SystemTab },
  logs: { title: "Logs", load: async () => (await import("./logs.js")).LogsTab },
};
