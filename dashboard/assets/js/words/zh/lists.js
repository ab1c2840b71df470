// 运行列表与比较页。

export const lists = {
  Active: "进行中",
  Archive: "归档",
  Archived: "已归档",
  "Delete for good…": "永久删除…",
  "Group…": "分组…",
  "Map of all runs": "所有运行的共同分布图",
  "Mean of groups": "分组均值",
  "Overlay": "叠加",
  "Project…": "项目…",
  Restore: "恢复",
  "Small multiples": "分图",
  "Tag…": "添加标签…",
  Trash: "回收站",
  Unarchive: "取消归档",
  "Untag…": "移除标签…",
  "best value": "最佳值",
  "last value": "最新值",

  "Map of {name}": "{name} 的分布图",
  "The map is being made…": "正在生成分布图…",
  "Try again": "重试",
  "Lay out anew": "重新布局",
  "1 newer step is not on this map.": "有 1 个更新的步不在此图中。",
  "{n} newer steps are not on this map.": "有 {n} 个更新的步不在此图中。",
  "One layout of all samples and of the data of the first run: a place means the same in every map. Distances between far groups mean nothing.": "所有样本与第一个运行的数据共用一个布局：同一位置在各图中含义相同。相距较远的群组之间的距离没有意义。",
};
