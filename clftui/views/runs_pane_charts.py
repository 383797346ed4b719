"""The charts among the lower panes of the Runs view: training curves, and complexity against accuracy."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from clftui.data.run import Run
from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.runs_curves import RunCurves, SplitCurve, curves
from clftui.state.runs_pane import COST_WORDS
from clftui.state.runs_pareto import Tradeoff, tradeoff
from clftui.state.session import Session
from clftui.text import percent, plural, rate, sanitise, signed
from clftui.views.view import follow
from clftui.widgets.runs_curves import Chart, Line, draw_chart
from clftui.widgets.runs_pareto import Cloud, draw_cloud, short_number
from clftui.widgets.runs_title import draw_title
from clftui.widgets.sentence import wrapped

_QUIET = 0.45
"""How far lines of runs that are not focused are mixed into the page."""
_LEAST_CHART = 8
_BETWEEN = 2
_LIST = 36
_ARMS = 9
"""Columns of an interval: `91.0–95.1`."""
_WIDEST_LIST = 60


def shown_runs(session: Session) -> list[Run]:
    """The runs whose curves are drawn: A to D, the pinned and the focused one, which comes last and on top."""
    keys = [run.key for _, run in session.lettered]
    keys += [key for key in (session.runs.pinned_run, session.selection.run) if key is not None]
    found = {key: run for key in keys if (run := session.catalog.run(key)) is not None}
    last = session.selection.run
    return sorted(found.values(), key=lambda run: run.key == last)


def draw_curves(
    canvas: Canvas, y: int, height: int, session: Session, letters: dict[str, str], others: tuple[str, ...]
) -> bool:
    """Accuracy and loss of the lettered runs and the focused one; returns whether some are still being read."""
    runs = shown_runs(session)
    read = [(run, curves(session, run)) for run in runs]
    pending = any(each is None for _, each in read)
    known = [(run, each) for run, each in read if each is not None and _grown(each)]
    held_out = next((each.validation for run, each in reversed(known) if each.validation), "")
    single = " ".join(letters.get(run.key, run.name) for run, each in read if each is not None and not _grown(each))
    about = f"{held_out or 'validation'} ───  train · · ·" + (f"  {single}: one epoch" if single and known else "")
    draw_title(canvas, y, "Training curves", about, others)
    if not known:
        words = "reading …" if pending else "These runs have one epoch each: there is no curve to draw."
        canvas.text(3, y + 2, words, canvas.palette.muted, width=canvas.width - 4)
        return pending
    lines = min(len(known), max(height - 1 - _LEAST_CHART, 1))
    _draw_charts(canvas, y + 1, height - 1 - lines, session, known, letters)
    # The focused run first, which is the last of those drawn, then by letter.
    for number, (run, each) in enumerate([known[-1], *known[:-1]][:lines]):
        _draw_words(canvas, y + height - lines + number, session, run, each, letters)
    return pending


def _grown(each: RunCurves) -> bool:
    return any(len(curve.epochs) > 1 for curve in each.splits.values())


def _draw_charts(
    canvas: Canvas, y: int, height: int, session: Session, known: list[tuple[Run, RunCurves]], letters: dict[str, str]
) -> None:
    width = (canvas.width - 2 - _BETWEEN) // 2
    focused = next((each for run, each in known if run.key == session.selection.run), None)
    onset = focused.overfit_from if focused is not None else None
    for number, (name, title) in enumerate((("accuracy", "accuracy, %"), ("loss", "loss"))):
        lines = [
            line for run, each in known for line in _lines(canvas, session, run, each, name, letters.get(run.key, ""))
        ]
        words = f"over-fits from {onset}" if onset is not None else ""
        chart = Chart(title, tuple(lines), name == "accuracy", onset, words, session.selection.epoch)
        draw_chart(canvas, 1 + number * (width + _BETWEEN), y, width, height, chart)


def _lines(canvas: Canvas, session: Session, run: Run, each: RunCurves, name: str, letter: str) -> Iterable[Line]:
    p, focused = canvas.palette, run.key == session.selection.run
    colour = p.runs["ABCD".index(letter)] if letter else p.text
    colour = colour if focused else p.mix(colour, p.page, _QUIET)
    best = each.best_epoch if name == "accuracy" else each.least_loss_epoch
    for curve, learnt in ((each.learnt, True), (each.held_out, False)):
        if curve is not None:
            yield Line(
                np.array(curve.epochs, dtype=np.float64),
                curve.accuracy if name == "accuracy" else curve.loss,
                colour,
                "" if learnt else letter or ("●" if focused else ""),
                thick=focused and not learnt,
                spaced=learnt,
                best=None if learnt else best,
            )


def _draw_words(canvas: Canvas, y: int, session: Session, run: Run, each: RunCurves, letters: dict[str, str]) -> None:
    p, letter = canvas.palette, letters.get(run.key)
    focused = run.key == session.selection.run
    if letter is not None:
        canvas.text(1, y, letter, p.runs["ABCD".index(letter)], attrs=BOLD)
    used = 3 + canvas.text(3, y, run.name, p.text if focused else p.muted, attrs=BOLD if focused else 0,
                           width=max(canvas.width // 6, 10), middle=True)  # fmt: skip
    words, bad = curve_words(each, session.selection.epoch)
    if bad:
        used += 2 + canvas.text(used + 2, y, bad, p.worse, width=canvas.width - used - 3)
    canvas.text(used + 2, y, words, p.muted, width=canvas.width - used - 3)


def curve_words(each: RunCurves, epoch: int | None = None) -> tuple[str, str]:
    """A run's curves in words, and what is bad about them: best epochs, at a pinned epoch its values, over-fitting."""
    held_out, found = each.held_out, each.overfit
    if held_out is None or len(held_out.epochs) < 2:
        return "one epoch", ""
    parts = []
    if each.best_epoch is not None:
        parts.append(f"best {percent(_at(held_out, each.best_epoch)[0])} in {each.best_epoch}")
    if each.least_loss_epoch is not None:
        parts.append(f"loss lowest {_at(held_out, each.least_loss_epoch)[1]:.3g} in {each.least_loss_epoch}")
    if epoch is not None and epoch in held_out.epochs:
        accuracy, loss = _at(held_out, epoch)
        parts.append(f"epoch {epoch}: {percent(accuracy)}" + (f", loss {loss:.3g}" if math.isfinite(loss) else ""))
    if found is not None:
        return " · ".join(parts), f"▼ over-fits from {each.overfit_from}, loss {signed(100 * found.rise, 0)} %"
    if each.learnt is None or not np.isfinite(each.learnt.loss).any():
        parts.append("no training loss to tell over-fitting by")
    return " · ".join(parts), ""


