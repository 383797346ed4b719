"""Draws one character as a small picture: 20 free fonts, bent, coloured, textured and noisy.

Every picture depends on its seed alone, so a data set is the same on each machine that has the same fonts and Pillow.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE = 48
"""Width and height of a picture, pixels."""

COLOURS = 32
"""Colours of a picture: a small palette keeps the committed PNG files small, and the models see the same palette."""

BLUR = 2.0
"""Radius of the blurred test split, pixels."""

_CANVAS = 2 * SIDE
_FONT_ROOT = Path("/usr/share/fonts")

FONTS: dict[str, str] = {
    "DejaVu Sans": "truetype/dejavu/DejaVuSans.ttf",
    "DejaVu Sans Mono Bold": "truetype/dejavu/DejaVuSansMono-Bold.ttf",
    "DejaVu Serif": "truetype/dejavu/DejaVuSerif.ttf",
    "Liberation Mono": "truetype/liberation2/LiberationMono-Regular.ttf",
    "Liberation Sans Bold": "truetype/liberation2/LiberationSans-Bold.ttf",
    "Liberation Serif Bold Italic": "truetype/liberation2/LiberationSerif-BoldItalic.ttf",
    "FreeSans Oblique": "truetype/freefont/FreeSansOblique.ttf",
    "FreeSerif": "truetype/freefont/FreeSerif.ttf",
    "FreeMono Bold": "truetype/freefont/FreeMonoBold.ttf",
    "Lato Black": "truetype/lato/Lato-Black.ttf",
    "Lato Light": "truetype/lato/Lato-Light.ttf",
    "Inconsolata": "truetype/inconsolata/Inconsolata.otf",
    "Comfortaa Bold": "truetype/comfortaa/Comfortaa-Bold.ttf",
    "Lobster": "opentype/lobster/lobster.otf",
    "Breip": "truetype/breip/Breip.ttf",
    "EB Garamond Bold": "opentype/ebgaramond/EBGaramond12-Bold.otf",
    "Courier Prime": "opentype/courier-prime/Courier Prime.otf",
    "League Spartan Bold": "opentype/league-spartan/LeagueSpartan-Bold.otf",
    "Vollkorn": "truetype/vollkorn/Vollkorn-Regular.ttf",
    "Leckerli One": "truetype/leckerli-one/LeckerliOne-Regular.ttf",
}

DEBIAN_PACKAGES = (
    "fonts-dejavu-core fonts-dejavu-extra fonts-liberation2 fonts-freefont-ttf fonts-lato fonts-inconsolata "
    "fonts-comfortaa fonts-lobster fonts-breip fonts-ebgaramond fonts-courier-prime fonts-league-spartan "
    "fonts-vollkorn fonts-leckerli-one"
)

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Glyph:
    """One picture, (48, 48, 3) bytes, and the font it was drawn with."""

    pixels: Pixels
    font: str


def draw_glyph(character: str, seed: tuple[int, ...]) -> Glyph:
    """The picture of `character` that belongs to `seed`; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    font = list(FONTS)[int(rng.integers(len(FONTS)))]
    shape = np.asarray(_bent(_shape(character, font, rng), rng), dtype=np.float64)[:, :, None] / 255
    back, ink = _two_colours(rng)
    picture = _texture(back, 40, rng) * (1 - shape) + _texture(ink, 24, rng) * shape
    picture = _scratch(picture, rng)
    image = Image.fromarray(_bytes(picture))
    if rng.random() < 0.35:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.4, 0.9))))
    noisy = np.asarray(image, dtype=np.float64) + rng.standard_normal((SIDE, SIDE, 1)) * rng.uniform(3, 24)
    return Glyph(limit_palette(_bytes(noisy)), font)


def blurred(pixels: Pixels) -> Pixels:
    """The same picture, out of focus."""
    return limit_palette(np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(BLUR))))


def limit_palette(pixels: Pixels) -> Pixels:
    """The picture with at most `COLOURS` colours, (48, 48, 3)."""
    return np.asarray(palette_image(pixels).convert("RGB"))


def palette_image(pixels: Pixels) -> Image.Image:
    """The picture as a palette image, for a small PNG; lossless once its palette is limited."""
    exact = Image.fromarray(pixels).convert("RGB")
    distinct = len(np.unique(pixels.reshape(-1, 3), axis=0))
    if distinct <= COLOURS:
        # Median cut may merge neighbours; an adaptive palette as large as the picture's own colours is exact only
        # when it is built from them.
        return _indexed(pixels)
    return exact.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def missing_fonts() -> list[str]:
    """Font files that are not installed; the README names the Debian packages."""
    return [path for path in FONTS.values() if not (_FONT_ROOT / path).is_file()]


