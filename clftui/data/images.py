"""Decodes sample images for the screen: small, upright, 8-bit RGB; whatever is wrong with a file becomes a sentence.

Pillow is imported at the first image. Nothing here raises: a broken file costs one thumbnail, not the view.
"""

from __future__ import annotations

import os
import re
import stat
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image as PillowImage

Pixels = NDArray[np.uint8]
Target = Callable[[int, int], tuple[int, int]]
"""From an image's upright width and height in pixels to the width and height wanted."""

MAX_PIXELS = 50_000_000
"""More than this is refused from the header alone: 20,000 x 20,000 would take 1.2 GB to show as a stamp."""
LARGE_PIXELS = 4_000_000
"""Images from here on are decoded one at a time, whatever the number of threads."""

_PLUGINS = ("Jpeg", "Png", "Gif", "Bmp", "Ppm", "WebP", "Tiff", "Jpeg2K", "Avif")
"""The formats data sets use; Pillow's rarer readers have had most of its memory-safety holes."""
_GROUND = 128
"""The grey under transparent pixels: neither a black nor a white drawing vanishes on it."""
_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION = 0x0112
_one_large = threading.Lock()


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded image at the size that was asked for."""

    pixels: Pixels
    """(height, width, 3) uint8 RGB."""
    width: int
    height: int
    """Of the file, upright, in pixels."""
    grey: bool

    @property
    def words(self) -> str:
        """`28 × 28 grey`."""
        return f"{self.width:,} × {self.height:,}{' grey' if self.grey else ''}"


@dataclass(frozen=True)
class Unreadable:
    """Why there is no picture."""

    word: str
    """One or two words for a thumbnail: `missing`, `too large`."""
    sentence: str


def read_image(path: str | os.PathLike[str], target: Target) -> Picture | Unreadable:
    """The image at `path`, upright by its EXIF orientation, resized to `target(width, height)`.

    Only the first frame is read. 16-bit and floating point images are scaled to 8 bits, transparent pixels lie on
    mid-grey. Areas are averaged when shrinking and interpolated (cubic) when growing.
    """
    try:
        trouble = _check_file(path)
        return trouble if trouble is not None else _decode(Path(path), target)
    except Exception as error:  # Pillow's readers raise whatever a damaged file makes them raise.
        return _explain(path, error)


def read_original(path: str | os.PathLike[str], mode: str | None = "RGB") -> PillowImage.Image | Unreadable:
    """The image at `path` as a model gets it: whole, upright, in a mode of Pillow's (None = its own)."""
    try:
        return _check_file(path) or _original(Path(path), mode)
    except Exception as error:  # As in `read_image`.
        return _explain(path, error)


def image_size(path: str | os.PathLike[str]) -> tuple[int, int] | None:
    """Width and height of the image at `path`, upright, from its header; None where it cannot be read."""
    try:
        if _check_file(path) is not None:
            return None
        image_module, formats = _pillow()
        with Path(path).open("rb") as file, image_module.open(file, formats=formats) as image:
            turn = _orientation(image)
            width, height = image.size
    except Exception:  # As in `read_image`.
        return None
    return (height, width) if turn in _SIDEWAYS else (width, height)


def _original(path: Path, mode: str | None) -> PillowImage.Image | Unreadable:
    image_module, formats = _pillow()
    with path.open("rb") as file, image_module.open(file, formats=formats) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            return _too_large(path, f"{width:,} × {height:,} pixels")
        upright = _turned(image, _orientation(image))
        return upright.copy() if mode is None else upright.convert(mode)


def _check_file(path: str | os.PathLike[str]) -> Unreadable | None:
    """Why a path cannot even be opened; a pipe or a device would block for ever."""
    try:
        info = os.stat(path)  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError):
        return Unreadable("missing", f"{os.fspath(path)} does not exist; name the folder with --images if it moved.")
    except PermissionError:
        return Unreadable("no access", f"{os.fspath(path)} may not be read; check its permissions.")
    except (OSError, ValueError) as error:
        return Unreadable("no path", f"{os.fspath(path)} cannot be opened ({error}).")
    if not stat.S_ISREG(info.st_mode):
        return Unreadable("no file", f"{os.fspath(path)} is not a file.")
    if info.st_size == 0:
        return Unreadable("empty", f"{os.fspath(path)} is empty.")
    return None


@lru_cache(maxsize=1)
def _pillow() -> tuple[ModuleType, tuple[str, ...]]:
    """Pillow's Image module and the formats it can read here."""
    import importlib

    from PIL import Image

    for name in _PLUGINS:
        try:
            importlib.import_module(f"PIL.{name}ImagePlugin")
        except ImportError:
            continue
    wanted = {"JPEG", "PNG", "GIF", "BMP", "PPM", "WEBP", "TIFF", "JPEG2000", "AVIF"}
    return Image, tuple(sorted(wanted & set(Image.OPEN)))


