"""The doctor's own part: joining values, keeping alerts, explaining one by another, advising."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable

import msgspec
import numpy
import pytest

from monitor.detectors import DETECTORS
from monitor.doctor import Alert, Doctor
from monitor.doctor.advice import advice
from monitor.doctor.blocks import Blocks
from monitor.doctor.reading import family_of, number, reduced, setting_of
from monitor.doctor.remedies import PLANS, REMEDIES
from monitor.errors import InvalidValue
from monitor.streams import auc
from tests.detectors.signals import only_samples, play, rows
from trainer.config import Config
from trainer.losses import LOSSES


def collapse_between(first: int, last: int) -> object:
    def change(step: int, values: dict[str, float]) -> None:
        if first <= step < last:
            values |= {"sample/diversity": 0.05, "sample/coverage": 0.05, "sample/energy_distance": 0.4}

    return only_samples(change)


def story(alerts: Iterable[Alert]) -> list[tuple[str, str, str]]:
    return [(alert.kind, alert.state, alert.severity) for alert in alerts]


# -- values -----------------------------------------------------------------------------------------------------------


def test_a_step_may_come_in_pieces_late_and_out_of_order() -> None:
    ordered, pieces = Doctor(), Doctor()
    told, told_in_pieces = [], []
    late: list[tuple[int, dict[str, float]]] = []

    def burst(step: int, values: dict[str, float]) -> None:
        if step >= 900 and "update_ratio/generator" in values:
            values["update_ratio/generator"] = 1e-12

    for step, values in rows(1500, burst, random.Random(0), samples=False):
        told += ordered.observe(step, values)
        halves = [dict(list(values.items())[::2]), dict(list(values.items())[1::2])]
        told_in_pieces += pieces.observe(step, halves[0])
        late.append((step, halves[1]))
        if len(late) > 30:
            told_in_pieces += pieces.observe(*late.pop(0))
    for step, values in late:
        told_in_pieces += pieces.observe(step, values)
    assert (
        story(told + ordered.close())
        == story(told_in_pieces + pieces.close())
        == [("vanishing_gradient", "open", "critical")]
    )


def test_blocks_hold_ten_steps_and_every_value_once() -> None:
    blocks, done = Blocks(), []
    for step in range(200):
        done += blocks.put(step, {"a": float(step), "b": math.nan if step % 2 else 1.0})
    done += blocks.close()
    assert [(block.first, block.last, block.count) for block in done] == [(10 * i, 10 * i + 9, 10) for i in range(20)]
    assert [block.mean["a"] for block in done] == [10 * i + 4.5 for i in range(20)]
    assert all(block.high["a"] == block.last and block.mean["b"] == 1.0 for block in done)


def test_sparse_steps_are_blocks_of_their_own_and_what_is_too_late_is_left_out() -> None:
    blocks = Blocks()
    done = [block for step in range(0, 1000, 100) for block in blocks.put(step, {"a": 1.0})]
    assert [block.first for block in done] == list(range(0, 900, 100))
    assert blocks.put(50, {"a": 9.0}) == []
    assert [block.mean for block in blocks.close()] == [{"a": 1.0}]


def test_batches_of_outputs_are_reduced_as_the_sdk_does_it() -> None:
    rng = numpy.random.default_rng(0)
    real, fake = rng.normal(1, 1, 64), rng.normal(0, 1, (64, 1))
    vectors: dict[str, list[float]] = {}
    assert number(real, "logits/real", vectors) == pytest.approx(real.mean())
    assert number(fake.tolist(), "logits/fake", vectors) == pytest.approx(fake.mean())
    found = reduced(vectors)
    assert found["logits/fake/std"] == pytest.approx(fake.std())
    assert found["auc/discriminator"] == pytest.approx(auc(real.tolist(), fake.ravel().tolist()))


@pytest.mark.parametrize("value", ["a lot", [], None, object()])
def test_what_is_no_number_is_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidValue, match="loss/generator"):
        Doctor().observe(0, {"g_loss": value})


def test_names_of_the_users_own_are_understood_and_foreign_series_cost_nothing() -> None:
    doctor = Doctor(signals={"loss/discriminator": "critic objective"})
    told = doctor.observe(3, {"critic objective": math.inf, "val/fid": math.nan, "grad_norm/generator/conv1": math.nan})
    assert [alert.evidence[0].signal for alert in told] == ["loss/discriminator"]


# -- alerts -----------------------------------------------------------------------------------------------------------


def test_there_is_one_open_alert_a_kind_and_it_comes_and_goes() -> None:
    told, doctor = play(4000, collapse_between(1500, 2500))
    of_kind = [alert for alert in told if alert.kind == "mode_collapse"]
    assert story(of_kind) == [("mode_collapse", "open", "critical"), ("mode_collapse", "resolved", "critical")]
    others = [alert for alert in told if alert.kind != "mode_collapse" and alert.state == "open"]
    assert all(alert.consequence_of == "mode_collapse" for alert in others)
    assert doctor.alerts == []


def test_a_relapse_opens_again() -> None:
    def twice(step: int, values: dict[str, float]) -> None:
        collapse_between(1500, 2200)(step, values)
        collapse_between(3000, 9999)(step, values)

    told, doctor = play(4000, twice)
    assert [alert.state for alert in told if alert.kind == "mode_collapse"] == ["open", "resolved", "open"]
    assert [alert.onset_step for alert in doctor.alerts if alert.kind == "mode_collapse"] == [3000]


def test_a_failure_that_grows_is_told_again_and_only_then() -> None:
    def grow(step: int, values: dict[str, float]) -> None:
        if step >= 1500 and "grad_norm/generator" in values:
            values["grad_norm/generator"] *= 50
        if step >= 2000 and "update_ratio/generator" in values:
            values["update_ratio/generator"] = 0.5

    told, _ = play(2500, grow)
    assert [alert.severity for alert in told if alert.kind == "exploding_gradient"] == ["info", "critical"]


def test_what_is_said_of_an_open_alert_names_the_step_that_it_began_at() -> None:
    def far(step: int, values: dict[str, float]) -> None:
        values["sample/energy_distance"] = 0.6

    told, doctor = play(4000, only_samples(far))
    first = next(alert for alert in told if alert.kind == "non_convergence")
    now = next(alert for alert in doctor.alerts if alert.kind == "non_convergence")
    assert now.onset_step == first.onset_step
    assert f"since step {first.onset_step:,}:" in now.summary


def test_the_root_cause_explains_the_others() -> None:
    def both(step: int, values: dict[str, float]) -> None:
        collapse_between(1500, 9999)(step, values)
        if step >= 1500 and "grad_norm/generator" in values:
            values["grad_norm/generator"] = math.nan

    _, doctor = play(8000, both)
    explained = {alert.kind: alert.consequence_of for alert in doctor.alerts}
    assert explained == {"non_finite": "", "mode_collapse": "non_finite", "non_convergence": "non_finite"}


def test_what_a_failure_brought_stays_its_consequence_for_a_while_after_it() -> None:
    """The samples are many again at step 2500, and no nearer to the data."""

    def after(step: int, values: dict[str, float]) -> None:
        collapse_between(1000, 2500)(step, values)
        if step >= 1000 and "sample/diversity" in values:
            values["sample/energy_distance"] = 0.4

    doctor, found = Doctor(), dict[int, dict[str, str]]()
    for step, values in rows(4000, after, random.Random(0), samples=True):
        doctor.observe(step, values)
        found[step] = {alert.kind: alert.consequence_of for alert in doctor.alerts}
    assert found[2450] == {"mode_collapse": "", "non_convergence": "mode_collapse"}
    assert found[3000] == {"non_convergence": "mode_collapse"}
    assert found[3999] == {"non_convergence": ""}


@pytest.mark.parametrize("seed", [0, 1])
def test_a_doctor_goes_on_where_it_was_kept(seed: int) -> None:
    whole, before = Doctor(), Doctor()
    told, told_again = [], []
    for i, (step, values) in enumerate(rows(3000, collapse_between(1200, 2000), random.Random(seed), samples=True)):
        told += whole.observe(step, values)
        told_again += before.observe(step, values)
        if i % 400 == 0:
            after = Doctor()
            after.load(before.dump())
            before = after
    assert msgspec.json.encode(told) == msgspec.json.encode(told_again)
    assert "mode_collapse" in {alert.kind for alert in told}


def test_what_another_version_kept_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        Doctor().load(msgspec.msgpack.encode([{"view": {}}]))


def test_it_says_what_it_could_not_see() -> None:
    _, doctor = play(100, keep=("loss/",))
    assert doctor.lacks["mode_collapse"] == ["sample"]
    assert "oscillation" not in doctor.lacks
    assert doctor.lacks["discriminator_overfit"]


def test_samples_themselves_can_be_handed_over() -> None:
    rng = numpy.random.default_rng(0)
    real = rng.normal(size=(400, 6))
    doctor = Doctor(total_steps=2000)
    with pytest.raises(InvalidValue, match="give `reference`"):
        doctor.observe_samples(0, real)
    told = []
    for i in range(40):
        scale = 1.0 if i < 25 else 0.01
        told += doctor.observe_samples(50 * i, scale * rng.normal(size=(256, 6)), real if i == 0 else None)
    assert [(alert.kind, alert.variant) for alert in told if alert.severity == "critical"] == [
        ("mode_collapse", "full")
    ]
    assert doctor.alerts[0].onset_step == 25 * 50


@pytest.mark.parametrize(("spread", "told"), [(0.0, True), (0.002, True), (0.4, False)])
def test_a_generator_that_only_ever_made_one_thing_is_told_in_a_short_run(spread: float, told: bool) -> None:
    """Black pictures to the end of 800 steps, beside those of a generator that is merely bad so early."""
    rng = numpy.random.default_rng(0)
    real = rng.uniform(-1, 1, (300, 64))
    doctor, found = Doctor(config={"loss": "non-saturating"}, total_steps=800), list[Alert]()
    for step in range(0, 800, 40):
        wide = 0.4 if step < 80 else spread
        fake = numpy.clip(-1 + wide * rng.normal(size=(64, 64)), -1, 1)
        found += doctor.observe_samples(step, fake, real if step == 0 else None)
    kinds = {(alert.kind, alert.variant, alert.severity) for alert in found}
    assert (("mode_collapse", "full", "critical") in kinds) == told


def test_a_declared_event_counts_from_its_step_on_and_not_before() -> None:
    """The gradient jumps with the loss scale at step 1,000; values are judged some sixty steps after they came."""

    def scaled(step: int, values: dict[str, float]) -> None:
        if step >= 1000 and "grad_norm/generator" in values:
            values |= {name: 2000 * values[name] for name in ("grad_norm/generator", "grad_norm/discriminator")}

    def told(declared: int | None) -> set[str]:
        doctor, found = Doctor({"loss": "non-saturating"}), list[Alert]()
        for step, values in rows(1500, scaled, random.Random(0), samples=False):
            if step == declared:
                doctor.event("loss_scale", step)
            found += doctor.observe(step, values)
        return {alert.kind for alert in found + doctor.close() if alert.severity != "info"}

    assert told(None) == {"exploding_gradient"}
    assert told(1000) == set()


# -- advice -----------------------------------------------------------------------------------------------------------


def test_every_kind_has_a_plan_and_every_plan_is_of_known_remedies() -> None:
    assert {key.partition("/")[0] for key in PLANS} == {detector.kind for detector in DETECTORS}
    assert {name for plan in PLANS.values() for name, _ in plan} <= set(REMEDIES)


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("family", ["", *LOSSES])
def test_every_failure_of_every_loss_gets_advice_with_reason_paper_and_code(kind: str, family: str) -> None:
    found = advice(*kind.partition("/")[::2], {}, family)
    assert found
    assert all(one.why and one.code and ("'" in one.paper) for one in found)


@pytest.mark.parametrize("kind", PLANS)
@pytest.mark.parametrize("family", ["", *LOSSES])
def test_advice_has_a_cheap_remedy_and_one_that_goes_deeper(kind: str, family: str) -> None:
    """Also for a run whose discriminator is penalised already, with the trainer's own settings."""
    deep = {remedy.title for remedy in REMEDIES.values() if remedy.structural}
    for config in ({}, vars(Config.of(loss=family or None, gradient_penalty="r1"))):
        found = [one.name for one in advice(*kind.partition("/")[::2], config, family)]
        assert deep & set(found), found
        assert set(found) - deep, found
        assert found[0] not in deep


