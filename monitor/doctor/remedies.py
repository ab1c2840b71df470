"""The remedies that alerts advise, and for which failure each is tried, in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Remedy:
    """One remedy.

    Attributes:
        title: its name. paper: where it comes from. flag: of `nashboard train`. code: lines of PyTorch for any loop.
        keys: config entries that show that a run has it. not_with: loss families that it does not go with.
        structural: whether it changes the game or the networks; else it is a setting, changed in a minute.
        beyond: when a run's settings are so already that it would change nothing.
    """

    title: str
    paper: str
    flag: str
    code: str
    keys: tuple[str, ...] = ()
    not_with: tuple[str, ...] = ()
    structural: bool = False
    beyond: Callable[[Mapping[str, Any]], bool] = lambda config: False


def _one_step(config: Mapping[str, Any]) -> bool:
    return config.get("discriminator_steps") == 1


def _no_momentum(config: Mapping[str, Any]) -> bool:
    return config.get("beta1") == 0


def _two_scales(config: Mapping[str, Any]) -> bool:
    slow, fast = config.get("lr_generator"), config.get("lr_discriminator")
    return isinstance(slow, int | float) and isinstance(fast, int | float) and fast >= 2 * slow


REMEDIES: dict[str, Remedy] = {
    "ttur": Remedy(
        "Two time-scale learning rates",
        "Heusel et al., 'GANs trained by a two time-scale update rule', 2017",
        "--lr-generator 1e-4 --lr-discriminator 4e-4",
        "opt_g = torch.optim.Adam(G.parameters(), lr=1e-4, betas=(0.5, 0.999))\n"
        "opt_d = torch.optim.Adam(D.parameters(), lr=4e-4, betas=(0.5, 0.999))",
        beyond=_two_scales,
    ),
    "lower-lr": Remedy(
        "A lower learning rate for both",
        "Mescheder, Geiger and Nowozin, 'Which training methods for GANs do actually converge?', 2018",
        "--lr 1e-4",
        "for optimizer in (opt_g, opt_d):\n    for group in optimizer.param_groups:\n        group['lr'] /= 2",
    ),
    "lower-lr-d": Remedy(
        "A lower learning rate for the discriminator",
        "Heusel et al., 'GANs trained by a two time-scale update rule', 2017",
        "--lr-discriminator 5e-5",
        "for group in opt_d.param_groups:\n    group['lr'] /= 4",
    ),
    "raise-lr-d": Remedy(
        "A higher learning rate for the discriminator",
        "Heusel et al., 'GANs trained by a two time-scale update rule', 2017",
        "--lr-discriminator 4e-4",
        "for group in opt_d.param_groups:\n    group['lr'] *= 4",
    ),
    "more-d-steps": Remedy(
        "More discriminator steps for each generator step",
        "Goodfellow et al., 'Generative adversarial nets', 2014",
        "--discriminator-steps 3",
        "for _ in range(3):\n    discriminator_step()\ngenerator_step()",
        ("discriminator_steps",),
    ),
    "fewer-d-steps": Remedy(
        "One discriminator step for each generator step",
        "Goodfellow et al., 'Generative adversarial nets', 2014",
        "--discriminator-steps 1",
        "discriminator_step()\ngenerator_step()",
        not_with=("wgan", "wgan-gp"),
        beyond=_one_step,
    ),
    "r1": Remedy(
        "R1 gradient penalty",
        "Mescheder, Geiger and Nowozin, 'Which training methods for GANs do actually converge?', 2018",
        "--gradient-penalty r1",
        "real.requires_grad_(True)\n"
        "(slope,) = torch.autograd.grad(D(real).sum(), real, create_graph=True)\n"
        "d_loss = d_loss + 5.0 * slope.flatten(1).square().sum(1).mean()",
        ("gradient_penalty", "r1", "r1_gamma", "gp"),
        ("wgan-gp",),
        structural=True,
    ),
    "wgan-gp": Remedy(
        "The Wasserstein loss with gradient penalty",
        "Gulrajani et al., 'Improved training of Wasserstein GANs', 2017",
        "--loss wgan-gp",
        "d_loss = D(fake).mean() - D(real).mean() + 10 * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()\n"
        "g_loss = -D(G(z)).mean()",
        not_with=("wgan-gp",),
        structural=True,
    ),
    "non-saturating": Remedy(
        "The non-saturating loss",
        "Goodfellow et al., 'Generative adversarial nets', 2014",
        "--loss non-saturating",
        "g_loss = torch.nn.functional.softplus(-D(G(z))).mean()",
        not_with=("non-saturating", "wgan", "wgan-gp", "lsgan", "hinge", "relativistic"),
    ),
    "spectral-norm": Remedy(
        "Spectral normalization of the discriminator",
        "Miyato et al., 'Spectral normalization for generative adversarial networks', 2018",
        "--spectral-norm discriminator",
        "for layer in D.modules():\n"
        "    if isinstance(layer, (nn.Linear, nn.Conv2d)):\n"
        "        nn.utils.parametrizations.spectral_norm(layer)",
        ("spectral_norm", "sn"),
        structural=True,
    ),
    "label-smoothing": Remedy(
        "One-sided label smoothing",
        "Salimans et al., 'Improved techniques for training GANs', 2016",
        "--label-smoothing 0.1",
        "target = torch.full_like(d_real, 0.9)\n"
        "loss_real = nn.functional.binary_cross_entropy_with_logits(d_real, target)",
        ("label_smoothing",),
        ("wgan", "wgan-gp", "hinge"),
    ),
    "instance-noise": Remedy(
        "Annealed noise on the discriminator's input",
        "Sønderby et al., 'Amortised MAP inference for image super-resolution', 2017",
        "--instance-noise 0.1",
        "sigma = 0.1 * max(0.0, 1 - step / 5000)\n"
        "d_real = D(real + sigma * torch.randn_like(real))\n"
        "d_fake = D(fake + sigma * torch.randn_like(fake))",
        ("instance_noise",),
    ),
    "input-noise": Remedy(
        "Noise on the generator's input",
        "Arjovsky and Bottou, 'Towards principled methods for training generative adversarial networks', 2017",
        "--input-noise 0.1",
        "fake = G(z + 0.1 * torch.randn_like(z))",
        ("input_noise",),
    ),
    "gradient-clip": Remedy(
        "Gradient clipping",
        "Pascanu, Mikolov and Bengio, 'On the difficulty of training recurrent neural networks', 2013",
        "--gradient-clip 1",
        "torch.nn.utils.clip_grad_norm_(D.parameters(), max_norm=1.0)\nopt_d.step()",
        ("gradient_clip", "grad_clip", "max_grad_norm"),
    ),
    "weight-clip": Remedy(
        "Weight clipping of the critic",
        "Arjovsky, Chintala and Bottou, 'Wasserstein GAN', 2017",
        "--weight-clip 0.01",
        "for parameter in D.parameters():\n    parameter.data.clamp_(-0.01, 0.01)",
        ("weight_clip",),
        ("wgan-gp",),
        structural=True,
    ),
    "feature-matching": Remedy(
        "Feature matching",
        "Salimans et al., 'Improved techniques for training GANs', 2016",
        "--feature-matching 1",
        "gap = features(real).mean(0) - features(fake).mean(0)\ng_loss = g_loss + gap.square().sum()",
        ("feature_matching",),
        structural=True,
    ),
    "historical-averaging": Remedy(
        "Historical averaging",
        "Salimans et al., 'Improved techniques for training GANs', 2016",
        "--historical-averaging 0.01",
        "penalty = sum((p - mean).square().sum() for p, mean in zip(G.parameters(), past_means))\n"
        "g_loss = g_loss + 0.01 * penalty",
        ("historical_averaging",),
    ),
    "minibatch": Remedy(
        "Minibatch standard deviation or discrimination",
        "Salimans et al., 'Improved techniques for training GANs', 2016; Karras et al., 'Progressive growing of GANs', 2018",
        "--minibatch std",
        "spread = features.std(dim=0).mean().expand(len(features), 1)\n"
        "logits = head(torch.cat([features, spread], dim=1))",
        ("minibatch", "minibatch_std", "mbstd"),
        structural=True,
    ),
    "packing": Remedy(
        "Packing: the discriminator judges two samples at once",
        "Lin, Khetan, Fanti and Oh, 'PacGAN: the power of two samples in generative adversarial networks', 2018",
        "--pack 2",
        "pairs = real.view(len(real) // 2, -1)\nd_real = D(pairs)",
        ("pack",),
        structural=True,
    ),
    "unrolling": Remedy(
        "An unrolled discriminator",
        "Metz, Poole, Pfau and Sohl-Dickstein, 'Unrolled generative adversarial networks', 2017",
        "--unroll 5",
        "weights, call = dict(D.named_parameters()), torch.func.functional_call\n"
        "for _ in range(5):  # the discriminator's answers, and the gradient goes through them\n"
        "    loss = discriminator_loss(call(D, weights, real), call(D, weights, G(z)))\n"
        "    slopes = torch.autograd.grad(loss, list(weights.values()), create_graph=True)\n"
        "    weights = {name: p - lr * slope for (name, p), slope in zip(weights.items(), slopes)}\n"
        "g_loss = generator_loss(call(D, weights, G(z)))",
        ("unroll",),
        structural=True,
    ),
    "ema": Remedy(
        "An averaged generator for samples and checkpoints",
        "Yazıcı et al., 'The unusual effectiveness of averaging in GAN training', 2019",
        "--ema 0.999",
        "average = torch.optim.swa_utils.AveragedModel(\n"
        "    G, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.999))\n"
        "average.update_parameters(G)",
        ("ema",),
    ),
    "less-momentum": Remedy(
        "Less momentum",
        "Gidel et al., 'Negative momentum for improved game dynamics', 2019",
        "--beta1 0",
        "opt_g = torch.optim.Adam(G.parameters(), lr=lr, betas=(0.0, 0.99))\n"
        "opt_d = torch.optim.Adam(D.parameters(), lr=lr, betas=(0.0, 0.99))",
        beyond=_no_momentum,
    ),
    "lr-schedule": Remedy(
        "A falling learning rate",
        "Mescheder, Geiger and Nowozin, 'Which training methods for GANs do actually converge?', 2018",
        "--lr-schedule cosine",
        "schedules = [torch.optim.lr_scheduler.CosineAnnealingLR(one, total_steps) for one in (opt_g, opt_d)]\n"
        "for schedule in schedules:\n"
        "    schedule.step()",
        ("lr_schedule", "scheduler"),
    ),
    "check-discriminator": Remedy(
        "Look whether the discriminator really learns",
        "Goodfellow et al., 'Generative adversarial nets', 2014",
        "",
        "assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in D.parameters())\n"
        "assert {id(p) for p in D.parameters()} <= {id(p) for g in opt_d.param_groups for p in g['params']}",
    ),
    "check-generator": Remedy(
        "Look whether the generator really learns",
        "Goodfellow et al., 'Generative adversarial nets', 2014",
        "",
        "fake = G(z)  # not detached in the generator's own turn\n"
        "assert {id(p) for p in G.parameters()} <= {id(p) for g in opt_g.param_groups for p in g['params']}",
    ),
    "restore": Remedy(
        "Go back to the last checkpoint from before",
        "Brock, Donahue and Simonyan, 'Large scale GAN training for high fidelity natural image synthesis', 2019",
        "--checkpoint run.pt --resume",
        "state = torch.load('before.pt')\nG.load_state_dict(state['G'])\nD.load_state_dict(state['D'])",
    ),
    "stable-loss": Remedy(
        "Losses from logits",
        "Goodfellow et al., 'Generative adversarial nets', 2014",
        "",
        "loss = nn.functional.binary_cross_entropy_with_logits(logits, target)  # not log(sigmoid(logits))",
        not_with=("wgan", "wgan-gp", "hinge", "lsgan"),
    ),
    "wider-d": Remedy(
        "A discriminator with more to it",
        "Brock, Donahue and Simonyan, 'Large scale GAN training for high fidelity natural image synthesis', 2019",
        "--width 128",
        "D = nn.Sequential(nn.Linear(d, 2 * h), nn.LeakyReLU(0.2), nn.Linear(2 * h, 1))",
        structural=True,
    ),
    "data-augmentation": Remedy(
        "Augment what the discriminator sees",
        "Karras et al., 'Training generative adversarial networks with limited data', 2020",
        "",
        "d_real, d_fake = D(augment(real)), D(augment(fake))  # the same kind of augmentation for both",
        structural=True,
    ),
    "dropout": Remedy(
        "Dropout in the discriminator",
        "Srivastava et al., 'Dropout: a simple way to prevent neural networks from overfitting', 2014",
        "",
        "D = nn.Sequential(nn.Linear(d, h), nn.LeakyReLU(0.2), nn.Dropout(0.3), nn.Linear(h, 1))",
        structural=True,
    ),
}

Plan = tuple[tuple[str, str], ...]  # (remedy, why for this failure)

PLANS: dict[str, Plan] = {
    "non_finite": (
        ("restore", "weights that have become NaN stay NaN: nothing from here on can be saved"),
        ("lower-lr", "the steps before it were too large"),
        ("stable-loss", "log(0) of a saturated sigmoid is infinite"),
        ("spectral-norm", "a discriminator of bounded slope has bounded gradients"),
        ("r1", "penalises the slope that feeds both gradients"),
        ("gradient-clip", "bounds a step of plain descent; Adam's steps hardly depend on the gradient's size"),
    ),
    "exploding_gradient": (
        ("lower-lr", "smaller steps do not amplify each other"),
        ("spectral-norm", "bounds the slope of the discriminator by its construction"),
        ("r1", "penalises the slope that feeds the generator's gradient"),
        ("restore", "what has exploded has forgotten what it knew"),
        ("gradient-clip", "bounds a step of plain descent; Adam's steps hardly depend on the gradient's size"),
    ),
    "vanishing_gradient": (
        ("non-saturating", "the saturating loss is flat where the discriminator is sure; this one is steep there"),
        ("lower-lr-d", "a discriminator that is less far ahead leaves a slope"),
        ("label-smoothing", "keeps the discriminator from being sure"),
        ("instance-noise", "lets the two distributions overlap, so that there is a slope between them"),
        ("r1", "keeps the discriminator from becoming a step function"),
        ("wgan-gp", "a critic of slope one tells the direction at any distance"),
        ("spectral-norm", "bounds how steep the discriminator can get, so that it is flat nowhere for long"),
    ),
    "vanishing_gradient/frozen": (
        ("check-generator", "a network that does not move at all is usually not in its optimizer, or detached"),
        ("lower-lr-d", "or its gradient is nothing beside the discriminator's certainty"),
        ("non-saturating", "the saturating loss is flat where the discriminator is sure"),
        ("r1", "a smooth discriminator leaves a slope to learn from"),
        ("spectral-norm", "and so does one of bounded slope"),
    ),
    "discriminator_dominates": (
        ("lower-lr-d", "lets the generator catch up"),
        ("fewer-d-steps", "the discriminator needs no head start once it is right"),
        ("label-smoothing", "keeps it from being sure"),
        ("r1", "a smooth discriminator is a teacher also where it is right"),
        ("spectral-norm", "bounds how steep it can get"),
        ("instance-noise", "makes its task harder in the beginning"),
        ("feature-matching", "gives the generator a target that does not saturate"),
    ),
    "generator_dominates": (
        ("raise-lr-d", "a discriminator that learns faster sees what is wrong"),
        ("more-d-steps", "lets it see more before the generator moves"),
        ("check-discriminator", "a forgotten step, a detached graph or exchanged labels look just like this"),
        ("wider-d", "it may be too small to see the difference"),
    ),
    "generator_dominates/frozen": (
        ("check-discriminator", "weights that do not move at all are usually not in the optimizer"),
        ("raise-lr-d", "or its learning rate is far too low"),
        ("wider-d", "or it is too small for what it is shown"),
    ),
    "mode_collapse": (
        ("ttur", "a discriminator that keeps up notices that all samples are alike"),
        ("r1", "removes the slope along which the generator runs to one mode"),
        ("packing", "two equal samples in a pair give the collapse away"),
        ("minibatch", "lets the discriminator compare the samples of a batch"),
        ("unrolling", "the generator sees how the discriminator will answer"),
        ("instance-noise", "smooths the discriminator between modes"),
        ("restore", "a collapsed generator rarely comes back by itself"),
    ),
    "oscillation": (
        ("less-momentum", "momentum carries the game around its equilibrium; less damps the rotation"),
        ("lower-lr", "smaller steps turn a growing rotation into a shrinking one"),
        ("r1", "adds the damping that the game itself lacks"),
        ("ema", "the mean of a rotation lies near its centre"),
        ("historical-averaging", "pulls both players towards their own past"),
        ("spectral-norm", "a discriminator of bounded slope can push only so hard"),
    ),
    "quality_fluctuation": (
        ("ema", "averages over the fluctuation, which is around something good"),
        ("lr-schedule", "smaller steps near the end fluctuate less"),
        ("r1", "damps the game near its equilibrium"),
        ("lower-lr", "the amplitude follows the learning rate"),
        ("spectral-norm", "a discriminator of bounded slope jumps less"),
    ),
    "non_convergence": (
        ("lr-schedule", "a falling learning rate lets the game settle"),
        ("r1", "makes the equilibrium attract"),
        ("less-momentum", "momentum keeps it from settling"),
        ("ttur", "one of the two may be too slow for the other"),
        ("spectral-norm", "a discriminator of bounded slope leads on where it is sure"),
    ),
    "discriminator_overfit": (
        ("lower-lr-d", "it learns more than the generator can use"),
        ("data-augmentation", "more data is what it lacks"),
        ("dropout", "makes learning by heart harder"),
        ("r1", "a smooth discriminator can't single out training images"),
    ),
    "spectral_collapse": (
        ("lower-lr", "growth of the spectrum follows the learning rate"),
        ("r1", "penalises the directions that grow"),
        ("spectral-norm", "holds the largest singular value at one"),
        ("restore", "in large models this comes shortly before a collapse: keep a checkpoint from before"),
    ),
}
