"""The lists beside the map: what colours mean, neighbours of the class under the cursor, all classes, numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import bar
from clftui.drawing.ramp import Ints
from clftui.state.map_model import MapModel
from clftui.state.map_side import ClassLine, Neighbours
from clftui.text import UNDEFINED, count, percent, plural, shorten

WIDTH = 31
NARROW = 24
DIGITS = 5


class PaneLayout(NamedTuple):
    """Where the list of classes lies: a screen row for each of `classes` from `y` on."""

    x: int
    y: int
    classes: tuple[int, ...]

    def class_at(self, x: int, y: int) -> int | None:
        """The class whose line a place on the screen belongs to."""
        line = y - self.y
        return self.classes[line] if x >= self.x and 0 <= line < len(self.classes) else None


def draw_pane(
    canvas: Canvas,
    x: int,
    height: int,
    model: MapModel,
    colours: Ints,
    near: Neighbours | None,
    lines: tuple[ClassLine, ...],
    about: tuple[tuple[str, str], ...],
    class_letters: tuple[str, ...],
    class_inks: Ints,
) -> PaneLayout:
    """Everything from column `x` to the right edge."""
    width = canvas.width - x - 1
    canvas.vline(x, 0, height, canvas.palette.line)
    left, room = x + 2, width - 2
    y = 0
    if not model.by_class:
        y = _draw_key(canvas, left, y, room, model, colours) + 1
    foot = about[: max(height // 5, 2)]
    if near is not None:
        most = 5 if height >= 30 else 3
        y = _draw_neighbours(canvas, left, y, room, model, near, most, class_letters, class_inks) + 1
    bottom = height - len(foot) - 1
    layout = _draw_classes(canvas, left, y, room, bottom - y, model, lines, class_letters, class_inks)
    after = layout.y + len(layout.classes) + 1
    top = max(height - len(foot), 0) if after + len(foot) > height else min(after + 1, height - len(foot))
    for line, (name, words) in enumerate(foot):
        _draw_about(canvas, left, top + line, room, name, words)
    return layout


def _draw_key(canvas: Canvas, x: int, y: int, width: int, model: MapModel, colours: Ints) -> int:
    """What the colours mean, a line each with how many points have it; the row after."""
    p, coded, key = canvas.palette, model.picture.coded, model.key
    canvas.text(x, y, f"Colour: {coded.by.value}", p.text, attrs=BOLD, width=width)
    sizes = np.bincount(model.picture.codes[model.picture.codes >= 0], minlength=len(coded.names))
    shown = [code for code in range(len(coded.names)) if sizes[code]][:8]
    for line, code in enumerate(shown, y + 1):
        canvas.text(x, line, key.letters[code] or "·", int(colours[code]), attrs=BOLD)
        canvas.text(x + 2, line, coded.names[code], p.text, width=width - 9)
        canvas.text(x, line, count(int(sizes[code])), p.muted, width=width, align="right")
    return y + 1 + len(shown)


def _draw_neighbours(
    canvas: Canvas, x: int, y: int, width: int, model: MapModel, near: Neighbours, most: int,
    letters: tuple[str, ...], inks: Ints,
) -> int:  # fmt: skip
    """The nearest classes with a bar each, full for the nearest; the row after."""
    p = canvas.palette
    canvas.text(x, y, f"Neighbours of {model.names[near.of]}", p.text, attrs=BOLD, width=width)
    basis = "answers" if near.basis == "answers alone" else "score"
    canvas.text(x, y + 1, f"by {basis} distance", p.muted, width=width)
    name_width = width - DIGITS - 3 - max(width // 3, 4)
    y += 2 if most < 5 else 3
    for line, each in enumerate(near.lines[:most], y):
        canvas.text(x, line, letters[each.cls] or " ", int(inks[each.cls]), attrs=BOLD)
        canvas.text(x + 2, line, model.names[each.cls], p.text, width=name_width)
        length = width - DIGITS - name_width - 4
        ink = p.mix(int(inks[each.cls]), p.page, 0.3)
        canvas.text(x + 3 + name_width, line, bar(each.share, length), ink)
        canvas.text(x, line, f"{each.distance:.3f}", p.muted, width=width, align="right")
    y += len(near.lines[:most])
    more = near.more + len(near.lines) - len(near.lines[:most])
    if more:
        canvas.text(x, y, f"{plural(more, 'class', 'classes')} farther", p.faint, width=width)
        y += 1
    return y


def _draw_classes(
    canvas: Canvas, x: int, y: int, width: int, height: int, model: MapModel, lines: tuple[ClassLine, ...],
    letters: tuple[str, ...], inks: Ints,
) -> PaneLayout:  # fmt: skip
    """Recall and purity of each class, the focused one in sight."""
    p = canvas.palette
    room = min(height - 1, len(lines))
    if room < 1:
        return PaneLayout(x, y, ())
    canvas.text(x, y, "Classes", p.text, attrs=BOLD)
    pure = model.cloud is not None
    canvas.text(x, y, "recall  pure" if pure else "recall", p.muted, width=width, align="right")
    here = next((at for at, each in enumerate(lines) if each.cls == model.focus), 0)
    first = max(0, min(here - room // 2, len(lines) - room))
    shown = lines[first : first + room]
    digits = 6 if pure else 0
    for row, each in enumerate(shown, y + 1):
        focused = each.cls == model.focus
        if focused:
            canvas.fill(x - 1, row, width + 2, 1, bg=p.raised)
            canvas.text(x - 1, row, "▌", p.focus)
        canvas.text(x, row, letters[each.cls] or " ", int(inks[each.cls]), attrs=BOLD)
        canvas.text(
            x + 2, row, shorten(model.names[each.cls], width - 15), p.focus if focused else p.text,
            attrs=BOLD * focused,
        )  # fmt: skip
        canvas.text(x, row, percent(each.recall, 1), p.muted, width=width - digits, align="right")
        if pure:
            canvas.text(x, row, _whole(each.purity), p.text, width=width, align="right")
    return PaneLayout(x, y + 1, tuple(each.cls for each in shown))


def _whole(share: float) -> str:
    return UNDEFINED if np.isnan(share) else percent(share, 0)


def _draw_about(canvas: Canvas, x: int, y: int, width: int, name: str, words: str) -> None:
    p = canvas.palette
    if name:
        canvas.text(x, y, name, p.muted, width=width - len(words) - 1)
        canvas.text(x, y, words, p.text, width=width, align="right")
    else:
        canvas.text(x, y, words, p.faint, width=width)
