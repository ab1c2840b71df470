"""The demo from start to end."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from trainer.demo.children import Children
from trainer.demo.recipes import RECIPES
from trainer.demo.screen import Screen
from trainer.demo.service import DemoError, Service, service
from trainer.demo.training import Training, start

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Wishes:
    """What the user asked for. None: the default, and the demo may choose another where that does not do."""

    steps: int
    seed: int
    port: int | None
    home: Path | None
    exit: bool


async def play(wishes: Wishes, screen: Screen, default_home: Path) -> int:
    """Runs the demo; gives the exit code: 0 when nothing failed and nothing was lost, else 1.

    Raises:
        DemoError: it could not start, or the service ended.
    """
    asked_to_stop = asyncio.Event()
    for number in SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    screen.say("Starting …")
    async with Children(wishes.home or default_home) as children:
        show = asyncio.create_task(_show(wishes, screen, children))
        stop = asyncio.create_task(asked_to_stop.wait())
        await asyncio.wait((show, stop), return_when=asyncio.FIRST_COMPLETED)
        screen.stop_bars()
        stop.cancel()
        if show.done():
            return show.result()
        screen.say("Stopping …")
        show.cancel()
        with suppress(asyncio.CancelledError):
            await show
    return 1 if wishes.exit else 0


async def _show(wishes: Wishes, screen: Screen, children: Children) -> int:
    at, remark = await service(children, wishes.port, wishes.home)
    if remark:
        screen.say(remark)
    screen.address(at.url)
    ended = asyncio.create_task(_service_end(at))
    trained = asyncio.create_task(_train(wishes, screen, children, at))
    try:
        await asyncio.wait((trained, ended), return_when=asyncio.FIRST_COMPLETED)
        if ended.done():
            await ended
        code = await trained
        if not wishes.exit:
            screen.say(f"The trainings are over; {at.url} stays up until Ctrl-C.")
            await ended
        return code
    finally:
        trained.cancel()
        ended.cancel()


async def _train(wishes: Wishes, screen: Screen, children: Children, at: Service) -> int:
    """Both trainings side by side, and the summary."""
    group = time.strftime("demo-%Y%m%d-%H%M%S")
    trainings = [Training(recipe, wishes.steps) for recipe in RECIPES]
    for training in trainings:
        screen.say(f"{training.recipe.name}: {training.recipe.about}")
    screen.bars(trainings)
    processes = [await start(training.recipe, at, children, wishes.seed, group, wishes.steps) for training in trainings]
    await asyncio.gather(*(t.follow(child, screen.moved) for t, child in zip(trainings, processes, strict=True)))
    await asyncio.gather(*(training.compare(at) for training in trainings))
    screen.stop_bars()
    screen.summary(trainings, at.url)
    for training in trainings:
        if not training.done:
            screen.say(f"{training.recipe.name} ended early:\n  " + "\n  ".join(training.said))
    return 0 if all(training.done and training.lost == 0 for training in trainings) else 1


async def _service_end(at: Service) -> None:
    """Waits for as long as the service lives.

    Raises:
        DemoError: it has ended; with what it said last.
    """
    if at.child is None:
        await asyncio.Event().wait()
    else:
        async for _ in at.child.lines():
            pass
        raise DemoError("the service has ended:\n  " + "\n  ".join(at.child.said))