def test_what_would_change_nothing_is_not_advised() -> None:
    config = {"discriminator_steps": 1, "beta1": 0.0, "lr_generator": 1e-4, "lr_discriminator": 4e-4}
    told = {one.name for kind in PLANS for one in advice(*kind.partition("/")[::2], config, "non-saturating")}
    assert not told & {REMEDIES[name].title for name in ("fewer-d-steps", "less-momentum", "ttur")}
    assert "Gradient clipping" not in [one.name for one in advice("exploding_gradient", "", {}, "wgan")][:2]


def test_the_unrolling_that_is_advised_carries_the_gradient_through_the_answers() -> None:
    """Held against the same lines with the answers cut off: they must differ."""
    import torch

    torch.manual_seed(0)
    D, G = torch.nn.Linear(2, 1), torch.nn.Linear(2, 2)
    real, z, lr = torch.randn(8, 2), torch.randn(8, 2), 0.5
    given = {"discriminator_loss": lambda a, b: (torch.nn.functional.softplus(-a) + torch.nn.functional.softplus(b)).mean(),
             "generator_loss": lambda a: torch.nn.functional.softplus(-a).mean()}  # fmt: skip
    found = []
    for code in (
        REMEDIES["unrolling"].code,
        REMEDIES["unrolling"].code.replace("real), call(D, weights, G(z))", "real), call(D, weights, G(z).detach())"),
    ):
        names = {"torch": torch, "D": D, "G": G, "real": real, "z": z, "lr": lr} | given
        exec(code, names)
        found.append(torch.autograd.grad(names["g_loss"], G.weight)[0])
    assert not torch.allclose(*found)


