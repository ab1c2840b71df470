// 简体中文。键是英文原文。

export const words = {
  "Add run": "添加运行",
  "All runs": "所有运行",
  Compare: "比较",
  Config: "配置",
  "Dark or light": "深色或浅色",
  Overview: "概览",
  Runs: "运行",
  Samples: "样本",
  "Search runs": "搜索运行",
  "Skip to content": "跳到内容",
};
