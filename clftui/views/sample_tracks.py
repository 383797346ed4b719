"""A sample's predicted class in every epoch of every run, as rows of letters."""

from __future__ import annotations

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.class_tree import class_words
from clftui.state.sample_answers import RunAnswer, Track, track
from clftui.state.sample_ids import class_tags
from clftui.state.session import Session
from clftui.text import shorten, take

NAME = 14
COUNTS = 18


def tracks_height(session: Session, answers: tuple[RunAnswer, ...]) -> int:
    """Rows the block takes: 0 where no run has a second epoch."""
    split = session.selection.split
    several = split is not None and any(len(item.run.epochs(split)) > 1 for item in answers)
    return len(answers) + 3 if several else 0


def draw_tracks(canvas: Canvas, y: int, width: int, session: Session, answers: tuple[RunAnswer, ...]) -> None:
    """A titled block at `y`: an axis of epochs, then a row a run, with epochs wrong and flips at the right."""
    p = canvas.palette
    canvas.hline(0, y + 1, width, p.line)
    canvas.text(1, y + 1, " Predicted class by epoch ", p.text, attrs=BOLD)
    rows = [(item, _track(item)) for item in answers]
    longest = max((found.epochs for _, found in rows if found is not None), key=len, default=())
    room = width - NAME - COUNTS - 2
    cell = 2 if 2 * len(longest) <= room else 1
    first = max(0, len(longest) - room // cell)
    _draw_axis(canvas, y + 2, cell, longest, first, width)
    for number, (item, found) in enumerate(rows):
        at = y + 3 + number
        if item.letter is not None:
            canvas.text(1, at, item.letter, p.runs["ABCD".index(item.letter)], attrs=BOLD)
        canvas.text(3, at, shorten(item.run.name, NAME - 4, middle=True), p.muted)
        if found is None:
            canvas.text(NAME, at, "reading epochs…" if item.answer is not None else f"– {item.missing}", p.faint)
            continue
        _draw_cells(canvas, NAME, at, cell, class_tags(class_words(session, item.run.classes)), found, first)
        counts = f"{found.wrong} of {found.seen}"
        canvas.text(width - COUNTS, at, counts, p.text if found.wrong else p.muted, width=9, align="right")
        flips = str(found.flips) if found.seen > 1 else "–"
        canvas.text(width - 8, at, flips, p.muted, width=6, align="right")


def _track(item: RunAnswer) -> Track | None:
    if item.evaluation is None or item.position is None:
        return None
    return track(item.run, item.evaluation, item.position)


def _draw_axis(canvas: Canvas, y: int, cell: int, epochs: tuple[int, ...], first: int, width: int) -> None:
    p, free = canvas.palette, 0
    for index in range(first, len(epochs)):
        x = NAME + (index - first) * cell
        if x >= free and (index == first or epochs[index] % 5 == 0):
            free = x + canvas.text(x, y, str(epochs[index]), p.faint) + 1
    canvas.text(width - COUNTS, y, "wrong", p.faint, width=9, align="right")
    canvas.text(width - 8, y, "flips", p.faint, width=6, align="right")


def _draw_cells(canvas: Canvas, x: int, y: int, cell: int, tags: tuple[str, ...], found: Track, first: int) -> None:
    """A cell an epoch: the predicted class's letter on the colour of right or wrong."""
    p = canvas.palette
    right, wrong = p.mix(p.page, p.better, 0.42), p.mix(p.page, p.worse, 0.62)
    for index in range(first, len(found.epochs)):
        predicted = int(found.predicted[index])
        if predicted == -2:
            continue
        good = predicted == found.true
        paper = (right if good else wrong) if p.colourful else p.page
        at = x + (index - first) * cell
        canvas.fill(at, y, cell, 1, bg=paper)
        tag = take(tags[predicted], cell) if predicted >= 0 else "–"
        ink = p.ink(paper) if p.colourful else (p.better if good else p.worse)
        canvas.text(at, y, tag, ink, attrs=BOLD if good else 0)
