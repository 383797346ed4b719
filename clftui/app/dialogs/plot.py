"""The curves of the Epochs view on the whole screen, with axes that name every value: drawn by plotext."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static
from textual_plotext import PlotextPlot

from clftui.drawing.palette import Palette
from clftui.state.epochs_detail import Curve, Detail
from clftui.state.selection import LETTERS
from clftui.text import sanitise

if TYPE_CHECKING:
    from textual_plotext.plot import Plot

Rgb = tuple[int, int, int]

TICKS = 12
"""Epochs that the axis names, at most."""


class PlotDialog(ModalScreen[None]):
    """Any key closes it."""

    DEFAULT_CSS = """
    PlotDialog { background: $background; }
    #plot-title { height: 1; padding: 0 1; }
    PlotextPlot { height: 1fr; }
    """

    def __init__(self, shown: Detail, palette: Palette) -> None:
        super().__init__()
        self._shown, self._palette = shown, palette

    def compose(self) -> ComposeResult:
        words = f"{self._shown.title}, lines {sanitise(self._shown.split)}"
        words += f", dots {sanitise(self._shown.other)}" if self._shown.other else ""
        yield Static(f"{words}; any key closes", id="plot-title", markup=False)
        yield PlotextPlot()

    def on_mount(self) -> None:
        draw_curves(self.query_one(PlotextPlot).plt, self._shown, self._palette)

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss()


def draw_curves(plt: Plot, shown: Detail, palette: Palette) -> None:
    """Every curve in its run's hue with its letter where it ends; shares in per cent, undefined epochs left out."""
    plt.clear_figure()
    colourful = palette.colourful
    if colourful:
        plt.canvas_color(_rgb(palette.page))
        plt.axes_color(_rgb(palette.page))
        plt.ticks_color(_rgb(palette.muted))
    scale = 100.0 if shown.is_share else 1.0
    for curve in shown.curves:
        points = [(e, v * scale) for e, v in zip(curve.epochs, curve.values.tolist(), strict=True) if math.isfinite(v)]
        if not points:
            continue
        epochs, values = [e for e, _ in points], [v for _, v in points]
        colour = _rgb(_hue(curve, palette)) if colourful else None
        if curve.dotted:
            plt.scatter(epochs, values, marker="dot", color=colour)
        else:
            plt.plot(epochs, values, marker="braille", color=colour)
        plt.text(curve.letter or sanitise(curve.run.name)[:12], epochs[-1], values[-1], color=colour)
        if curve.focused and curve.shown is not None and not curve.dotted:
            plt.vline(curve.epochs[curve.shown], color=_rgb(palette.focus) if colourful else None)
    plt.xlabel("epoch")
    plt.ylabel("%" if shown.is_share else "samples")
    plt.grid(False, False)
    every = [epoch for curve in shown.curves for epoch in curve.epochs]
    if every:
        plt.xticks(list(range(min(every), max(every) + 1, max(1, (max(every) - min(every)) // TICKS + 1))))


def _hue(curve: Curve, palette: Palette) -> int:
    return palette.runs[LETTERS.index(curve.letter)] if curve.letter else palette.text


def _rgb(colour: int) -> Rgb:
    return colour >> 16 & 255, colour >> 8 & 255, colour & 255
