"""The nearest samples of the one that shows, split by split, with a cursor."""

from __future__ import annotations

from collections.abc import Mapping

from clftui.analysis.nearest import Distance
from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.sample_detail_nearest import Neighbour, Neighbours
from clftui.text import UNDEFINED, sanitise, shorten


def neighbours_height(found: Neighbours | None, each: int) -> int:
    """Rows with at most `each` neighbours of a split."""
    if found is None or not found.splits:
        return 2
    return 1 + sum(1 + min(each, len(lines)) for _, lines in found.splits) + len(found.notes)


def draw_neighbours(
    canvas: Canvas,
    x: int,
    y: int,
    width: int,
    height: int,
    found: Neighbours | None,
    split: str,
    true: str | None,
    cursor: int,
    distance: Distance,
    labels: Mapping[str, str],
) -> dict[int, int]:
    """A line a neighbour: id, class (bright where it is another one than `true`), distance, `=` or `≈`.

    `labels` says what the hierarchy calls classes. Returns the number of the neighbour in each row that shows one.
    """
    p, rows = canvas.palette, dict[int, int]()
    canvas.text(x, y, "Nearest samples", p.text, attrs=BOLD)
    if found is None:
        canvas.text(x, y, "searching…", p.faint, width=width, align="right")
        return rows
    head = f"{distance.value}, epoch {found.epoch}" if found.epoch is not None else ""
    canvas.text(x + 16, y, head, p.faint, width=width - 16, align="right")
    if not found.splits:
        canvas.text(x, y + 1, "the run has logged no features", p.faint, width=width)
        return rows
    each = _fitting(found, height)
    at, number = y + 1, 0
    for name, lines in found.splits:
        if at >= y + height:
            break
        canvas.text(x, at, f"in {name}" if name != split else f"in {name}, this split", p.faint, width=width)
        at += 1
        for line in lines[:each]:
            if at < y + height:
                rows[at] = number + lines.index(line)
                _draw_line(canvas, x, at, width, line, labels, line.true != true, rows[at] == cursor)
            at += 1
        number += len(lines)
    for note in found.notes:
        if at < y + height:
            canvas.text(x, at, sanitise(note), p.faint, width=width)
        at += 1
    return rows


def _fitting(found: Neighbours, height: int) -> int:
    """How many lines of each split have room."""
    most = max((len(lines) for _, lines in found.splits), default=0)
    return next((each for each in range(most, 0, -1) if neighbours_height(found, each) <= height), 1)


def _draw_line(
    canvas: Canvas, x: int, y: int, width: int, line: Neighbour, labels: Mapping[str, str], other: bool, focused: bool
) -> None:
    p = canvas.palette
    if focused:
        canvas.fill(x, y, width, 1, bg=p.raised)
        canvas.text(x - 1, y, "▌", p.focus)
    far = UNDEFINED if line.distance != line.distance else short(line.distance)
    words = "same bytes" if line.same_file else "near-duplicate" if line.near_duplicate else ""
    tail = f"{line.mark} {words}" if words else far
    ink = p.focus if focused else p.text
    room = max(6, min(12, width - len(tail) - 10))
    canvas.text(x, y, f"#{shorten(line.sample, room - 1, middle=True)}", ink, attrs=BOLD * focused)
    name = sanitise(labels.get(line.true, line.true)) if line.true is not None else "no label"
    canvas.text(x + room + 1, y, shorten(name, width - room - len(tail) - 3), p.text if other else p.muted)
    canvas.text(x, y, tail, p.worse if words else p.muted, attrs=BOLD * bool(words), width=width, align="right")


def short(value: float) -> str:
    """Three significant digits without a leading zero: `.00412`, `.0900`, `4.13`, `153`."""
    if value == 0:
        return "0"
    text = f"{value:#.3g}".rstrip(".") if 1e-4 <= value < 1e4 else f"{value:.1e}"
    return text[1:] if text.startswith("0.") else text
