"""`run.watch` reads what a slow and obvious computation reads, in loops of every kind, and changes nothing."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import nn

import monitor
from monitor import wire
from monitor.sdk.pace import Pace
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]


def nets(spectral: bool = False) -> tuple[nn.Sequential, nn.Sequential]:
    torch.manual_seed(0)
    wrap = nn.utils.parametrizations.spectral_norm if spectral else lambda layer: layer
    g = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.ReLU(inplace=True), nn.Linear(8, 6), nn.Tanh())
    d = nn.Sequential(wrap(nn.Linear(6, 8)), nn.LeakyReLU(0.2, inplace=True), wrap(nn.Linear(8, 1)))
    return g, d


def norm(network: nn.Module, *parts: str) -> float:
    """The L2 norm of a network's gradient (or of the layers named), in double precision, number by number."""
    squares = 0.0
    for name, parameter in network.named_parameters():
        if parameter.grad is not None and (not parts or name.rpartition(".")[0] in parts):
            squares += sum(x * x for x in parameter.grad.double().flatten().tolist())
    return math.sqrt(squares)


def test_norms_and_update_ratios_are_right(service: Service, started: Start) -> None:
    g, d = nets()
    optimizer = torch.optim.SGD(d.parameters(), lr=0.1, momentum=0.9)
    run = started()
    run.watch(generator=g, discriminator=d, every=1)
    (d(torch.randn(16, 6)) ** 2).mean().backward()
    expected = {
        "grad_norm/discriminator": norm(d),
        "grad_norm/discriminator/0": norm(d, "0"),
        "grad_norm/discriminator/2": norm(d, "2"),
    }
    before = [p.detach().clone().double() for p in d.parameters()]
    optimizer.step()
    moved = math.sqrt(
        sum(float(((p.detach().double() - b) ** 2).sum()) for p, b in zip(d.parameters(), before, strict=True))
    )
    weight = math.sqrt(sum(float((b**2).sum()) for b in before))
    expected |= {"update_ratio/discriminator": moved / weight, "weight_norm/discriminator": weight}
    run.log({"loss/discriminator": 1.0}, step=5)
    run.finish()
    got = service.points()
    for name, value in expected.items():
        assert got[name, 5] == pytest.approx(value, rel=1e-5), name
    for layer in (0, 2):
        weights = next(d[layer].parameters()).detach().double()
        top = float(torch.linalg.svdvals(weights)[0])
        assert got[f"spectral_norm/discriminator/{layer}", 5] == pytest.approx(top, rel=0.02)
    assert not [name for name, _ in got if "generator" in name]
    assert {"update_ratio/discriminator/0", "weight_norm/discriminator/2"} <= {name for name, _ in got}


def train(watched: Callable[..., Any] | None, steps: int = 30, **how: Any) -> str:
    """A GAN with whatever is odd in real loops; the hash of its weights, buffers and random state afterwards."""
    g, d = nets(spectral=how.get("spectral", False))
    if how.get("joint"):
        opt_g = opt_d = torch.optim.Adam([*g.parameters(), *d.parameters()], 1e-2)
    else:
        opt_g, opt_d = torch.optim.Adam(g.parameters(), 1e-2), torch.optim.RMSprop(d.parameters(), 1e-2)
    log = watched(g, d, opt_g, opt_d) if watched else None
    torch.manual_seed(1)
    for step in range(steps):
        for _ in range(how.get("critic", 1)):
            real, fake = torch.randn(8, 6), g(torch.randn(8, 4))
            opt_d.zero_grad(set_to_none=step % 2 == 0)
            score_real, score_fake = d(real), d(fake.detach())
            if how.get("penalty"):
                mixed = (real + fake.detach()).requires_grad_()
                (slope,) = torch.autograd.grad(d(mixed).sum(), mixed, create_graph=True)
                ((slope.norm(dim=1) - 1) ** 2).mean().backward()
            score_fake.mean().backward()
            (-score_real.mean() / 2).backward()
            if how.get("clip"):
                nn.utils.clip_grad_norm_(d.parameters(), 0.1)
            opt_d.step()
        loss = score_fake.mean()
        if step % how.get("every_g", 1) == 0:
            opt_g.zero_grad()
            loss = -d(g(torch.randn(8, 4))).mean()
            loss.backward()
            opt_g.step()
        if log:
            log({"loss/generator": loss, "logits/real": score_real, "logits/fake": score_fake}, step)
    state = [*g.state_dict().values(), *d.state_dict().values(), torch.get_rng_state(), torch.randn(3)]
    return hashlib.sha256(b"".join(value.numpy().tobytes() for value in state)).hexdigest()


