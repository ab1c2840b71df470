"""`nashboard train-extractor`: a small classifier of labelled data, whose features and opinions measure samples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor.errors import InvalidValue
from monitor.settings import ServiceSettings, home, load

if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]


@click.command("train-extractor")
@click.argument("name")
@click.option("--run", help="Id of a run of this folder's service whose reference has labels.")
@click.option(
    "--data", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A .npz with images and labels."
)
@click.option("--dir", "folder", help="Folder of the service. [NASHBOARD_DIR, else ~/.nashboard]")
@click.option("--seed", default=0, show_default=True, help="Of the first weights and of what is held out.")
def train_extractor(name: str, run: str | None, data: Path | None, folder: str | None, seed: int) -> None:
    """Trains a small classifier and keeps it as the extractor NAME.

    Runs then use it by monitor.init(extractor=NAME), all of a service by NASHBOARD_EXTRACTOR.
    """
    from monitor import extractors
    from monitor.extractors.classifier import train

    if not extractors.NAME.fullmatch(name) or name in extractors.BUILT_IN:
        raise InvalidValue(
            f"{name!r} can't be the name of an extractor: letters, digits, _, . and - but none that is built in"
        )
    if (run is None) == (data is None):
        raise InvalidValue("labelled data are needed: either --run or --data")
    root = home(load(ServiceSettings, {"dir": folder}))
    batch, labels = _of_run(root, run) if run is not None else _of_file(data)  # type: ignore[arg-type]
    found = train(batch, labels, name, seed)
    path = root / "extractors" / f"{name}.npz"
    path.parent.mkdir(parents=True, exist_ok=True)
    found.save(path)
    click.echo(
        f"{path}: {len(found.classes)} classes, {len(batch)} samples; {found.accuracy:.1%} of those held out are told right"
    )


def _of_file(path: Path) -> tuple[Array, Array]:
    import numpy

    try:
        with numpy.load(path, allow_pickle=False) as held:
            images = next((held[key] for key in ("images", "samples", "x", "data") if key in held), None)
            labels = next((held[key] for key in ("labels", "y", "targets", "target") if key in held), None)
    except (OSError, ValueError) as error:
        raise InvalidValue(f"{path} can't be read as .npz: {error}") from None
    if images is None or labels is None or images.ndim not in (2, 3, 4) or labels.dtype.kind not in "iu":
        raise InvalidValue(
            f"{path}: arrays `images`, (N, D), (N, H, W) or (N, C, H, W), and `labels`, whole numbers, are needed"
        )
    return (images[:, None] if images.ndim == 3 else images), labels


def _of_run(root: Path, run: str) -> tuple[Array, Array]:
    """The reference of a run, as the service stored it."""
    import numpy

    from monitor.storage.batches import reference_of
    from monitor.storage.blobs import Blobs
    from monitor.storage.database import open_engine, url_of

    engine = open_engine(url_of(root))
    try:
        with engine.begin() as connection:
            stored = reference_of(connection, run)
    finally:
        engine.dispose()
    if stored is None or not stored.labels:
        what = "no reference" if stored is None else "a reference without labels: run.reference(images, labels=…)"
        raise InvalidValue(f"run {run!r} in {root} has {what}")
    flat = numpy.fromfile(Blobs(root / "blobs").path(stored.blob), "u1" if stored.dtype == "uint8" else "<f4")
    return flat.reshape(stored.shape), numpy.array(stored.labels)
