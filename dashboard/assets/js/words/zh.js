// 简体中文。键是英文原文；各表按页面分开，后者优先。

import { alerts } from "./zh/alerts.js";
import { common } from "./zh/common.js";
import { compare } from "./zh/compare.js";
import { doctor } from "./zh/doctor.js";
import { faults } from "./zh/faults.js";
import { grid } from "./zh/grid.js";
import { lists } from "./zh/lists.js";
import { networks } from "./zh/networks.js";
import { reasons } from "./zh/reasons.js";
import { remedies } from "./zh/remedies.js";
import { run } from "./zh/run.js";
import { runs } from "./zh/runs.js";
import { samples } from "./zh/samples.js";
import { sentences } from "./zh/sentences.js";

export { faults };

export const words = { ...faults, ...grid, ...common, ...run, ...doctor, ...networks, ...remedies, ...reasons, ...lists, ...runs, ...compare, ...samples, ...alerts, ...sentences };
