from __future__ import annotations

import pytest

from monitor.errors import InvalidValue
from monitor.signals import signal_of
from monitor.sources import Names


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("D_loss", "loss/discriminator"),
        ("Discriminator Loss", "loss/discriminator"),
        ("loss-G", "loss/generator"),
        ("gen_loss", "loss/generator"),  # StudioGAN
        ("dis_loss", "loss/discriminator"),
        ("loss_disc", "loss/discriminator"),  # MMGeneration
        ("errD", "loss/discriminator"),
        ("D(G(z))", "logits/fake"),
        ("loss", None),
        ("accuracy", None),
    ],
)
def test_aliases_in_any_case_and_with_any_separator(name: str, signal: str | None) -> None:
    assert signal_of(name) == signal


@pytest.mark.parametrize(
    ("name", "signal"),
    [
        ("train/d_loss", "loss/discriminator"),
        ("losses/train/G_loss", "loss/generator"),
        ("d_loss_step", "loss/discriminator"),  # Lightning
        ("run-7 - d_loss", "loss/discriminator"),  # a chart that wandb exported
        ("errD/loss", "loss/discriminator"),  # mimicry's event files
        ("D(x)/prob", "logits/real"),
        ("Loss/scores/fake", "logits/fake"),  # StyleGAN
        ("Loss/scores/fake/std", "logits/fake/std"),
        ("Loss/G/loss", "loss/generator"),
        ("val/d_loss", ""),
        ("test_g_loss", ""),
        ("run-7 - d_loss__MAX", ""),
        ("cpu", ""),
    ],
)
def test_names_with_something_around_them(name: str, signal: str) -> None:
    assert Names({}).of(name) == signal


def test_one_name_speaks_for_a_signal() -> None:
    names = Names({})
    assert names.of("train/d_loss") == "loss/discriminator"
    assert names.of("A/d_loss") == ""  # the first of equals
    assert names.of("d_loss") == "loss/discriminator"  # the surer one goes before
    assert names.of("train/d_loss") == ""
    assert names.found == {"loss/discriminator": "d_loss"}
    assert set(names.second) == {"train/d_loss", "A/d_loss"}


def test_what_the_user_says_goes_before_all() -> None:
    names = Names({"loss/discriminator": "mine", "loss/generator": "nowhere"})
    assert names.of("d_loss") == "loss/discriminator"
    assert names.of("mine") == "loss/discriminator"
    assert names.of("d_loss") == ""
    assert names.unused == ["nowhere"]
    with pytest.raises(InvalidValue, match="'lossy' is no signal: accuracy/fake"):
        Names({"lossy": "mine"})
