"""Colours as numbers: packed 0xRRGGBB ints, OKLab, ramps and the level of a value on a ramp.

OKLab: Björn Ottosson, "A perceptual color space for image processing", 2020; contrast: WCAG 2.2, section 1.4.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

STEPS = 256
DARK_INK = 0x0B0E11
LIGHT_INK = 0xF4F6F8

COUNT_EXPONENT = 1.55
"""Bends the logarithm of counts so that single mistakes stay quiet."""
FAINTEST = 1 / 64
"""The least level of a value above 0: a single mistake among a million stays visible."""

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LMS = np.linalg.inv(_TO_LMS)
_FROM_LAB = np.linalg.inv(_TO_LAB)
_GRID = np.arange(256) / 255
_LINEAR = np.where(_GRID <= 0.04045, _GRID / 12.92, ((_GRID + 0.055) / 1.055) ** 2.4)


def pack(rgb: ArrayLike) -> Ints:
    """(..., 3) channels 0..255 -> (...) packed colours."""
    channels = np.asarray(rgb).astype(np.int32)
    packed: Ints = channels[..., 0] << 16 | channels[..., 1] << 8 | channels[..., 2]
    return packed


def unpack(colour: ArrayLike) -> NDArray[np.uint8]:
    """(...) packed colours -> (..., 3) channels 0..255."""
    packed = np.asarray(colour)
    return np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], axis=-1).astype(np.uint8)


def to_oklab(colour: ArrayLike) -> Floats:
    """(...) packed colours -> (..., 3) OKLab; lightness in 0..1."""
    lab: Floats = np.cbrt(_LINEAR[unpack(colour)] @ _TO_LMS.T) @ _TO_LAB.T
    return lab


def from_oklab(lab: ArrayLike) -> Ints:
    """(..., 3) OKLab -> (...) packed colours, clipped to sRGB."""
    linear = np.clip((np.asarray(lab, dtype=float) @ _FROM_LAB.T) ** 3 @ _FROM_LMS.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return pack(np.rint(encoded * 255))


def interpolate(stops: Sequence[int], steps: int = STEPS) -> Ints:
    """`steps` packed colours from the first stop to the last, evenly spaced stops, straight lines in OKLab."""
    lab = to_oklab(np.asarray(stops))
    at = np.linspace(0, len(stops) - 1, steps)
    ramp = from_oklab(np.stack([np.interp(at, np.arange(len(stops)), lab[:, axis]) for axis in range(3)], axis=-1))
    ramp.setflags(write=False)
    return ramp


def luminance(colour: ArrayLike) -> Floats:
    """(...) packed colours -> (...) relative luminance in 0..1 (WCAG)."""
    light: Floats = _LINEAR[unpack(colour)] @ np.array([0.2126, 0.7152, 0.0722])
    return light


def contrast(first: ArrayLike, second: ArrayLike) -> Floats:
    """Contrast ratio of two colours, 1..21 (WCAG)."""
    a, b = luminance(first), luminance(second)
    ratio: Floats = (np.maximum(a, b) + 0.05) / (np.minimum(a, b) + 0.05)
    return ratio


# Where both inks contrast alike with the paper.
_INK_TURNS = float(np.sqrt((luminance(DARK_INK) + 0.05) * (luminance(LIGHT_INK) + 0.05)) - 0.05)


def inks(paper: ArrayLike) -> Ints:
    """The ink, dark or light, that contrasts more with each paper colour."""
    return np.where(luminance(paper) > _INK_TURNS, DARK_INK, LIGHT_INK).astype(np.int32)


def blend(first: ArrayLike, second: ArrayLike, share: ArrayLike) -> Ints:
    """`first` moved by `share` (0..1) towards `second`, per sRGB channel; arrays broadcast."""
    a, b = unpack(first).astype(float), unpack(second).astype(float)
    return pack(np.rint(a + (b - a) * np.asarray(share, dtype=float)[..., None]))


def count_level(counts: ArrayLike, maximum: float, scale: str = "log", exponent: float = 0.35) -> Floats:
    """Level 0..1 of each value on a ramp that ends at `maximum`; 0 stays 0, NaN stays NaN, 1 is already visible.

    `scale`: "log" = (log(1 + v) / log(1 + maximum)) ** 1.55, "linear" = v / maximum, "exponent" = (v / maximum) **
    `exponent`; an exponent below 1 lifts small values (ConfusionFlow, Hinterreiter et al. 2020). "clip" is linear up to
    `exponent` * maximum and full from there.
    """
    values = np.asarray(counts, dtype=float)
    if not maximum > 0:
        return np.where(np.isnan(values), np.nan, 0.0)
    clipped = np.clip(values, 0, maximum)
    if scale == "log":
        level: Any = (np.log1p(clipped) / np.log1p(maximum)) ** COUNT_EXPONENT
    elif scale == "linear":
        level = clipped / maximum
    elif scale == "exponent":
        level = (clipped / maximum) ** exponent
    elif scale == "clip":
        level = np.minimum(clipped / (exponent * maximum), 1.0)
    else:
        raise ValueError(f"no scale {scale!r}; choose log, linear, exponent or clip")
    visible: Floats = np.where(values > 0, np.maximum(level, FAINTEST), level)
    return visible


def shade(ramp: Ints, levels: ArrayLike, blank: int) -> Ints:
    """The ramp's colour of each level 0..1; level 0 and NaN become `blank`."""
    level = np.asarray(levels, dtype=float)
    shown = level > 0
    index = np.rint(np.clip(np.where(shown, level, 0), 0, 1) * (len(ramp) - 1)).astype(np.intp)
    return np.where(shown, ramp[index], blank).astype(np.int32)


def diverge(worse_arm: Ints, better_arm: Ints, levels: ArrayLike, blank: int) -> Ints:
    """Colours of signed levels: above 0 on the worse arm, below 0 on the better arm; 0 and NaN become `blank`."""
    level = np.asarray(levels, dtype=float)
    return np.where(level > 0, shade(worse_arm, level, blank), shade(better_arm, -level, blank)).astype(np.int32)