def test_flags_are_real_and_code_compiles() -> None:
    from click.testing import CliRunner

    from trainer.commands.train import train

    shown = CliRunner().invoke(train, ["--help"], terminal_width=200).output
    for remedy in REMEDIES.values():
        compile(remedy.code, remedy.title, "exec")
        for word in remedy.flag.split():
            assert not word.startswith("--") or word in shown, f"{remedy.title}: {word}"


def test_what_a_run_has_already_is_not_advised() -> None:
    titles = [
        one.name for one in advice("mode_collapse", "full", {"gradient_penalty": "r1", "pack": 2}, "non-saturating")
    ]
    assert REMEDIES["r1"].title not in titles and REMEDIES["packing"].title not in titles  # noqa: PT018
    assert REMEDIES["r1"].title in [
        one.name for one in advice("mode_collapse", "full", {"gradient_penalty": "none"}, "")
    ]


def test_the_trainers_defaults_count_as_no_remedy_in_use() -> None:
    config = vars(Config.of())
    plain = [one.name for one in advice("mode_collapse", "full", {}, "non-saturating")]
    assert [one.name for one in advice("mode_collapse", "full", config, "non-saturating")] == plain


@pytest.mark.parametrize(
    ("config", "family"),
    [
        ({"loss": "wgan-gp"}, "wgan-gp"),
        ({"gan_mode": "LSGAN"}, "lsgan"),
        ({"loss_type": "hinge_loss"}, "hinge"),
        ({"loss": 3}, ""),
    ],
)
def test_the_loss_is_read_from_many_configs(config: dict[str, object], family: str) -> None:
    assert setting_of(config, None).family == family


@pytest.mark.parametrize(
    ("losses", "family"),
    [
        ((1.386, 0.693), "non-saturating"),
        ((0.69, 0.8), "non-saturating"),
        ((1.386, -0.7), "minimax"),
        ((-40.0, 12.0), ""),
        ((0.5,), ""),
    ],
)
def test_a_plain_gan_is_known_by_its_losses(losses: tuple[float, ...], family: str) -> None:
    names = ("loss/discriminator", "loss/generator")
    assert family_of(dict(zip(names, losses, strict=False))) == family
