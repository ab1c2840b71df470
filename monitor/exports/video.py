"""A grid through training as a moving picture."""

from __future__ import annotations

import importlib
import io
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
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
FINE = 10  # quantiser of H.264: 0 is without loss, 51 the coarsest


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
    """H.264 by imageio-ffmpeg's own ffmpeg. A file that was there stays as it was until the new one is whole.

    Raises:
        InvalidValue: imageio-ffmpeg is not installed or has no ffmpeg, or the file can't be written.
    """
    try:
        ffmpeg: Any = importlib.import_module("imageio_ffmpeg")
    except ModuleNotFoundError:
        raise InvalidValue(
            "MP4 needs imageio-ffmpeg, which is not installed: pip install 'nashboard[video]', or --gif"
        ) from None
    if not path.parent.is_dir():
        raise InvalidValue(f"{path} can't be written: there is no folder {path.parent}")
    part = path.with_name(f".{path.name}.part.mp4")  # ffmpeg tells the format by the ending
    try:
        _encode(ffmpeg.get_ffmpeg_exe(), frames(run, grids), part, rate)
        part.replace(path)
    except (RuntimeError, OSError) as error:
        raise InvalidValue(f"{path} can't be written as MP4: {error}") from None
    finally:
        part.unlink(missing_ok=True)


def _encode(ffmpeg: str, pictures: Iterator[Image], path: Path, rate: float) -> None:
    """Has ffmpeg write pictures of one size, the last one for `HOLD` seconds more.

    Raises:
        OSError: it could not; with the last thing that it said.
    """
    first = next(pictures)
    given = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{first.width}x{first.height}", "-r", f"{rate:g}", "-i", "-")
    wanted = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-qp", str(FINE), str(path))
    with (
        tempfile.TemporaryFile() as told,
        subprocess.Popen([ffmpeg, "-y", "-v", "error", *given, *wanted], stdin=subprocess.PIPE, stderr=told) as process,
    ):
        assert process.stdin
        try:
            last = first
            for last in chain([first], pictures):
                process.stdin.write(last.tobytes())
            for _ in range(int(HOLD * rate)):
                process.stdin.write(last.tobytes())
            process.stdin.close()
        except BrokenPipeError:  # it has ended: its exit code and its words say why
            with suppress(BrokenPipeError):
                process.stdin.close()
        if code := process.wait():
            told.seek(0)
            lines = told.read().decode(errors="replace").strip().splitlines()
            raise OSError(lines[-1] if lines else f"ffmpeg ended with exit code {code}")


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
