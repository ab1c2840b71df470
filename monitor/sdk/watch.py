"""Reads gradients and weights of networks around their optimizers' steps, without changing anything.

Gradients are read at the end of the last backward pass before a step, so before the loop clips them, and again in the optimizer's
step pre-hook, so as the optimizer gets them. They belong to the network whose parameters that optimizer holds, whatever else the
backward passes reached.
"""

from __future__ import annotations

import math
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue
from monitor.sdk.arrival import Arrival
from monitor.sdk.capture import capturing
from monitor.sdk.dead import DeadUnits
from monitor.sdk.distributions import Frames, spread
from monitor.sdk.filters import Found, image_filters, pictures
from monitor.sdk.guard import Guard
from monitor.sdk.loss_scale import Scale, scale_of
from monitor.sdk.norms import by_layer, dense_norms, held, layers_of, norms_of, read_norms
from monitor.sdk.pace import Pace, Share
from monitor.sdk.spectrum import Spectrum, effective_rank

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module
    from torch.optim import Optimizer

DETAIL_EVERY = 10  # readings between two that also look at each layer and at the update
SPECTRUM_EVERY = 5  # detailed readings between two that also look at singular values and dead units
SHARE = "system/watch_share"  # of the wall time that goes into reading

CLIPPED = 0.999  # a gradient that lost more than this was clipped, not rounded

# series name → float, or a function that gives {name: float} and waits for the device; or a `Spread` or `Pictures`
Sink = dict[str, Any]


class Watch:
    """Hooks on optimizers; what they read lies in `sink` until the next `run.log` takes it."""

    def __init__(
        self,
        modules: Mapping[str, Module],
        optimizers: Sequence[Optimizer],
        every: int | None,
        sink: Sink,
        guard: Guard,
        loss_scale: Any = None,
    ) -> None:
        from torch.nn import Module
        from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

        if every is not None and (type(every) is not int or every < 1):
            raise InvalidValue(f"every={every!r}: a whole number of steps, 1 or more, is allowed, or None")
        for name, module in modules.items():
            if not isinstance(module, Module):
                raise InvalidValue(f"{name} is a {type(module).__name__}, a torch.nn.Module is needed: not watched")
        self._layers = {name: layers_of(module) for name, module in modules.items()}
        self._dead = {name: DeadUnits(module, self._failed, self._spent) for name, module in modules.items()}
        self._share, self._passes = Share(), 0.0  # seconds spent in forward and backward passes since the last step
        self._every, self._sink, self._guard, self._scale = every, sink, guard, scale_of(loss_scale)
        self._filters = {name: image_filters(module) for name, module in modules.items()}
        self._stations: dict[int, Station] = {}
        before, after = self._hook(self._before), self._hook(self._after)
        if optimizers:
            self._handles = [optimizer.register_step_pre_hook(before) for optimizer in optimizers]
            self._handles += [optimizer.register_step_post_hook(after) for optimizer in optimizers]
        else:
            # Torch's own hook on every optimizer: finds those made later too, and needs no search.
            self._handles = [register_optimizer_step_pre_hook(before), register_optimizer_step_post_hook(after)]

    def stop(self) -> None:
        """Takes the hooks off again."""
        for handle in self._handles:
            handle.remove()
        self._handles.clear()
        for key in list(self._stations):
            self._leave(key)
        for dead in self._dead.values():
            dead.stop()

    def _hook(self, act: Callable[[Optimizer], None]) -> Callable[[Optimizer, Any, Any], None]:
        def hook(optimizer: Optimizer, args: Any, kwargs: Any) -> None:
            """Acts, tells the time that it took, and never raises: what goes wrong switches the watch off."""
            started = time.perf_counter()
            try:
                act(optimizer)
            except Exception as error:  # noqa: BLE001 a guest never raises into the optimizer
                self._failed(error)
            passes, self._passes = self._passes, 0.0
            share = self._share.add(time.perf_counter() - started + passes)
            if share is not None:
                self._sink[SHARE] = share

        return hook

    def _spent(self, seconds: float) -> None:
        self._passes += seconds

    def _failed(self, error: Exception) -> None:
        self.stop()
        self._guard.caught("nashboard: Run.watch (it is switched off)", error)

    def _before(self, optimizer: Optimizer) -> None:
        station = self._stations.get(id(optimizer)) or self._station(optimizer)
        if station.looking:
            station.took_a_look()
        if self._passes:
            station.pace.spent_more(self._passes)
        if station.pace.due():
            if station.held != held(optimizer):  # a parameter group was added
                station.stop()
                station.readers = self._readers(optimizer)
                station.held = held(optimizer)
            station.before(optimizer)

    def _after(self, optimizer: Optimizer) -> None:
        station = self._stations.get(id(optimizer))
        if station is not None:
            if station.moving:
                station.after()
            if station.pace.next_due:
                for reader in station.readers:
                    reader.arrival.wait()

    def _station(self, optimizer: Optimizer) -> Station:
        key = id(optimizer)
        gone = weakref.ref(optimizer, lambda _: self._leave(key))
        station = self._stations[key] = Station(gone, held(optimizer), self._readers(optimizer), Pace(self._every))
        return station

    def _leave(self, key: int) -> None:
        station = self._stations.pop(key, None)
        if station is not None:
            station.stop()

    def _readers(self, optimizer: Optimizer) -> list[Reader]:
        held = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        found = []
        for network, layers in self._layers.items():
            mine = [(layer, parameter) for layer, parameter in layers if id(parameter) in held]
            if mine:
                arrival = Arrival([parameter for _, parameter in mine], dense_norms, self._failed, self._spent)
                filters = self._filters[network]
                seen = filters if filters and any(filters.weight is parameter for _, parameter in mine) else None
                found.append(Reader(network, mine, arrival, self._dead[network], self._sink, self._scale, seen))
        return found


