// How each failure is told, for people who know what a Lipschitz constant is. docs/detection.md has formulas and thresholds.

export const EXPERT = {
  non_finite: "NaN or ±Inf in losses, outputs or gradients. An overflow under mixed precision, log of 0, division by a vanishing norm, or an exploding step before it; Adam’s moments keep it for good.",
  exploding_gradient: "The global gradient norm is many times its own running scale, or an update moves a large share of the weights’ norm. Usual causes: learning rate, a discriminator with no Lipschitz bound, a penalty’s double backward.",
  vanishing_gradient: "The generator’s gradient norm falls orders below its start while D separates well: with the minimax loss dL_G/dlogit → 0 as D(G(z)) → 0 (Arjovsky and Bottou 2017); with other losses dead units or a saturated output layer.",
  discriminator_dominates: "D’s AUC stays near 1 and the samples come no closer to the data: supports do not overlap, and the optimal D is locally constant around samples. Balance the steps (TTUR), bound D (spectral norm, R1), or blur both laws (instance noise).",
  generator_dominates: "D ranks at chance although a nearest-neighbour two-sample test tells samples from data: D is frozen, too small, over-regularised, or its labels are swapped (AUC below ½).",
  mode_collapse: "Sample diversity, coverage or recall fall to a fraction of the data’s at equal n, while precision may stay high: G maps most noise to few modes. The min-max order matters: G minimises against a fixed D. Packing, minibatch statistics, unrolling and gradient penalties on D address it.",
  oscillation: "Losses or samples return periodically: the game’s Jacobian has eigenvalues with small real against imaginary parts, so simultaneous gradient steps spiral (Mescheder et al. 2017, 2018). R1, less momentum, averaging of weights and lower rates damp it.",
  quality_fluctuation: "Sample precision dips and recovers again and again: the last iterate is a noisy point on an orbit. An average of the generator’s weights (EMA) is usually far better than any checkpoint.",
  non_convergence: "The energy distance to the data has had no downward trend for long and lies well above the floor that two halves of the data have at the same n.",
  discriminator_overfit: "D’s outputs on held-out images have left those on training images towards those on generated ones (Karras et al. 2020, r_v). Augment D’s inputs, regularise, or find more data.",
  spectral_collapse: "The largest singular value of a layer runs away from its start, or the effective rank (exp of the spectrum’s entropy) falls to a fraction: spectral collapse goes before mode collapse (Liu et al. 2019).",
};
