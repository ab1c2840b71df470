"""What `run.watch` looks for now and then: dead units, ranks, its own cost; and that no hook of it stays."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest
import torch
from torch import nn

import monitor
from tests.sdk.service import Service

Start = Callable[..., monitor.Run]


def test_dead_units_and_ranks(service: Service, started: Start) -> None:
    torch.manual_seed(3)
    net = nn.Sequential(
        nn.Conv2d(1, 8, 3),
        nn.ReLU(inplace=True),
        nn.Flatten(),
        nn.Linear(8 * 36, 10),
        nn.ReLU6(),
        nn.Linear(10, 4),
        nn.LeakyReLU(),
    )
    conv, linear = net[0], net[3]
    assert isinstance(conv, nn.Conv2d)
    assert isinstance(linear, nn.Linear)
    with torch.no_grad():
        conv.bias[:3] = -1e6  # type: ignore[index]  # 3 of 8 channels never answer
        linear.bias[:4] = -1e6  # 4 of 10 units
        linear.bias[9] = -1e6
    optimizer = torch.optim.SGD(net.parameters(), 1e-3)
    run = started()
    run.watch(critic=net, every=1)
    for step in range(3):
        optimizer.zero_grad()
        net(torch.randn(16, 1, 8, 8)).square().mean().backward()
        optimizer.step()
        run.log({"a": 1.0}, step=step)
    run.finish()
    got = service.points()
    assert got["dead_units/critic/1", 1] == pytest.approx(3 / 8, abs=1e-6)
    assert got["dead_units/critic/4", 1] == pytest.approx(5 / 10, abs=1e-6)
    assert {name for name, _ in got if name.startswith("dead_units")} == {"dead_units/critic/1", "dead_units/critic/4"}
    ranks = {name: value for (name, _), value in got.items() if name.startswith("effective_rank")}
    assert ranks.keys() == {f"effective_rank/critic/{layer}" for layer in (0, 3, 5)}
    sigma = torch.linalg.svdvals(net[5].weight.detach().double())  # type: ignore[union-attr,operator]
    p = sigma / sigma.sum()
    assert ranks["effective_rank/critic/5"] == pytest.approx(float((-(p * p.log()).sum()).exp()), rel=1e-2)


def test_the_share_of_the_time_is_told(service: Service, started: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.sdk.pace.FIRST", 0.05)
    d = nn.Sequential(nn.Linear(6, 8), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(d.parameters(), 0.01)
    run = started()
    run.watch(discriminator=d, every=1)
    began, steps = time.perf_counter(), 0
    while time.perf_counter() - began < 0.3:
        optimizer.zero_grad()
        d(torch.randn(8, 6)).mean().backward()
        optimizer.step()
        run.log({"a": 1.0}, step=steps)
        steps += 1
    run.finish()
    (share,) = [value for (name, _), value in service.points().items() if name == "system/watch_share"]
    assert 0.01 < share < 0.95  # reading every step of a tiny network is a large part of it


def test_no_hook_stays_on_the_networks(started: Start) -> None:
    net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1))
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    run = started(mode="offline")
    run.watch(discriminator=net, every=1)
    for _ in range(3):
        net(torch.randn(4, 6)).mean().backward()
        optimizer.step()
        run.log({"a": 1.0})
    assert net[0].weight._post_accumulate_grad_hooks  # it waits for the next backward pass
    run.finish()
    assert not any(p._post_accumulate_grad_hooks for p in net.parameters())
    assert not any(part._forward_hooks for part in net.modules())


def test_hooks_go_with_the_parameter_group_or_the_optimizer_that_they_were_for(started: Start) -> None:
    net = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 1))

    def hooks() -> int:
        return sum(len(parameter._post_accumulate_grad_hooks or ()) for parameter in net.parameters())

    optimizer = torch.optim.SGD(net[0].parameters(), 0.1)
    run = started(mode="offline")
    run.watch(discriminator=net, every=1)
    for _ in range(3):
        net(torch.randn(4, 6)).mean().backward()
        optimizer.step()
    assert hooks() == 2
    optimizer.add_param_group({"params": net[2].parameters()})
    for _ in range(3):
        net(torch.randn(4, 6)).mean().backward()
        optimizer.step()
    assert hooks() == 2  # the first and the last of all four, not those of the old group too
    del optimizer
    gc.collect()
    assert hooks() == 0
    run.finish()
