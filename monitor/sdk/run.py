"""A run, as a training loop sees it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from monitor.errors import InvalidValue
from monitor.sdk.alerts import Alerts, Callback
from monitor.sdk.environment import plain
from monitor.sdk.guard import Guard, guarded
from monitor.sdk.media import Media
from monitor.sdk.standing import Standing
from monitor.sdk.values import Later, check_name, number, step_number
from monitor.sdk.waiting import MOST, Waiting
from monitor.sdk.worker import Worker
from monitor.settings import ClientSettings
from monitor.wire import MAX_STEP, RunInfo

if TYPE_CHECKING:
    from monitor.sdk.journal import Journal
    from monitor.sdk.local_doctor import Appends, LocalDoctor
    from monitor.sdk.shipper import Shipper
    from monitor.sdk.system import SystemMetrics
    from monitor.sdk.watch import Watch

MAX_NAMES = 100_000  # names known to be good; beyond, the set starts anew
_PLAIN = frozenset((float, int))


class Run(Standing):
    """Made by `monitor.init`. No method raises, waits for the network, or changes the training.

    Attributes:
        id: the run's id. name, project: as declared. mode: "online", "offline" or "disabled".
    """

    def __init__(
        self, info: RunInfo, settings: ClientSettings, guard: Guard, journal: Journal, shipper: Shipper | None
    ) -> None:
        self.id, self.name, self.project, self.mode = info.id, info.name, info.project, settings.mode
        self.guard, self._lost = guard, 0
        self._settings, self._journal, self._shipper = settings, journal, shipper
        self._alerts = Alerts(guard, settings.stop_on)
        self._doctor: LocalDoctor | None = None
        self._system: SystemMetrics | None = None
        scalars, media = self._watched_over(info, journal)
        self._append, self._names, self._step = scalars.append, set[str](), -1
        self._step_known = True
        self._media = Media(media, self._say_refused, guard.caught)
        self._waiting = Waiting(info.signals, self._write)
        self._worker = Worker(self._waiting.handlers | self._media.handlers, guard)
        self._watches: list[Watch] = []
        self._watched: dict[str, Any] = {}  # read by `watch` since the last `log`
        if shipper is not None and self._doctor is None:
            shipper.courier.told = self._alerts.bring
        self._done, self._crash = False, ""

    # -- what the loop calls ------------------------------------------------------------------------------------------

    def log(self, values: Mapping[str, Any], step: int | None = None) -> None:
        """Records values of one step.

        Args:
            values: name → number: Python's, numpy's, or a tensor of one element; NaN and ±Inf are values too. Under
                `logits/…` also a whole batch of outputs, of any shape. What is none of these is refused, with one warning.
            step: 0 … 2^53 - 1; None: one after the last. A step may be logged in pieces; logged again, the last value wins.
        """
        try:
            if step is None:
                step = self._step + 1
                if not self._step_known:
                    self._say_unknown_step()
            elif type(step) is not int or not 0 <= step <= MAX_STEP:
                step = step_number(step)
            if self._watched:
                values = self._with_watched(values, step)
            if self._alerts.news and self._alerts.callbacks:
                self._alerts.give()
            self._step = step
            if self._names.issuperset(values) and _PLAIN.issuperset(map(type, values.values())):
                try:
                    if values and not self._append(("s", step, time.time(), values)):
                        self._say_refused()
                    return
                except (OverflowError, TypeError):  # an int beyond 64 bits, or a mapping that is no dict
                    pass
            self._log_slowly(values, step)
        except Exception as error:  # noqa: BLE001 `guarded`, written out: this is the hot path
            self.guard.caught("nashboard: Run.log", error)

    @guarded
    def samples(
        self,
        batch: Any,
        step: int | None = None,
        name: str = "samples",
        kind: Literal["fixed", "random"] = "fixed",
        value_range: tuple[float, float] | None = None,
        labels: Any = None,
    ) -> None:
        """Records a batch of generated samples: a picture of it, and the batch itself for the sample metrics.

        Args:
            batch: array or tensor, float or uint8: (N, C, H, W) or (N, H, W, C) with 1, 3 or 4 channels, (N, H, W), (N, D).
                (N, 2) is drawn as points in the plane; (N, D) as images when D is a square or three times one.
            step: as in `log`; None: the last logged step.
            name: which grid of the run. kind: "fixed" if the noise is the same each time, else "random".
            value_range: what black and white are: (-1, 1), (0, 1) or (0, 255); None: inferred from the values, and shown.
            labels: of a conditional generator: the class that each sample was asked for, (N,) whole numbers from 0.
        """
        if kind not in ("fixed", "random"):
            raise InvalidValue(f'kind={kind!r}: "fixed" or "random" is allowed')
        self._submit(self._media.drawing(batch, self._at(step), name, kind, value_range, labels))

    @guarded
    def reference(
        self,
        batch: Any,
        value_range: tuple[float, float] | None = None,
        labels: Any = None,
        label_names: Sequence[str] = (),
        extractor: Any = None,
        extractor_name: str = "",
    ) -> None:
        """Records what the data look like: real samples, of the shapes that `samples` takes.

        Args:
            labels: the class of each, (N,) whole numbers from 0 to 9,999: for colours, missing classes and a trained classifier.
            label_names: of class 0, 1, …
            extractor: a torch module, (N, …) → (N, …), up to 4,096 numbers a sample: what the metrics and maps of this and all
                later batches are made from. A copy of it in eval mode is asked on the worker thread. None: the service's own.
            extractor_name: what it is called in results, up to 64 letters, digits, `_`, `.`, `-`; "": its class.
        """
        if extractor is not None:
            self._media.use(extractor, extractor_name)
        self._submit(self._media.drawing(batch, 0, "reference", "reference", value_range, labels, label_names))
        if self._doctor is not None:
            self._doctor.prepare()

    @guarded
    def interpolation(
        self,
        generator: Callable[[Any], Any],
        z0: Any,
        z1: Any,
        steps: int = 10,
        step: int | None = None,
        name: str = "interpolation",
        value_range: tuple[float, float] | None = None,
    ) -> None:
        """Records strips of what `generator` makes of the way from each row of `z0` to the same row of `z1`.

        It is called at once, without gradients; a module with its running statistics. All random numbers are put back.

        Args:
            generator: a module or function, (N, latent) → images. z0, z1: (K, latent), up to 16 strips. steps: 2 to 32 a strip.
            step, name, value_range: as in `samples`.
        """
        from monitor.sdk.interpolation import strips

        batch, rows = strips(generator, z0, z1, steps)
        job = self._media.drawing(batch, self._at(step), name, "interpolation", value_range, None, rows=rows)
        self._submit(job)

    @guarded
    def field(self, values: Any, bounds: Sequence[float], step: int | None = None, name: str = "discriminator") -> None:
        """Records what a function of the plane gives on a regular grid: the discriminator's output, for data of two dimensions.

        Args:
            values: (H, W) array or tensor of floats, 2 to 256 a side. `values[i, j]` belongs to the point
                (x0 + j (x1 - x0) / (W - 1), y0 + i (y1 - y0) / (H - 1)), so row 0 lies at y0.
            bounds: x0, x1, y0, y1. step: as in `samples`. name: of the function.
        """
        self._submit(self._media.plane(values, bounds, self._at(step), name))

    @guarded
    def watch(
        self,
        generator: Any = None,
        discriminator: Any = None,
        *,
        optimizers: Sequence[Any] = (),
        every: int | None = None,
        loss_scale: Any = None,
        **networks: Any,
    ) -> None:
        """Reads gradients and weights of networks, just before and after their optimizers step.

        Args:
            generator, discriminator, further networks by name: torch modules.
            optimizers: theirs; when not given, whichever optimizer holds their parameters.
            every: optimizer steps between two readings; None: as often as costs at most 0.3 % of the time for each optimizer.
            loss_scale: of mixed precision with a scaler of one's own: an object with `get_scale()`, a function, or a number, of
                what the loss is multiplied by. Torch's `GradScaler` need not be told.
        """
        from monitor.sdk.watch import Watch

        named = {"generator": generator, "discriminator": discriminator, **networks}
        modules = {name: module for name, module in named.items() if module is not None}
        self._watches.append(Watch(modules, tuple(optimizers), every, self._watched, self.guard, loss_scale))

    @guarded
    def event(self, kind: str, /, **data: Any) -> None:
        """Records that something happened at the last logged step: `run.event("lr_drop", factor=0.1)`."""
        check_name(kind)
        self._append(("e", self._step if self._step >= 0 else None, time.time(), kind, plain(data)))

    @guarded
    def on_alert(self, callback: Callback) -> None:
        """Has `callback(alert)` called when an alert of this run opens, gets worse or is over.

        It is called in the training thread, by the first `log` after the service told of it. What it raises is said, and does not
        stop the training.
        """
        if not callable(callback):
            raise InvalidValue(f"on_alert({callback!r}): a function of one alert is needed")
        self._alerts.callbacks.append(callback)

    @guarded
    def display(self, height: int = 640) -> None:
        """Shows the run in a notebook: the live page where the service can be framed, else a report. Elsewhere: its address."""
        from monitor.notebook import Embed, show

        show(Embed(self.id, self._settings, height))

    @guarded
    def finish(self, state: Literal["finished", "crashed"] = "finished", reason: str = "") -> None:
        """Ends the run: ships what is left for at most `flush_timeout` seconds; `nashboard sync` ships what then remains."""
        if self._done:
            return
        if state not in ("finished", "crashed"):
            self.guard.refuse("finish", f'finish({state!r}): "finished" or "crashed" is allowed; taken as "finished"')
            state = "finished"
        from monitor.sdk.ending import end

        end(self, state, reason)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from monitor.sdk.ending import reason_of

        reason = reason_of(error)
        self.finish("crashed" if reason else "finished", reason)

    # -- the rarer ways of log ----------------------------------------------------------------------------------------

    def _log_slowly(self, values: Mapping[str, Any], step: int) -> None:
        numbers: dict[str, float] = {}
        later: dict[str, Later] = {}
        for name, value in values.items():
            try:
                if name not in self._names:
                    check_name(name)
                    self._names.add(name)
                found = number(name, value, self._waiting.is_logits)
            except InvalidValue as error:
                self.guard.refuse(f"value {name!r} {type(value)}", f"nashboard: Run.log: {error.message}")
                continue
            if type(found) is float:
                numbers[name] = found
            elif isinstance(found, Later):
                later[name] = found
        if len(self._names) > MAX_NAMES:
            self._names = set()
        if numbers:
            self._write(step, time.time(), numbers)
        if later:
            self._read_later(later, step)

    def _read_later(self, later: dict[str, Later], step: int) -> None:
        import numpy  # noqa: F401 loaded here, since the worker thread must not (see Painter)

        if not self._worker.submit("reading tensors", (later, step, time.time()), MOST):
            self._lost += len(later)
            self.guard.say("later", f"nashboard: {MOST} calls wait for their device tensors: further ones are dropped")

    def _with_watched(self, values: Mapping[str, Any], step: int) -> dict[str, Any]:
        """Adds what `watch` read since the last call; what the loop itself logs under the same name goes before."""
        watched = self._watched.copy()
        self._watched.clear()
        now, numbers, layers = time.time(), dict[str, Any](), list[Any]()
        for name, value in watched.items():
            if type(value) is float:
                numbers[name] = value
            elif isinstance(value, tuple):  # a `Spread` or `Pictures`
                layers.append(value)
            elif not self._worker.submit("reading norms", (value, step, now), MOST):
                self._lost += 1
        if (
            layers
        ):  # left out when the worker has its hands full: the schedule is our own, nothing that was logged is lost
            kind, job = self._media.layers(layers, step, now)
            self._worker.submit(kind, job, self._settings.media_backlog)
        self._names.update(numbers)
        return numbers | dict(values)

    def _write(self, step: int, at: float, values: dict[str, float]) -> None:
        if not self._append(("s", step, at, values)):
            self._say_refused()

    def _at(self, step: int | None) -> int:
        return step_number(max(self._step, 0) if step is None else step)

    def _submit(self, job: tuple[str, Any]) -> None:
        """Leaves something to draw or to copy to the worker thread."""
        kind, what = job
        backlog = self._settings.media_backlog
        if not self._worker.submit(kind, what, backlog):
            self._lost += 1
            self.guard.say("media backlog", f"nashboard: {backlog} batches wait to be drawn: further ones are dropped")

    def _watched_over(self, info: RunInfo, journal: Journal) -> tuple[Appends, Appends]:
        """The lanes, with a doctor of our own before them when that is set."""
        if self._settings.doctor != "local":
            return journal.lanes
        from monitor.sdk.local_doctor import LocalDoctor, Tee

        self._doctor = LocalDoctor(info, self._alerts, journal.scalars.append, self.guard)
        return Tee(journal.scalars, self._doctor.show), Tee(journal.media, self._doctor.show)

    def _start_beside(self) -> None:
        """Starts the threads that look at the run and at the machine."""
        if self._doctor is not None:
            self.guard.begun(self._doctor, "the doctor")
        if self._settings.system_every:
            from monitor.sdk.environment import local_rank
            from monitor.sdk.system import SystemMetrics

            self._system = SystemMetrics(
                self._settings.system_every,
                self._journal.folder,
                local_rank(),
                lambda: self._step,
                lambda step, values: self._write(step, time.time(), dict(values)),
                self.guard,
            )
            self.guard.begun(self._system, "watching the machine")

    # -- what is said -------------------------------------------------------------------------------------------------

    def _say_refused(self) -> None:
        if self._done:
            self.guard.say("done", f"nashboard: run {self.id} is finished, what is logged after that is not recorded")
            return
        lanes = self._journal.lanes
        reason = next((lane.reason for lane in lanes if lane.reason), "no room")
        self.guard.say("refused", f"nashboard: records are being refused: {reason}. They are counted in Run.refused.")

    def _say_unknown_step(self) -> None:
        self._step_known = True
        self.guard.say(
            "unknown step",
            f"nashboard: run {self.id} was resumed without rewind_to and log was called without a step: "
            f"steps start at {self._step + 1} again",
        )

    def _abandon(self) -> None:
        """In a forked child: this copy goes inert, the parent's journal is left alone."""
        self._journal.abandon()
        from monitor.sdk.inert import InertRun

        self.__class__ = InertRun