def _decode(path: Path, target: Target) -> Picture | Unreadable:
    image_module, formats = _pillow()
    # A warning about a data file would be printed over the screen; what matters becomes a sentence anyway. Not done
    # once for all, because others (tests, say) save and restore the list of filters.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    with path.open("rb") as file, image_module.open(file, formats=formats) as image:
        width, height = image.size
        if width * height > MAX_PIXELS:
            return _too_large(path, f"{width:,} × {height:,} pixels")
        if width * height < LARGE_PIXELS:
            return _convert(image, target)
        with _one_large:
            return _convert(image, target)


def _convert(image: PillowImage.Image, target: Target) -> Picture:
    turn = _orientation(image)
    size = image.size
    upright = size[::-1] if turn in _SIDEWAYS else size
    grey = image.mode in ("1", "L", "LA", "I", "F") or image.mode.startswith("I;")
    wanted = tuple(max(1, side) for side in target(*upright))
    across, down = wanted[::-1] if turn in _SIDEWAYS else wanted
    # A JPEG can be decoded at 1/2, 1/4 or 1/8 of its size, which is most of the work saved.
    image.draft(None, (2 * across, 2 * down))
    small = _resize(_eight_bit(image), across, down)
    pixels = np.asarray(_turned(small, turn), dtype=np.uint8)
    return Picture(pixels, upright[0], upright[1], grey)


def _orientation(image: PillowImage.Image) -> int:
    if image.format == "TIFF":
        image.load()  # Pillow turns this format upright itself, and only then is its size the upright one.
        return 1
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # Damaged EXIF data is no reason not to show the pixels.
        return 1
    return turn if isinstance(turn, int) and 1 <= turn <= 8 else 1


def _turned(image: PillowImage.Image, turn: int) -> PillowImage.Image:
    """The image upright, by the eight orientations of the EXIF standard."""
    ways = _pillow()[0].Transpose
    method = (
        None,
        None,
        ways.FLIP_LEFT_RIGHT,
        ways.ROTATE_180,
        ways.FLIP_TOP_BOTTOM,
        ways.TRANSPOSE,
        ways.ROTATE_270,
        ways.TRANSVERSE,
        ways.ROTATE_90,
    )[turn]
    return image if method is None else image.transpose(method)


def _eight_bit(image: PillowImage.Image) -> PillowImage.Image:
    """Any mode as RGB."""
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        return _from_deep(np.asarray(image))
    if image.mode in ("LA", "La", "RGBA", "RGBa", "PA") or "transparency" in image.info:
        solid: PillowImage.Image = _pillow()[0].new("RGBA", image.size, (_GROUND, _GROUND, _GROUND, 255))
        solid.alpha_composite(image.convert("RGBA"))
        image = solid
    return image if image.mode == "RGB" else image.convert("RGB")


def _from_deep(values: NDArray[Any]) -> PillowImage.Image:
    """Grey values of more than 8 bits as RGB: by the smallest of 8, 12 and 16 bits, or 0..1, that holds them all.

    Anything else, negative numbers say, is stretched from its least to its greatest value.
    """
    image: PillowImage.Image
    finite = np.nan_to_num(np.asarray(values, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    whole = values.dtype.kind in "iu"
    limits = (255.0, 4095.0, 65535.0) if whole else (1.0, 255.0, 65535.0)
    limit = next((limit for limit in limits if low >= 0 and high <= limit), None)
    if limit is None:
        finite -= low
        limit = max(high - low, 1e-12)
    image = _pillow()[0].fromarray((finite * (255.0 / limit) + 0.5).astype(np.uint8))
    return image.convert("RGB")


def _resize(image: PillowImage.Image, across: int, down: int) -> PillowImage.Image:
    """Each axis by itself: the mean of what a new pixel covers where it shrinks, cubic where it grows."""
    ways = _pillow()[0].Resampling
    for size in ((across, image.height), (across, down)):
        if size != image.size:
            shrinks = size[0] * size[1] < image.width * image.height
            image = image.resize(size, ways.BOX if shrinks else ways.BICUBIC)
    return image


def _too_large(path: str | os.PathLike[str], what: str) -> Unreadable:
    limit = MAX_PIXELS // 1_000_000
    return Unreadable(
        "too large", f"{os.fspath(path)} has {what}, more than the {limit} million that are shown; shrink a copy."
    )


def _explain(path: str | os.PathLike[str], error: Exception) -> Unreadable:
    """A sentence about an exception of Pillow's."""
    name = os.fspath(path)
    kind = type(error).__name__
    if kind.startswith("DecompressionBomb"):
        pixels = re.search(r"\((\d+) pixels\)", str(error))
        return _too_large(path, f"{int(pixels[1]) // 1_000_000:,} million pixels" if pixels else "too many pixels")
    if kind == "UnidentifiedImageError":
        return Unreadable("no image", f"{name} is no image that clftui knows (JPEG, PNG, GIF, BMP, PPM, WebP, TIFF).")
    if isinstance(error, PermissionError):
        return Unreadable("no access", f"{name} may not be read; check its permissions.")
    if isinstance(error, MemoryError):
        return Unreadable("too large", f"{name} does not fit into memory.")
    if isinstance(error, ImportError):
        return Unreadable("no Pillow", f"Images need Pillow, which cannot be imported ({error}).")
    cause = " ".join(str(error).split())[:120] or kind
    return Unreadable("damaged", f"{name} is damaged ({cause}).")
