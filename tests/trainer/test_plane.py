"""What the discriminator makes of the plane: the right points, and nothing changed."""

from __future__ import annotations

import msgspec
import torch

from monitor import init, wire
from trainer import data, networks
from trainer.config import Config
from trainer.loop import train
from trainer.plane import SIDE, plane


def test_each_value_is_the_discriminators_at_its_point_and_nothing_moves() -> None:
    config = Config.of(data="ring", width=8, latent=4, spectral_norm="discriminator")
    dataset = data.load("ring")
    _, D = networks.build(config, dataset.shape)
    before = {name: value.clone() for name, value in D.state_dict().items()}
    found = plane(dataset, config)
    assert found is not None
    values = found.judged(D)
    assert D.training
    assert all(torch.equal(before[name], value) for name, value in D.state_dict().items())
    x0, x1, y0, y1 = found.bounds
    at = torch.tensor([[x0 + 5 * (x1 - x0) / (SIDE - 1), y0 + 50 * (y1 - y0) / (SIDE - 1)]])
    torch.testing.assert_close(values[50, 5], D.eval()(at).reshape(()))
    low, high = dataset.samples.amin(dim=0), dataset.samples.amax(dim=0)
    assert x0 < low[0] < high[0] < x1


def test_no_plane_for_images_and_for_discriminators_of_several_samples() -> None:
    assert plane(data.load("digits"), Config.of(data="digits")) is None
    assert plane(data.load("ring"), Config.of(data="ring", pack=2)) is None
    assert plane(data.load("ring"), Config.of(data="ring", minibatch="std")) is None


def test_a_training_in_the_plane_tells_it_at_each_look(tmp_path) -> None:  # type: ignore[no-untyped-def]
    config = Config.of(data="grid", steps=3, width=8, latent=4, batch_size=8, sample_every=2)
    with init(mode="offline", dir=tmp_path, media_backlog=100) as run:
        train(config, run)
    content = b"".join(path.read_bytes() for path in tmp_path.rglob("media-*"))
    from monitor.sdk.frames import split
    from monitor.sdk.segment import START

    bodies = split(content[START:]).bodies
    records = [msgspec.msgpack.decode(body, type=wire.Record) for body in bodies]
    assert [record.step for record in records if isinstance(record, wire.Field)] == [0, 2]
    real = next(record for record in records if isinstance(record, wire.Samples) and record.kind == "reference")
    assert set(real.labels) == set(range(25))