ODD: list[dict[str, Any]] = [
    {},
    {"critic": 3},
    {"every_g": 4},
    {"penalty": True},
    {"joint": True},
    {"clip": True},
    {"spectral": True},
]


@pytest.mark.parametrize("how", ODD, ids=str)
@pytest.mark.parametrize("given", [True, False])
def test_weights_are_bit_identical_and_every_loop_is_read(
    service: Service, started: Start, how: dict[str, Any], given: bool
) -> None:
    run = started()

    def watched(g: nn.Module, d: nn.Module, opt_g: Any, opt_d: Any) -> Callable[..., None]:
        run.watch(generator=g, discriminator=d, optimizers=(opt_g, opt_d) if given else (), every=1)

        def log(values: dict[str, Any], step: int) -> None:
            run.log(values, step=step)
            if step % 10 == 0:
                run.samples(values["logits/fake"].expand(8, 2), step=step)

        return log

    with_it = train(watched, **how)
    run.finish()
    assert with_it == train(None, **how)
    names = [name for name, _ in service.points()]
    assert names.count("grad_norm/discriminator") == 30
    joint_or_every = 30 if how.get("joint") else math.ceil(30 / how.get("every_g", 1))
    assert names.count("grad_norm/generator") == joint_or_every
    assert names.count("auc/discriminator") == 30
    assert (run.dropped, run.refused) == (0, 0)
    layers = {name for name in names if name.startswith("grad_norm/generator/")}
    assert layers == {"grad_norm/generator/0", "grad_norm/generator/1", "grad_norm/generator/3"}
    assert "grad_norm/discriminator/0" in names


def test_a_gradient_belongs_to_the_network_whose_optimizer_steps(service: Service, started: Start) -> None:
    """The generator's backward pass also fills the discriminator's gradients; they are not what D is trained with."""
    g, d = nets()
    opt_g = torch.optim.SGD(g.parameters(), 0.1)
    run = started()
    run.watch(generator=g, discriminator=d, every=1)
    (-d(g(torch.randn(8, 4))).mean()).backward()
    expected = norm(g)
    opt_g.step()
    run.log({}, step=3)
    run.finish()
    assert service.points()["grad_norm/generator", 3] == pytest.approx(expected, rel=1e-5)
    assert ("grad_norm/discriminator", 3) not in service.points()


def test_pieces_of_a_step_and_own_values_go_before(service: Service, started: Start) -> None:
    g, d = nets()
    opt_d = torch.optim.SGD(d.parameters(), 0.1)
    run = started()
    run.watch(generator=g, discriminator=d, every=1)
    for step in range(3):
        opt_d.zero_grad()
        d(torch.randn(8, 6)).mean().backward()
        opt_d.step()
        run.log({"loss/discriminator": 1.0}, step=step)
        run.log({"loss/generator": 1.0, "grad_norm/generator": 42.0}, step=step)
    opt_d.step()
    run.log({"grad_norm/discriminator": 7.0}, step=3)
    run.finish()
    assert [service.points()["grad_norm/generator", step] for step in range(3)] == [42.0] * 3
    assert service.points()["grad_norm/discriminator", 3] == 7.0


def test_parameters_of_many_kinds(service: Service, started: Start) -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(torch.ones(()))
            self.words = nn.Embedding(5, 3, sparse=True)
            self.low = nn.Linear(3, 2).bfloat16()
            self.frozen = nn.Linear(2, 2).requires_grad_(False)
            self.unused = nn.Linear(2, 2)

    net = Odd()
    optimizer = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], 0.1)
    run = started()
    run.watch(odd=net, every=1)
    (net.low(net.words(torch.tensor([0, 2, 2])).bfloat16()).float().sum() * net.scale).backward()
    optimizer.step()
    run.log({"a": 1.0})
    run.finish()
    names = {name for name, _ in service.points()}
    assert {"grad_norm/odd/scale", "grad_norm/odd/words", "grad_norm/odd/low", "weight_norm/odd/unused"} <= names
    assert "grad_norm/odd/unused" not in names
    assert not any("frozen" in name for name in names)
    assert run.dropped == 0


def test_optimizers_and_groups_may_come_later(service: Service, started: Start) -> None:
    g, d = nets()
    run = started()
    run.watch(discriminator=d, every=1)
    optimizer = torch.optim.SGD(d[0].parameters(), 0.1)
    d(torch.randn(8, 6)).mean().backward()
    optimizer.step()
    run.log({"a": 1.0}, step=0)
    optimizer.add_param_group({"params": d[2].parameters()})
    expected = norm(d)
    optimizer.step()
    run.log({"a": 1.0}, step=1)
    run.finish()
    assert service.points()["grad_norm/discriminator", 1] == pytest.approx(expected, rel=1e-5)
    assert g


