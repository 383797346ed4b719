"""Decoding: every kind of image data sets hold, upright and 8 bits deep; everything else a sentence."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from clftui.data.images import MAX_PIXELS, Picture, Unreadable, read_image

HALVES = np.zeros((20, 40, 3), np.uint8)
HALVES[:, 20:] = 255


def same(width: int, height: int) -> tuple[int, int]:
    return width, height


def picture(path: Path, target: Any = same) -> Picture:
    found = read_image(path, target)
    assert isinstance(found, Picture), found
    return found


def trouble(path: Path | str) -> Unreadable:
    found = read_image(path, same)
    assert isinstance(found, Unreadable)
    assert found.sentence.endswith(".")
    assert found.sentence.count("\n") == 0
    assert 0 < len(found.word) <= 10
    return found


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_header(path: Path, width: int, height: int) -> Path:
    """A PNG that claims a size and holds next to nothing."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b""))
    return path


@pytest.mark.parametrize("ending", ["png", "bmp", "ppm", "gif", "tif", "webp"])
def test_lossless_formats_keep_their_pixels(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    options: dict[str, Any] = {"lossless": True} if ending == "webp" else {}
    Image.fromarray(HALVES).save(path, **options)
    assert np.array_equal(picture(path).pixels, HALVES)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "I", "F"])
def test_any_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    grey = HALVES[..., 0]
    if mode == "I;16":
        image = Image.fromarray(grey.astype(np.uint16) * 257)
    elif mode == "I":
        image = Image.fromarray(grey.astype(np.int32) * 257)
    elif mode == "F":
        image = Image.fromarray(grey.astype(np.float32) / 255)
    else:
        image = Image.fromarray(HALVES).convert(mode)
    path = tmp_path / ("a.tif" if mode in ("CMYK", "F", "I") else "a.png")
    image.save(path)
    found = picture(path)
    assert found.pixels.shape == HALVES.shape
    assert np.abs(found.pixels.astype(int) - HALVES).max() <= 1
    assert found.grey == (mode in ("1", "L", "LA", "I;16", "I", "F"))


@pytest.mark.parametrize(("top", "shown"), [(255, 255), (4095, 255), (60000, 233)])
def test_deep_grey_is_scaled_by_the_depth_that_holds_it(tmp_path: Path, top: int, shown: int) -> None:
    values = np.zeros((4, 4), np.uint16)
    values[0, 0] = top
    Image.fromarray(values).save(tmp_path / "a.png")
    assert picture(tmp_path / "a.png").pixels[0, 0, 0] == pytest.approx(shown, abs=1)


def test_negative_numbers_are_stretched(tmp_path: Path) -> None:
    Image.fromarray(np.array([[-5.0, 0.0], [5.0, np.nan]], np.float32)).save(tmp_path / "a.tif")
    assert picture(tmp_path / "a.tif").pixels[..., 0].tolist() == [[0, 128], [255, 128]]


def test_transparent_pixels_lie_on_grey(tmp_path: Path) -> None:
    pixels = np.zeros((4, 4, 4), np.uint8)
    pixels[0, 0] = (255, 0, 0, 255)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    found = picture(tmp_path / "a.png").pixels
    assert found[0, 0].tolist() == [255, 0, 0]
    assert found[3, 3].tolist() == [128, 128, 128]


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_exif_orientation(tmp_path: Path, ending: str, turn: int) -> None:
    ways = Image.Transpose
    stored = (None, None, ways.FLIP_LEFT_RIGHT, ways.ROTATE_180, ways.FLIP_TOP_BOTTOM, ways.TRANSPOSE,
              ways.ROTATE_90, ways.TRANSVERSE, ways.ROTATE_270)[turn]  # fmt: skip
    upright = np.zeros((20, 40, 3), np.uint8)
    upright[:10, :10] = 255
    image = Image.fromarray(upright)
    exif = Image.Exif()
    exif[0x0112] = turn
    (image if stored is None else image.transpose(stored)).save(tmp_path / f"a.{ending}", exif=exif)
    found = picture(tmp_path / f"a.{ending}", lambda w, h: (w // 2, h // 2))
    assert (found.width, found.height) == (40, 20)
    assert found.pixels.shape == (10, 20, 3)
    assert np.abs(found.pixels.astype(int) - upright[::2, ::2]).mean() < 10


def test_shrinking_takes_the_mean_of_what_a_pixel_covers(tmp_path: Path) -> None:
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:, ::2] = 200
    Image.fromarray(pixels).save(tmp_path / "a.png")
    assert (picture(tmp_path / "a.png", lambda w, h: (4, 2)).pixels == 100).all()
    grown = picture(tmp_path / "a.png", lambda w, h: (32, 4)).pixels
    assert grown.shape == (4, 32, 3)


def test_a_large_jpeg_is_decoded_at_a_fraction(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (3000, 3000, 3), dtype=np.uint8)).save(tmp_path / "a.jpg", quality=30)
    found = picture(tmp_path / "a.jpg", lambda w, h: (28, 14))
    assert (found.width, found.height) == (3000, 3000)
    assert found.pixels.shape == (14, 28, 3)


@pytest.mark.parametrize("size", [(20_000, 20_000), (10_000, 10_000), (MAX_PIXELS // 100 + 1, 100)])
def test_huge_images_are_refused_from_the_header(tmp_path: Path, size: tuple[int, int]) -> None:
    found = trouble(write_header(tmp_path / "a.png", *size))
    assert found.word == "too large"
    assert "50 million" in found.sentence


def test_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    whole = tmp_path / "whole.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)).save(whole)
    (tmp_path / "cut.png").write_bytes(whole.read_bytes()[:3000])
    (tmp_path / "noise.png").write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "empty.png").touch()
    os.mkfifo(tmp_path / "pipe.png")
    expected = {
        "cut.png": "damaged", "noise.png": "no image", "text.png": "no image", "empty.png": "empty",
        "pipe.png": "no file", "gone.png": "missing", ".": "no file", "whole.png/below.png": "missing",
    }  # fmt: skip
    assert {name: trouble(tmp_path / name).word for name in expected} == expected
    assert "--images" in trouble(tmp_path / "gone.png").sentence
    assert trouble("a\0b.png").word == "no path"


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.fromarray(HALVES).save(tmp_path / "a.png")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert trouble(tmp_path / "a.png").word == "no access"


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"\xff\xd8\xff", b"II*\0"])
)
def test_no_bytes_ever_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes, magic: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.img"
    path.write_bytes(magic + data)
    assert isinstance(read_image(path, lambda w, h: (4, 4)), Picture | Unreadable)


def test_words(tmp_path: Path) -> None:
    Image.fromarray(HALVES[..., 0]).save(tmp_path / "a.png")
    assert picture(tmp_path / "a.png").words == "40 × 20 grey"
