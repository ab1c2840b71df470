"""A grid through training as a moving picture."""

from __future__ import annotations

import importlib
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.errors import InvalidValue, NotFound
from monitor.sources.stored import StoredRun
from monitor.wire import SampleInfo

if TYPE_CHECKING:
    from PIL.Image import Image

CAPTION = 18  # pixels below the grid, for the step
GROUND, INK = (250, 250, 250), (60, 60, 60)
HOLD = 1.5  # seconds that the last picture stays
PIXELS = 2048  # of the longer side


def chosen(run: StoredRun, name: str | None, most: int) -> list[SampleInfo]:
    """The grids of that name (None: the fixed one, else the first) by step, at most so many, evenly taken, both ends among them.

    Raises:
        NotFound: there is no such grid; the message names those that there are.
    """
    grids = [one for one in run.samples() if one.kind != "reference"]
    names = list(dict.fromkeys(one.name for one in grids))
    steady = next((one.name for one in grids if one.kind == "fixed"), names[0] if names else None)
    wanted = name or steady
    found = [one for one in grids if one.name == wanted]
    if not found:
        raise NotFound(f"{run.where} has no grid {wanted!r}; it has {', '.join(names) or 'none'}")
    if len(found) <= most:
        return found
    return [found[place * (len(found) - 1) // (most - 1)] for place in range(most)]


def to_gif(run: StoredRun, grids: list[SampleInfo], path: Path, rate: float) -> None:
    """An animated GIF that goes round for ever. `rate`: pictures a second."""
    pictures = frames(run, grids)
    first = next(pictures)
    spans = [round(1000 / rate)] * (len(grids) - 1) + [round(1000 * max(HOLD, 1 / rate))]
    first.save(path, "GIF", save_all=True, append_images=pictures, duration=spans, loop=0, optimize=False)


def to_mp4(run: StoredRun, grids: list[SampleInfo], path: Path, rate: float) -> None:
    """H.264 by imageio-ffmpeg's own ffmpeg.

    Raises:
        InvalidValue: imageio-ffmpeg is not installed, or has no ffmpeg.
    """
    try:
        ffmpeg: Any = importlib.import_module("imageio_ffmpeg")
    except ModuleNotFoundError:
        raise InvalidValue(
            "MP4 needs imageio-ffmpeg, which is not installed: pip install 'nashboard[video]', or --gif"
        ) from None
    pictures = frames(run, grids)
    first = next(pictures)
    try:
        writer = ffmpeg.write_frames(str(path), first.size, fps=rate, macro_block_size=2, quality=8)
        writer.send(None)
        last = first
        for last in chain([first], pictures):
            writer.send(last.tobytes())
        for _ in range(int(HOLD * rate)):
            writer.send(last.tobytes())
        writer.close()
    except (RuntimeError, OSError) as error:
        raise InvalidValue(f"{path} can't be written as MP4: {error}") from None


def frames(run: StoredRun, grids: list[SampleInfo]) -> Iterator[Image]:
    """RGB pictures of one size, the first one's; each with its step below."""
    from PIL import Image, ImageDraw

    size: tuple[int, int] | None = None
    for grid in grids:
        with Image.open(io.BytesIO(run.blob(grid.hash))) as opened:
            picture = opened.convert("RGB")
        picture.thumbnail((PIXELS, PIXELS))
        if size is None:
            size = (picture.width + picture.width % 2, picture.height + CAPTION + picture.height % 2)
        elif picture.size != (size[0] - size[0] % 2, size[1] - CAPTION):
            picture.thumbnail((size[0], size[1] - CAPTION))
        whole = Image.new("RGB", size, GROUND)
        whole.paste(picture, (0, 0))
        ImageDraw.Draw(whole).text((4, size[1] - CAPTION + 3), f"step {grid.step:,}", fill=INK)
        yield whole