def _at(curve: SplitCurve, epoch: int) -> tuple[float, float]:
    at = curve.epochs.index(epoch)
    return float(curve.accuracy[at]), float(curve.loss[at])


def draw_complexity(
    canvas: Canvas, y: int, height: int, session: Session, split: str, letters: dict[str, str], others: tuple[str, ...]
) -> None:
    """The scatter of all runs that say what they cost, and beside it the Pareto front as a list."""
    shown = tradeoff(session)
    about = f"{shown.unit.label}, log; ◆ Pareto front"
    about += f"; {plural(shown.silent, 'run says', 'runs say')} none" if shown.silent and shown.runs else ""
    draw_title(canvas, y, f"Complexity against accuracy on {split}", about, others)
    if not shown.runs:
        for number, line in enumerate(wrapped(f"No run says what its model costs; {COST_WORDS}", canvas.width - 5, 3)):
            canvas.text(3, y + 2 + number, line, canvas.palette.muted)
        return
    beside = _LIST if canvas.width < 110 else min(canvas.width // 3, _WIDEST_LIST)
    beside = beside if canvas.width >= 72 else 0
    focused = shown.place(session.selection.run)
    marks = tuple((at, letters[run.key]) for at, run in enumerate(shown.runs) if run.key in letters)
    if focused is not None and shown.runs[focused].key not in letters:
        marks = (*marks, (focused, "●"))
    cloud = Cloud(shown.cost, shown.accuracy, shown.front, marks, focused, shown.unit.label)
    draw_cloud(canvas, 1, y + 1, canvas.width - 2 - beside - (2 if beside else 0), height - 1, cloud)
    if beside:
        _draw_front(canvas, canvas.width - beside - 1, y + 1, beside, height - 1, shown, letters, focused)


def _draw_front(
    canvas: Canvas, x: int, y: int, width: int, height: int, shown: Tradeoff, letters: dict[str, str],
    focused: int | None,
) -> None:  # fmt: skip
    """The runs on the front, the cheapest first; the focused one stays in sight."""
    p, ladder = canvas.palette, shown.ladder
    rows = max(height - 1, 1)
    first = follow(0, ladder.index(focused), rows, len(ladder)) if focused in ladder else 0
    more = f", {first + 1}–{first + rows} of {len(ladder)}" if len(ladder) > rows else ""
    canvas.text(x, y, f"Pareto front{more}", p.muted, width=width)
    for line, at in enumerate(ladder[first : first + rows], y + 1):
        run, here = shown.runs[at], at == focused
        letter = letters.get(run.key)
        ink = p.runs["ABCD".index(letter)] if letter is not None else p.text
        canvas.text(x, line, letter or "◆", ink, attrs=BOLD if letter is not None else 0)
        value, arms = rate(float(shown.accuracy[at]), float(shown.low[at]), float(shown.high[at]))
        numbers = f"{short_number(float(shown.cost[at]))} {value:>6}"
        room = width - 2 - len(numbers) - 1 - _ARMS - 1
        canvas.text(x + 2, line, sanitise(run.name), p.text, attrs=BOLD if here else 0, width=max(room, 4), middle=True)
        canvas.text(x + width - _ARMS - 1 - len(numbers), line, numbers, p.text)
        if len(arms) <= _ARMS:
            canvas.text(x + width - _ARMS, line, arms, p.faint)
