// 诊断器的各类问题：名称、给新手的说明、给专业人士的说明。

export const doctor = {
  ": {why}.": "：{why}。",
  "Not a number": "非有限数值",
  "Exploding gradient": "梯度爆炸",
  "Vanishing gradient": "梯度消失",
  "Discriminator too strong": "判别器过强",
  "Discriminator too weak": "判别器过弱",
  "Mode collapse": "模式坍塌",
  Oscillation: "振荡",
  "Fluctuating quality": "质量波动",
  "No convergence": "不收敛",
  "Discriminator overfits": "判别器过拟合",
  "Spectral collapse": "谱坍塌",
  "A loss, gradient or output is no number any more. Weights that have become NaN stay NaN.": "某个损失、梯度或输出已不是数。权重一旦变成 NaN 就一直是 NaN。",
  "Gradients have left their usual range: steps may throw the weights about.": "梯度超出通常范围：更新可能把权重甩得很远。",
  "The generator is no longer told how to get better: its gradient has all but gone.": "生成器不再得到如何改进的信息：它的梯度几乎消失。",
  "The discriminator is always right, and the generator learns nothing from it.": "判别器总是正确，生成器从中学不到东西。",
  "The discriminator cannot tell what a simple test can: it has nothing to teach.": "连简单检验都能区分的，判别器却分不出：它教不了什么。",
  "The generator makes only a part of what the data show, or one thing again and again.": "生成器只生成数据的一部分，或反复生成同一种东西。",
  "The two networks chase each other round and round instead of settling.": "两个网络相互追逐打转，而不是稳定下来。",
  "Samples are good and bad in turns: which checkpoint is the best is luck.": "样本时好时坏：哪个检查点最好全凭运气。",
  "The samples have stopped getting better, and they are not good yet.": "样本不再变好，而且还不够好。",
  "The discriminator knows its training images by heart.": "判别器把训练图像背了下来。",
  "A weight matrix grows in one direction or loses most of its rank. It often comes before a collapse.": "某个权重矩阵沿一个方向增长，或失去大部分秩。它常在坍塌之前出现。",
  "NaN or ±Inf in losses, outputs or gradients. An overflow under mixed precision, log of 0, division by a vanishing norm, or an exploding step before it; Adam’s moments keep it for good.":
    "损失、输出或梯度中出现 NaN 或 ±Inf：混合精度溢出、log 0、除以趋于零的范数，或之前的一次爆炸更新；Adam 的矩会一直保留它。",
  "The global gradient norm is many times its own running scale, or an update moves a large share of the weights’ norm. Usual causes: learning rate, a discriminator with no Lipschitz bound, a penalty’s double backward.":
    "全局梯度范数是其自身运行尺度的许多倍，或一次更新移动了权重范数的很大比例。常见原因：学习率、没有 Lipschitz 约束的判别器、惩罚项的二次反传。",
  "The generator’s gradient norm falls orders below its start while D separates well: with the minimax loss dL_G/dlogit → 0 as D(G(z)) → 0 (Arjovsky and Bottou 2017); with other losses dead units or a saturated output layer.":
    "D 区分良好，而生成器的梯度范数比开始时低若干数量级：极小极大损失下 D(G(z)) → 0 时 dL_G/dlogit → 0（Arjovsky 与 Bottou 2017）；其他损失下则是失活单元或饱和的输出层。",
  "D’s AUC stays near 1 and the samples come no closer to the data: supports do not overlap, and the optimal D is locally constant around samples. Balance the steps (TTUR), bound D (spectral norm, R1), or blur both laws (instance noise).":
    "D 的 AUC 保持在 1 附近，样本不再接近数据：支撑集不重叠，最优 D 在样本附近局部为常数。可平衡步数（TTUR）、约束 D（谱归一化、R1），或模糊两个分布（实例噪声）。",
  "D ranks at chance although a nearest-neighbour two-sample test tells samples from data: D is frozen, too small, over-regularised, or its labels are swapped (AUC below ½).":
    "最近邻双样本检验能区分样本与数据，D 却只有随机水平：D 被冻结、太小、正则过强，或标签颠倒（AUC 低于 ½）。",
  "Sample diversity, coverage or recall fall to a fraction of the data’s at equal n, while precision may stay high: G maps most noise to few modes. The min-max order matters: G minimises against a fixed D. Packing, minibatch statistics, unrolling and gradient penalties on D address it.":
    "同样数量下，样本的多样性、覆盖率或召回率降到数据的一小部分，而精确率可能仍高：G 把大部分噪声映到少数模式。极小极大的次序很重要：G 是对固定的 D 求极小。打包、小批量统计、展开以及对 D 的梯度惩罚可以应对。",
  "Losses or samples return periodically: the game’s Jacobian has eigenvalues with small real against imaginary parts, so simultaneous gradient steps spiral (Mescheder et al. 2017, 2018). R1, less momentum, averaging of weights and lower rates damp it.":
    "损失或样本周期性地重现：博弈的雅可比矩阵的特征值实部远小于虚部，同步梯度更新呈螺旋（Mescheder 等 2017、2018）。R1、更小的动量、权重平均和更低的学习率可以抑制。",
  "Sample precision dips and recovers again and again: the last iterate is a noisy point on an orbit. An average of the generator’s weights (EMA) is usually far better than any checkpoint.":
    "样本精确率反复下降又恢复：最后一次迭代只是轨道上的一个带噪点。生成器权重的平均（EMA）通常远好于任何检查点。",
  "The energy distance to the data has had no downward trend for long and lies well above the floor that two halves of the data have at the same n.":
    "到数据的能量距离长期没有下降趋势，并明显高于数据两半之间在同样数量下的下限。",
  "D’s outputs on held-out images have left those on training images towards those on generated ones (Karras et al. 2020, r_v). Augment D’s inputs, regularise, or find more data.":
    "D 对留出图像的输出已离开训练图像、靠向生成图像（Karras 等 2020，r_v）。可增广 D 的输入、加正则，或寻找更多数据。",
  "The largest singular value of a layer runs away from its start, or the effective rank (exp of the spectrum’s entropy) falls to a fraction: spectral collapse goes before mode collapse (Liu et al. 2019).":
    "某层的最大奇异值远离起点，或有效秩（谱熵的指数）降到一小部分：谱坍塌先于模式坍塌（Liu 等 2019）。",
};
