"""Data from files: what is in them arrives, and what is wrong with them is said."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image

from monitor.errors import InvalidValue
from trainer import data
from trainer.config import Config

PIXELS = numpy.random.default_rng(0).integers(0, 256, (6, 8, 8), dtype=numpy.uint8)


def idx(array: numpy.ndarray[Any, Any]) -> bytes:
    return bytes((0, 0, 8, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


HUGE = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000, 8), }"


def same(name: Path, pixels: numpy.ndarray[Any, Any] = PIXELS) -> None:
    found = data.load(str(name))
    expected = torch.from_numpy(pixels.astype("float32")) / 127.5 - 1
    torch.testing.assert_close(found.samples, expected.unsqueeze(1) if pixels.ndim == 3 else expected)
    assert data.source(str(name)).shape == found.shape


def test_numpys_files(tmp_path: Path) -> None:
    numpy.save(tmp_path / "bytes.npy", PIXELS)
    numpy.savez(tmp_path / "many.npz", labels=numpy.arange(6), images=PIXELS)
    numpy.savez_compressed(tmp_path / "one.npz", whatever=PIXELS[..., None])
    for name in ("bytes.npy", "many.npz", "one.npz"):
        same(tmp_path / name)
    numpy.save(tmp_path / "unit.npy", PIXELS / 255)
    numpy.save(tmp_path / "signed.npy", PIXELS / 127.5 - 1)
    for name in ("unit.npy", "signed.npy"):
        same(tmp_path / name)
    points = numpy.random.default_rng(1).normal(size=(20, 3)) * 50
    numpy.save(tmp_path / "points.npy", points)
    found = data.load(str(tmp_path / "points.npy"))
    torch.testing.assert_close(found.samples, torch.from_numpy(points).float())  # rows stay as they are
    assert Config.of(data=str(tmp_path / "points.npy")).model == "mlp"
    assert Config.of(data=str(tmp_path / "bytes.npy")).model == "dcgan"


def test_idx_files(tmp_path: Path) -> None:
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx(PIXELS))
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx(PIXELS)))
    same(tmp_path / "train-images-idx3-ubyte")
    same(tmp_path / "train-images-idx3-ubyte.gz")


def test_a_folder_of_images(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    Image.fromarray(PIXELS[0]).save(tmp_path / "a.png")
    Image.fromarray(PIXELS[1]).save(tmp_path / "deeper" / "b.png")
    (tmp_path / "notes.txt").write_text("no image")
    same(tmp_path, PIXELS[:2])
    Image.new("RGB", (21, 40), (255, 0, 0)).save(tmp_path / "c.png")
    data._kept.cache_clear()  # the folder changed
    found = data.load(str(tmp_path))
    assert found.shape == (3, 8, 8)  # one is in colour, and the least side is 8
    torch.testing.assert_close(found.samples[1, :, 0, 0], torch.tensor([1.0, -1.0, -1.0]))


def test_grey_of_sixteen_bits_and_turned_photographs(tmp_path: Path) -> None:
    Image.fromarray((PIXELS[0].astype(numpy.uint16) << 8) + 7).save(tmp_path / "a.png")
    turned = Image.fromarray(PIXELS[1])
    exif = turned.getexif()
    exif[0x0112] = 3  # upside down
    turned.save(tmp_path / "b.png", exif=exif)
    same(tmp_path, numpy.stack([PIXELS[0], PIXELS[1][::-1, ::-1]]))


def test_the_spiral_is_two_arms_from_the_middle() -> None:
    points = data.load("spiral", 3).samples
    assert torch.equal(points, data.load("spiral", 3).samples)
    assert not torch.equal(points, data.load("spiral", 4).samples)
    radius = points.norm(dim=1)
    assert 0.95 < float(radius.quantile(0.99)) < 1.1
    turned = torch.atan2(points[:, 1], points[:, 0]) - 2 * torch.pi * 1.5 * radius  # 0 or π on an arm
    away = torch.sin(turned).abs()[radius > 0.5]
    assert float(away.median()) < 0.2


BAD: dict[str, tuple[str, Any, str]] = {
    "empty folder": ("pictures/", None, "has no images"),
    "broken image": ("pictures/x.png", b"not an image", r"x\.png can't be read as an image"),
    "small image": ("pictures/x.png", Image.new("L", (4, 9)), r"x\.png is 4 pixels wide or high, 8 are the least"),
    "unknown kind": ("x.csv", b"1,2", "is of no known kind"),
    "nothing there": ("x.npy", None, "there is no file or folder"),
    "broken npy": ("x.npy", b"\x93NUMPY\x01\x00 broken", r"x\.npy can't be read"),
    "objects": ("x.npy", numpy.array([{}, []], dtype=object), "can't be read"),
    "broken npz": ("x.npz", b"PK\x03\x04 broken", r"x\.npz can't be read"),
    "no array": ("x.npz", zipped("notes.txt", b"hello"), "holds a member that is no array"),
    "too large": ("x.npy", b"\x93NUMPY\x01\x00v\x00" + HUGE.ljust(117).encode() + b"\n", r"x\.npy can't be read"),
    "words": ("x.npy", numpy.array([["a", "b"]]), "holds <U1, numbers are needed"),
    "wrong axes": ("x.npy", numpy.zeros(5), r"has the shape \(5,\); \(N, D\)"),
    "wrong channels": ("x.npy", numpy.zeros((5, 4, 9, 9)), r"has the shape \(5, 4, 9, 9\)"),
    "NaN": ("x.npy", numpy.array([[1.0, numpy.nan]]), "holds NaN or infinite values"),
    "odd range": ("x.npy", numpy.full((2, 8, 8), -7.0), "holds pixels from -7 to -7; 0 to 255"),
    "labels": ("t10k-labels-idx1-ubyte", idx(numpy.arange(9, dtype=numpy.uint8)), "holds labels"),
    "cut idx": ("train-images-idx3-ubyte", idx(PIXELS)[:-1], "has 383 bytes of pixels, its header says 384"),
    "cut header": ("train-images-idx3-ubyte", idx(PIXELS)[:9], "ends within its header"),
    "no idx": ("train-images-idx3-ubyte", b"GIF89a", "starts with 47 49 46 38: IDX images"),
    "no gzip": ("train-images-idx3-ubyte.gz", b"GIF89a", "can't be read"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_wrong_with_a_file_is_said(case: str, tmp_path: Path) -> None:
    name, content, message = BAD[case]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, Image.Image):
        content.save(path)
    elif content is not None:
        numpy.save(path, content, allow_pickle=True)
    elif name.endswith("/"):
        path.mkdir()
    with pytest.raises(InvalidValue, match=message):
        data.load(str(path.parent if name.startswith("pictures/x") else path))


def test_torchvision_is_never_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NASHBOARD_DATA_ROOT", str(tmp_path))
    with pytest.raises(InvalidValue, match="torchvision"):
        data.load("torchvision:MNIST")