def test_after_finish_no_hook_is_left(started: Start) -> None:
    from torch.optim import optimizer as module

    before = len(module._global_optimizer_pre_hooks), len(module._global_optimizer_post_hooks)
    run = started(mode="offline")
    _, d = nets()
    optimizer = torch.optim.SGD(d.parameters(), 0.1)
    run.watch(discriminator=d)
    run.watch(discriminator=d, optimizers=[optimizer])
    run.finish()
    assert (len(module._global_optimizer_pre_hooks), len(module._global_optimizer_post_hooks)) == before
    assert not optimizer._optimizer_step_pre_hooks


def test_what_can_not_be_watched_is_said(started: Start, caplog: pytest.LogCaptureFixture) -> None:
    run = started(mode="offline")
    run.watch(generator="G")
    assert "generator is a str" in caplog.text
    run.watch(discriminator=nets()[1], every=0)
    assert run.dropped == 2


def test_the_pace_keeps_to_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr("monitor.sdk.pace.time.perf_counter", lambda: clock)

    def stride(step_seconds: float, cost: float) -> int:
        nonlocal clock
        pace = Pace(None)
        for _ in range(2000):
            clock += step_seconds
            if pace.due():
                clock += cost
                pace.spent(cost)
        return pace.stride

    assert stride(0.3, 150e-6) == 1
    assert stride(0.001, 40e-6) == 20
    assert stride(0.0001, 1.0) == 200


def test_reads_are_events_of_the_next_log(service: Service, started: Start) -> None:
    """Nothing is written for steps that were not logged."""
    _, d = nets()
    optimizer = torch.optim.SGD(d.parameters(), 0.1)
    run = started()
    run.watch(discriminator=d, every=1)
    for step in range(20):
        d(torch.randn(8, 6)).mean().backward()
        optimizer.step()
        if step % 10 == 9:
            run.log({"a": 1.0}, step=step)
    run.finish()
    assert {record.step for record in service.all(wire.Scalars)} == {9, 19}


def test_norms_are_those_before_clipping(service: Service, started: Start) -> None:
    """Two backward passes, the generator's stray gradients in between, then clipping: what they left, and what the step used."""
    g, d = nets()
    opt_g, opt_d = torch.optim.SGD(g.parameters(), 0.1), torch.optim.SGD(d.parameters(), 0.1)
    run = started()
    run.watch(generator=g, discriminator=d, every=1)
    expected: dict[tuple[str, int], float] = {}
    for step in range(4):
        opt_d.zero_grad()
        (d(torch.randn(8, 6)) ** 2).mean().backward()
        (3 * d(torch.randn(8, 6))).mean().backward()
        expected["grad_norm/discriminator", step] = norm(d)
        expected["grad_norm/discriminator/2", step] = norm(d, "2")
        nn.utils.clip_grad_norm_(d.parameters(), 0.1)
        expected["grad_norm_clipped/discriminator", step] = norm(d)
        opt_d.step()
        opt_g.zero_grad()
        (-d(g(torch.randn(8, 4))).mean()).backward()
        opt_g.step()
        run.log({"a": 1.0}, step=step)
    run.finish()
    got = service.points()
    later = {key: value for key, value in expected.items() if key[1] >= 1 and (key in got or not key[0].endswith("/2"))}
    assert {key: got[key] for key in later} == pytest.approx(
        later, rel=1e-4
    )  # the first step came before anybody waited
    assert min(later["grad_norm/discriminator", step] for step in (1, 2, 3)) > 0.2
    assert not [name for name, _ in got if name == "grad_norm_clipped/generator"]


@pytest.mark.parametrize("clip", [None, 1e-3])
def test_a_loss_scale_is_no_part_of_the_norm(service: Service, started: Start, clip: float | None) -> None:
    _, d = nets()
    optimizer, scaler = torch.optim.SGD(d.parameters(), 0.01), torch.amp.GradScaler("cpu", init_scale=1024.0)
    run = started()
    run.watch(discriminator=d, every=1)
    batch = torch.randn(8, 6)
    for step in range(3):
        optimizer.zero_grad()
        (d(batch) ** 2).mean().backward()
        expected = norm(d)
        optimizer.zero_grad()
        scaler.scale((d(batch) ** 2).mean()).backward()
        scaler.unscale_(optimizer)
        if clip:
            nn.utils.clip_grad_norm_(d.parameters(), clip)
        scaler.step(optimizer)
        scaler.update()
        run.log({"a": 1.0}, step=step)
    run.finish()
    got = service.points()
    assert got["grad_norm/discriminator", 2] == pytest.approx(expected, rel=1e-4)
    assert got.get(("grad_norm_clipped/discriminator", 2)) == (pytest.approx(clip, rel=1e-3) if clip else None)
