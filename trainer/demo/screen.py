"""What the demo shows on the terminal: the address, two bars, a summary."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from trainer.demo.training import Training


class Screen:
    """Everything that the demo prints. Without a terminal there are no bars, and no line is wrapped."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        if not self._console.is_terminal:
            self._console.width = 160
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def say(self, text: str) -> None:
        """One paragraph, above the bars."""
        self._console.print(text, soft_wrap=True, markup=False)

    def address(self, url: str) -> None:
        """The address, so that nobody can miss it."""
        text = f"Nashboard is at {url}"
        if self._console.is_terminal:
            self._console.print(
                Panel.fit(f"[bold]{text}[/bold]\nOpen it in a browser. Ctrl-C ends the demo.", padding=(1, 4))
            )
        else:
            self.say(text)

    def bars(self, trainings: Sequence[Training]) -> None:
        """Starts one bar for each training."""
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[losses]}"),
            TimeRemainingColumn(),
            console=self._console,
        )
        for training in trainings:
            name = training.recipe.name
            self._tasks[name] = self._bars.add_task(name, total=training.steps, losses="starting …")
        if self._console.is_terminal:
            self._bars.start()

    def moved(self, training: Training) -> None:
        """Moves a training's bar."""
        if self._bars is not None and training.step:
            self._bars.update(
                self._tasks[training.recipe.name],
                completed=training.step,
                losses=f"D {training.discriminator:7.3f}  G {training.generator:7.3f}",
            )

    def stop_bars(self) -> None:
        """Leaves the bars as they are."""
        if self._bars is not None and self._bars.live.is_started:
            self._bars.stop()

    def summary(self, trainings: Sequence[Training], url: str) -> None:
        """A table of what became of the trainings."""
        table = Table("run", "steps", "loss D", "loss G", "points stored", "points lost")
        for training in trainings:
            table.add_row(
                training.recipe.name,
                f"{training.step} of {training.steps}",
                f"{training.discriminator:.3f}",
                f"{training.generator:.3f}",
                "?" if training.stored is None else f"{training.stored:,}",
                "?" if training.lost is None else f"{training.lost:,}",
            )
        self._console.print(table)
        for training in trainings:
            self.say(f"{training.recipe.name}: {url}/runs/{training.run}")
        self.say(f"side by side: {url}/compare?runs={','.join(training.run for training in trainings)}")
