"""Names of signals: the standard ones, and the aliases that people really use for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

ALIASES: dict[str, tuple[str, ...]] = {
    "loss/generator": (
        "g_loss", "gen_loss", "loss_gen", "errG", "err_g", "loss_G", "lossG", "G/loss", "generator_loss", "loss_generator",
        "gloss", "g_error", "generator_error", "loss_g_total", "g_total_loss", "adv_g_loss", "l_g",
    ),
    "loss/discriminator": (
        "d_loss", "disc_loss", "dis_loss", "loss_disc", "loss_dis", "errD", "err_d", "loss_D", "lossD", "D/loss",
        "discriminator_loss", "loss_discriminator", "critic_loss", "c_loss", "loss/critic", "dloss", "d_error",
        "discriminator_error", "loss_d_total", "d_total_loss", "adv_d_loss", "l_d",
    ),
    "loss/discriminator_real": (
        "errD_real", "d_loss_real", "loss_D_real", "lossD_real", "D/loss_real", "d_real_loss", "disc_loss_real",
        "loss_disc_real", "dis_loss_real",
    ),
    "loss/discriminator_fake": (
        "errD_fake", "d_loss_fake", "loss_D_fake", "lossD_fake", "D/loss_fake", "d_fake_loss", "disc_loss_fake",
        "loss_disc_fake", "dis_loss_fake",
    ),
    "loss/gradient_penalty": ("gp", "gradient_penalty", "loss_gp", "grad_penalty", "gp_loss", "loss_disc_gp"),
    "logits/real": (
        "D(x)", "D_x", "D_real", "real_scores", "real_score", "scores/real", "d_out_real", "real_logit", "real_logits",
        "d_logits_real",
    ),
    "logits/fake": (
        "D(G(z))", "D_G_z", "D_G_z1", "D_fake", "fake_scores", "fake_score", "scores/fake", "d_out_fake", "fake_logit",
        "fake_logits", "d_logits_fake",
    ),
    "accuracy/real": ("acc_real", "D_acc_real", "real_acc", "d_real_acc"),
    "accuracy/fake": ("acc_fake", "D_acc_fake", "fake_acc", "d_fake_acc"),
    "auc/discriminator": ("d_auc", "auc_d"),
    "grad_norm/generator": ("g_grad_norm", "grad_norm_G", "G/grad_norm", "grad_norm_gen", "generator_grad_norm", "gen_grad_norm"),
    "grad_norm/discriminator": (
        "d_grad_norm", "grad_norm_D", "D/grad_norm", "grad_norm_dis", "grad_norm_disc", "discriminator_grad_norm",
        "disc_grad_norm",
    ),
    "update_ratio/generator": (),
    "update_ratio/discriminator": (),
    "lr/generator": ("lr_g", "g_lr", "G/lr", "lr_gen", "gen_lr"),
    "lr/discriminator": ("lr_d", "d_lr", "D/lr", "lr_dis", "lr_disc", "disc_lr"),
    "generator_updates": ("g_updates", "gen_updates", "g_steps", "gen_steps", "generator_steps"),
    "images_seen": ("n_images", "num_images", "kimg", "images", "nimg"),
}  # fmt: skip


def plain_name(name: str) -> str:
    """A name without what people write differently: case, and the separators `/ _ - .`, blanks and colons."""
    return "_".join(part for part in _SEPARATORS.split(name.lower()) if part)


_SEPARATORS = re.compile(r"[/_\-.:\s]+")
_SIGNAL_OF = {plain_name(alias): signal for signal, names in ALIASES.items() for alias in (signal, *names)}


@lru_cache(maxsize=10_000)
def _known(name: str) -> str | None:
    return _SIGNAL_OF.get(plain_name(name))


def signal_of(name: str, declared: Mapping[str, str] | None = None) -> str | None:
    """The standard signal that a series name stands for, or None. Neither case nor separators matter: `D_loss`, `d/loss`.

    `declared` is what the user said in `monitor.init(signals={"loss/discriminator": "my_name"})`; it goes before the aliases.
    """
    for signal, own_name in (declared or {}).items():
        if own_name == name:
            return signal
    return _known(name)