@dataclass(slots=True)
class Station:
    """One optimizer, and the networks that it moves.

    Attributes:
        optimizer: a weak reference. held: how many parameters it held when `readers` were made.
        moving: a detailed reading is under way, to be ended after the step. looking: forward passes are looked at until the next.
    """

    optimizer: weakref.ref[Optimizer]
    held: int
    readers: list[Reader]
    pace: Pace
    moving: bool = False
    looking: bool = False
    _readings: int = 0

    def before(self, optimizer: Optimizer) -> None:
        """Just before a step that is to be read."""
        import torch

        if not self.readers or capturing(self.readers[0].layers[0][1]):
            return
        started = time.perf_counter()
        self.moving = self._readings % DETAIL_EVERY == 0
        self._readings += 1
        with torch.no_grad():
            for reader in self.readers:
                reader.before(optimizer, self.moving)
        self.pace.spent(time.perf_counter() - started)

    def after(self) -> None:
        """Just after a step that was read in detail."""
        import torch

        started = time.perf_counter()
        self.moving = False
        with torch.no_grad():
            looks = [reader.after() for reader in self.readers]
        self.looking = any(looks)
        self.pace.spent_more(time.perf_counter() - started)

    def stop(self) -> None:
        """Waits for no backward pass any more."""
        for reader in self.readers:
            reader.arrival.stop()

    def took_a_look(self) -> None:
        """At the step after one that looks on."""
        self.looking = False
        for reader in self.readers:
            reader.put_dead()


