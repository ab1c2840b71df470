"""Names of signals: the standard ones, and the aliases that people really use for them."""

from __future__ import annotations

from collections.abc import Mapping

ALIASES: dict[str, tuple[str, ...]] = {
    "loss/generator": (
        "g_loss", "G_loss", "gen_loss", "errG", "loss_G", "loss_g", "lossG", "G/loss", "generator_loss",
        "loss/g", "loss/G",
    ),
    "loss/discriminator": (
        "d_loss", "D_loss", "disc_loss", "errD", "loss_D", "loss_d", "lossD", "D/loss", "discriminator_loss",
        "critic_loss", "c_loss", "loss/d", "loss/D", "loss/critic",
    ),
    "loss/discriminator_real": ("errD_real", "d_loss_real", "D_loss_real", "loss_D_real", "lossD_real", "D/loss_real"),
    "loss/discriminator_fake": ("errD_fake", "d_loss_fake", "D_loss_fake", "loss_D_fake", "lossD_fake", "D/loss_fake"),
    "loss/gradient_penalty": ("gp", "gradient_penalty", "loss_gp", "grad_penalty"),
    "logits/real": ("D(x)", "D_x", "D_real", "d_real", "real_scores", "D/real", "scores/real"),
    "logits/fake": ("D(G(z))", "D_G_z", "D_G_z1", "D_fake", "d_fake", "fake_scores", "D/fake", "scores/fake"),
    "accuracy/real": ("acc_real", "D_acc_real", "d_acc_real"),
    "accuracy/fake": ("acc_fake", "D_acc_fake", "d_acc_fake"),
    "auc/discriminator": (),
    "grad_norm/generator": ("g_grad_norm", "grad_norm_G", "G/grad_norm", "grad_norm_g"),
    "grad_norm/discriminator": ("d_grad_norm", "grad_norm_D", "D/grad_norm", "grad_norm_d"),
    "update_ratio/generator": (),
    "update_ratio/discriminator": (),
    "lr/generator": ("lr_g", "lr_G", "g_lr", "G/lr"),
    "lr/discriminator": ("lr_d", "lr_D", "d_lr", "D/lr"),
    "images_seen": ("n_images", "num_images", "kimg", "images"),
}  # fmt: skip

_SIGNAL_OF = {alias: signal for signal, names in ALIASES.items() for alias in (signal, *names)}


def signal_of(name: str, declared: Mapping[str, str] | None = None) -> str | None:
    """The standard signal that a series name stands for, or None.

    `declared` is what the user said in `monitor.init(signals={"loss/discriminator": "my_name"})`; it goes before the aliases.
    """
    for signal, own_name in (declared or {}).items():
        if own_name == name:
            return signal
    return _SIGNAL_OF.get(name)
