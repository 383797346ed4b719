"""Changes to pictures whose effect on a model's answers is worth knowing. Nothing here needs torch.

A change is written as a word or `word:number`: `grayscale`, `rotate90`, `blur:2`. Every change keeps a picture's mode,
and its size but for a quarter turn of one that is not square. Chance is drawn from the picture itself: the same picture
is always changed in the same way, in whatever order and by however many threads.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from clftui.schema import valid_split
from clftui.text import sanitise

if TYPE_CHECKING:
    from PIL.Image import Image

Change = Callable[["Image"], "Image"]

_PLAIN = ("L", "RGB")
"""The modes whose pixels are plain numbers from 0 to 255; others are changed in RGB."""


class ChangeError(ValueError):
    """A change that does not exist, or not so; one sentence."""


@dataclass(frozen=True)
class Kind:
    """One kind of change."""

    words: str
    """What happens to a picture."""
    make: Callable[[float, int], Change]
    """The change, from its number and the seed of what is drawn."""
    number: str = ""
    """What the number is; empty for a kind that has none."""
    default: float = 0.0
    low: float = 0.0
    high: float = math.inf
    """Within these, both included."""


@dataclass(frozen=True)
class Perturbation:
    """A change that was asked for."""

    spec: str
    """As a person writes it, its number always there: `blur:2`."""
    words: str
    change: Change

    def __call__(self, image: Image) -> Image:
        """The changed picture, of the same mode; `image` is left as it is."""
        if image.mode in _PLAIN:
            return self.change(image)
        return self.change(image.convert("RGB")).convert(image.mode)

    def split_of(self, split: str) -> str:
        """What the split of the changed samples is called: `test-rotate90`, `test-blur2`, `test-noise0.1`."""
        name = self.spec.replace(":", "")
        whole = f"{split}-{name}"
        return whole if valid_split(whole) else f"{split}-{name.replace('.', 'p')}"


def parse_perturbation(text: str, seed: int = 0) -> Perturbation:
    """The change that `text` names; ChangeError, one sentence, where there is none."""
    name, colon, number = text.strip().partition(":")
    kind = KINDS.get(name)
    if kind is None:
        known = ", ".join(f"{each}:{one.number}" if one.number else each for each, one in KINDS.items())
        raise ChangeError(f"{sanitise(text)} is no change; there are {known}")
    if not kind.number:
        if colon:
            raise ChangeError(f"{name} takes no number; write it alone")
        return Perturbation(name, kind.words, kind.make(0.0, seed))
    try:
        value = float(number) if colon else kind.default
    except ValueError:
        value = math.nan
    if not kind.low <= value <= kind.high or math.isinf(value):
        upper = f" to {kind.high:g}" if math.isfinite(kind.high) else " or more"
        raise ChangeError(
            f"{sanitise(text)}: {kind.number} is a number, {kind.low:g}{upper}, as in {name}:{kind.default:g}"
        )
    return Perturbation(f"{name}:{value:g}", kind.words, kind.make(value, seed))


def _pillow() -> Any:
    from PIL import Image

    return Image


def _grayscale(_: float, __: int) -> Change:
    return lambda image: image.convert("L").convert(image.mode)


def _turned(name: str) -> Callable[[float, int], Change]:
    return lambda _, __: lambda image: image.transpose(getattr(_pillow().Transpose, name))


def _blur(radius: float, _: int) -> Change:
    def change(image: Image) -> Image:
        from PIL import ImageFilter

        return image.filter(ImageFilter.GaussianBlur(radius))

    return change


def _noise(spread: float, seed: int) -> Change:
    def change(image: Image) -> Image:
        given = np.asarray(image)
        drawn = _chance(image, seed).standard_normal(given.shape, dtype=np.float32)
        return _like(image, given + 255 * spread * drawn)

    return change


def _occlude(share: float, seed: int) -> Change:
    def change(image: Image) -> Image:
        width, height = image.size
        across, down = (max(1, round(side * math.sqrt(share))) for side in (width, height))
        rng = _chance(image, seed)
        left, top = int(rng.integers(width - across + 1)), int(rng.integers(height - down + 1))
        out = np.array(image)
        # Mid-grey, as transparent ground: neither a black nor a white drawing vanishes on it.
        out[top : top + down, left : left + across] = 128
        return _like(image, out)

    return change


def _jpeg(quality: float, _: int) -> Change:
    def change(image: Image) -> Image:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=round(quality))
        return _pillow().open(file).convert(image.mode)  # type: ignore[no-any-return]

    return change


def _brighter(factor: float, _: int) -> Change:
    return lambda image: _like(image, np.asarray(image, dtype=np.float32) * factor)


def _chance(image: Image, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(image.tobytes()), *image.size])


def _like(image: Image, values: Any) -> Image:
    """The values (height, width[, channels]) as a picture of the mode of `image`."""
    return _pillow().fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8)).convert(image.mode)  # type: ignore[no-any-return]


KINDS: dict[str, Kind] = {
    "grayscale": Kind("without colours", _grayscale),
    "rotate90": Kind("a quarter turn, anticlockwise", _turned("ROTATE_90")),
    "rotate180": Kind("a half turn", _turned("ROTATE_180")),
    "rotate270": Kind("a quarter turn, clockwise", _turned("ROTATE_270")),
    "flip": Kind("mirrored, left to right", _turned("FLIP_LEFT_RIGHT")),
    "blur": Kind("blurred by a Gaussian", _blur, "RADIUS", 2, 0, 100),
    "noise": Kind("Gaussian noise added", _noise, "SPREAD", 0.1, 0, 1),
    "occlude": Kind("a grey rectangle somewhere", _occlude, "SHARE", 0.25, 0, 1),
    "jpeg": Kind("pressed as JPEG", _jpeg, "QUALITY", 10, 1, 100),
    "brighter": Kind("brighter, or darker below 1", _brighter, "FACTOR", 1.5, 0, 10),
}
"""By the word that names it. RADIUS in pixels, SPREAD of the range of a channel, SHARE of the area."""

DEFAULTS = ("grayscale", "rotate90", "flip", "blur:2", "noise:0.1", "occlude:0.25")
"""What is done where a person names no change."""