class Reader:
    """Reads one network's part of one optimizer. Called without gradients being recorded."""

    def __init__(
        self,
        network: str,
        layers: list[tuple[str, Tensor]],
        arrival: Arrival,
        dead: DeadUnits,
        sink: Sink,
        scale: Scale,
        filters: Found | None,
    ) -> None:
        self.layers, self.arrival, self.dead = layers, arrival, dead
        self._network, self._sink, self._scale, self._filters = network, sink, scale, filters
        self._frames = Frames()
        self._saved: list[Tensor] = []
        self._spectrum, self._details = Spectrum(layers), 0

    def before(self, optimizer: Optimizer, detailed: bool) -> None:
        """The gradients; when detailed, each layer's, and a copy of the weights."""
        arrived = self.arrival.take()
        found = [(place, layer, p) for place, (layer, p) in enumerate(self.layers) if p.grad is not None]
        if not found:
            return
        layers = [layer for _, layer, _ in found]
        norms = dense_norms([p.grad for _, _, p in found])
        scale, late = self._scale(), getattr(optimizer, "grad_scale", None)  # fused optimizers unscale within the step
        if late is not None:
            norms = [norm / late.to(norm.device) for norm in norms]
        before = [arrived[place] for place, _, _ in found if place in arrived]
        if len(before) == len(norms):
            if scale is not None:
                before = [norm / scale.to(norm.device) for norm in before]
            self._put("grad_norm", layers, before, detailed)
            self._put_clipped(before, norms)
        else:
            self._put("grad_norm", layers, norms, detailed)
        if detailed:
            self._saved = [p.detach().clone() for _, p in self.layers]
            if self._frames.due():
                self._describe(late)

    def _describe(self, late: Tensor | None) -> None:
        """How each matrix and its gradient are spread, and the filters as pictures: the worker thread counts and draws."""
        matrices = [(layer, p) for layer, p in self.layers if p.dim() > 1]
        grads = [(layer, p.grad) for layer, p in matrices if p.grad is not None and not p.grad.is_sparse]
        found = {
            "weights": spread(self._network, "weights", matrices),
            "gradients": spread(self._network, "gradients", grads, late),
            "filters": pictures(self._network, self._filters) if self._filters else None,
        }
        self._sink.update({f"{kind}/{self._network}": one for kind, one in found.items() if one is not None})

    def after(self) -> bool:
        """How far the weights moved since they were copied; now and then their singular values. Whether it looks on."""
        import torch

        saved, self._saved = self._saved, []
        if saved:
            names, weights = [layer for layer, _ in self.layers], [p.detach() for _, p in self.layers]
            before = norms_of(saved)
            torch._foreach_sub_(saved, weights)
            self._put_ratio(names, norms_of(saved), before)
            if self._details % SPECTRUM_EVERY == 0:
                self._put_spectrum()
                self._put_ranks()
                self.dead.look()
            self._details += 1
            return self._details % SPECTRUM_EVERY == 1
        return False

    def _put(self, kind: str, layers: list[str], norms: list[Tensor], detailed: bool) -> None:
        network = f"{kind}/{self._network}"

        def values() -> dict[str, float]:
            """The norm of each layer in detail, and the one of all: series name → value."""
            return by_layer(network, layers, read_norms(norms), detailed)

        self._store(network, norms[0], values)

    def _put_clipped(self, before: list[Tensor], after: list[Tensor]) -> None:
        """What the optimizer gets, where that is less than what the backward pass left."""
        name = f"grad_norm_clipped/{self._network}"

        def values() -> dict[str, float]:
            """The norm that is left, when clipping took more than rounding does: series name → value, or nothing."""
            whole, left = math.hypot(*read_norms(before)), math.hypot(*read_norms(after))
            return {name: left} if left < CLIPPED * whole else {}

        self._store(name, after[0], values)

    def _put_ratio(self, layers: list[str], moved: list[Tensor], before: list[Tensor]) -> None:
        ratio, weight = f"update_ratio/{self._network}", f"weight_norm/{self._network}"

        def values() -> dict[str, float]:
            """‖W‖ and ‖ΔW‖ / ‖W‖ of each layer and of all: series name → value."""
            weights = by_layer(weight, layers, read_norms(before), detailed=True)
            steps = by_layer(ratio, layers, read_norms(moved), detailed=True)
            ratios = {}
            for name, step in steps.items():
                norm = weights[weight + name[len(ratio) :]]
                if norm:  # a layer of zeros (a fresh bias) has no ratio
                    ratios[name] = step / norm
            return weights | ratios

        self._store(ratio, moved[0], values)

    def _put_spectrum(self) -> None:
        kind, names = f"spectral_norm/{self._network}", self._spectrum.names
        tops = self._spectrum.read()

        def values() -> dict[str, float]:
            """The largest singular value of each weight matrix: series name → value."""
            return {f"{kind}/{name}": top for name, top in zip(names, read_norms(tops), strict=True)}

        if tops:
            self._store(kind, tops[0], values)

    def _put_ranks(self) -> None:
        kind, grams = f"effective_rank/{self._network}", self._spectrum.grams()

        def values() -> dict[str, float]:
            """exp of the entropy of each matrix's singular values; one that is not finite has none: series name → value."""
            ranks = {f"{kind}/{name}": effective_rank(gram.cpu().numpy()) for name, gram in grams.items()}
            return {name: rank for name, rank in ranks.items() if rank is not None}

        if grams:
            self._sink[kind] = values  # the worker thread has the time for it

    def put_dead(self) -> None:
        """What the forward passes since the last reading showed."""
        kind, shares = f"dead_units/{self._network}", self.dead.take()

        def values() -> dict[str, float]:
            """Share of units of each layer that were never above 0 since the last reading: series name → value."""
            numbers = read_norms(list(shares.values()))
            return {f"{kind}/{name}": share for name, share in zip(shares, numbers, strict=True)}

        if shares:
            self._store(kind, next(iter(shares.values())), values)

    def _store(self, key: str, tensor: Tensor, values: Callable[[], dict[str, float]]) -> None:
        if tensor.is_cpu:
            self._sink.update(values())
        else:
            self._sink[key] = values