def _indexed(pixels: Pixels) -> Image.Image:
    palette, index = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    image = Image.fromarray(index.reshape(SIDE, SIDE).astype(np.uint8), mode="P")
    image.putpalette(palette.astype(np.uint8).tobytes())
    return image


@cache
def _cap_height(font: str) -> float:
    """Height of a capital H as a share of the font's size: fonts of one size differ by a third."""
    top, bottom = ImageFont.truetype(str(_FONT_ROOT / FONTS[font]), 200).getbbox("H")[1::2]
    return (bottom - top) / 200


@cache
def _font(font: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT_ROOT / FONTS[font]), size)


def _shape(character: str, font: str, rng: np.random.Generator) -> Image.Image:
    """The character in white on black, twice as large as the picture."""
    cap_height = 0.58 * _CANVAS * rng.uniform(0.76, 1.18)
    image = Image.new("L", (_CANVAS, _CANVAS))
    place = (_CANVAS * rng.uniform(0.44, 0.56), _CANVAS * rng.uniform(0.68, 0.75))
    size = round(cap_height / _cap_height(font))
    ImageDraw.Draw(image).text(place, character, fill=255, font=_font(font, size), anchor="ms")
    return image


def _bent(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Turned, slanted, stretched and bent by a 3 x 3 mesh whose knots are moved; brought to the picture's size."""
    angle, slant = rng.normal(0, 0.15), rng.normal(0, 0.15)
    stretch_x, stretch_y = rng.uniform(0.85, 1.15, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[stretch_x, slant], [0.0, stretch_y]])
    steps = np.linspace(0, 1, 4) - 0.5
    knots = np.stack(np.meshgrid(steps, steps), axis=-1)  # (row, column, xy)
    source = (knots @ matrix.T + 0.5) * _CANVAS + rng.normal(0, 2.5, knots.shape)
    edges = np.linspace(0, SIDE, 4).astype(int)
    mesh = []
    for row in range(3):
        for column in range(3):
            box = (int(edges[column]), int(edges[row]), int(edges[column + 1]), int(edges[row + 1]))
            corners = (
                source[row, column],
                source[row + 1, column],
                source[row + 1, column + 1],
                source[row, column + 1],
            )
            mesh.append((box, tuple(float(value) for corner in corners for value in corner)))
    return image.filter(ImageFilter.BoxBlur(0.5)).transform(
        (SIDE, SIDE), Image.Transform.MESH, mesh, Image.Resampling.BILINEAR
    )


def _two_colours(rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Two colours whose brightness differs by 40 to 180 of 255; either may be the lighter."""
    weights = np.array([0.299, 0.587, 0.114])
    back = rng.uniform(15, 240, 3)
    while True:
        ink = rng.uniform(0, 255, 3)
        if 40 <= abs(float((ink - back) @ weights)) <= 180:
            return back, ink


def _texture(colour: Floats, depth: float, rng: np.random.Generator) -> Floats:
    """A (48, 48, 3) surface around `colour`: plain, a gradient, stripes, checks or blots, up to `depth` deep."""
    y, x = np.mgrid[0:SIDE, 0:SIDE] / SIDE
    choice, turn = int(rng.integers(5)), rng.uniform(0, 2 * np.pi)
    along = np.cos(turn) * x + np.sin(turn) * y
    if choice == 0:
        pattern = np.zeros((SIDE, SIDE))
    elif choice == 1:
        pattern = 2 * along - np.cos(turn) - np.sin(turn)
    elif choice == 2:
        pattern = np.sin(2 * np.pi * rng.uniform(3, 10) * along)
    elif choice == 3:
        cells = rng.uniform(3, 8)
        pattern = np.sign(np.sin(2 * np.pi * cells * x) * np.sin(2 * np.pi * cells * y))
    else:
        coarse = Image.fromarray(rng.integers(0, 256, (7, 7)).astype(np.uint8))
        pattern = np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=np.float64) / 127.5 - 1
    direction = rng.normal(1, 0.4, 3)
    surface: Floats = colour + rng.uniform(0.3, 1) * depth * pattern[:, :, None] * direction
    return surface


def _scratch(picture: Floats, rng: np.random.Generator) -> Floats:
    """In four of ten pictures a thin straight line crosses; it may close a gap or look like a stroke."""
    if rng.random() >= 0.4:
        return picture
    layer = Image.new("L", (_CANVAS, _CANVAS))
    ends = rng.uniform(0, _CANVAS, 4).tolist()
    ImageDraw.Draw(layer).line(ends, fill=255, width=int(rng.integers(1, 4)))
    alpha = np.asarray(layer.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float64)[:, :, None] / 255
    crossed: Floats = picture * (1 - alpha) + rng.uniform(0, 255, 3) * alpha
    return crossed


def _bytes(values: Floats) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
