"""Samples as a grid of thumbnails: where each one lies, and what it looks like."""

from __future__ import annotations

from dataclasses import dataclass

from clftui.drawing.canvas import Canvas
from clftui.state.sample_answers import Answer, Verdict, track
from clftui.state.sample_ids import class_tags
from clftui.state.sample_list import SampleList
from clftui.state.sample_past import MARK, marks
from clftui.state.sample_tags import Tag
from clftui.state.selection import Part
from clftui.state.session import Session
from clftui.text import sanitise
from clftui.views import sample_badges
from clftui.views.sample_parts import caption, captions, draw_strip, short_caption, verdict_colour, visible_answers
from clftui.widgets.thumbnail import Thumbnails

SIZES = ((8, 4), (14, 7), (20, 10), (28, 14))
"""Cells of a thumbnail; each is a square on the screen."""
COMPACT = 26
"""Below this height the title goes, as the breadcrumb says the same, and the foot is one line."""


@dataclass(frozen=True)
class Grid:
    """The geometry of a grid of thumbnails in a body of some size."""

    left: int
    top: int
    columns: int
    """Thumbnails in a row."""
    rows: int
    width: int
    height: int
    """Of an image, in cells."""
    captions: int
    """Lines under an image."""

    @property
    def pitch(self) -> tuple[int, int]:
        """Cells from one thumbnail to the next."""
        return self.width + 1, self.height + self.captions + 1

    @property
    def bottom(self) -> int:
        """The first row under the grid and its gap."""
        return self.top + self.rows * self.pitch[1]

    def place(self, number: int) -> tuple[int, int]:
        """The upper left cell of the `number`-th visible thumbnail's image."""
        row, column = divmod(number, self.columns)
        return self.left + column * self.pitch[0], self.top + row * self.pitch[1]

    def at(self, x: int, y: int) -> int | None:
        """The number of the visible thumbnail at a cell; None beside them."""
        column, across = divmod(x - self.left, self.pitch[0])
        row, down = divmod(y - self.top, self.pitch[1])
        inside = 0 <= column < self.columns and 0 <= row < self.rows
        return row * self.columns + column if inside and across < self.width and down < self.pitch[1] - 1 else None


def has_title(height: int) -> bool:
    """Whether a body of this height carries the list's title."""
    return height >= COMPACT


def foot_lines(height: int) -> int:
    """Lines under the grid: focused sample, its answers, how to read the captions."""
    return 3 if height >= COMPACT else 1


def layout(session: Session, shown: SampleList, width: int, height: int) -> Grid | None:
    """The largest thumbnails up to the chosen size of which one fits; None where not even the smallest does."""
    lines = 2 if height >= COMPACT and (not shown.scope.is_cell or has_strip(shown)) else 1
    top = 2 if has_title(height) else 1
    for size in range(min(session.samples.size, len(SIZES) - 1), -1, -1):
        across, down = SIZES[size]
        columns = width // (across + 1)
        rows = (height - top - foot_lines(height)) // (down + lines + 1)
        if columns >= 1 and rows >= 1:
            spare = width - columns * (across + 1)
            return Grid(1 + spare // 2, top, columns, rows, across, down, lines)
    return None


def has_strip(shown: SampleList) -> bool:
    """Whether each thumbnail of a cell carries its epochs."""
    return shown.scope.is_cell and len(shown.run.epochs(shown.evaluation.split)) > 1


def draw_grid(
    canvas: Canvas, session: Session, shown: SampleList, grid: Grid, thumbnails: Thumbnails, start: int, focus: int
) -> None:
    """Draw the thumbnails from the `start`-th sample on; the `focus`-th is framed."""
    stop = min(start + grid.rows * grid.columns, shown.n)
    tags = dict(zip(shown.evaluation.classes, class_tags(shown.evaluation.classes), strict=True))
    # Where no rank is known every wrong sample is as wrong as the next: an edge would tell nothing.
    edged = _ranked(shown) or (not shown.scope.is_cell and shown.scope.part is Part.ALL)
    past = marks(session, shown.run, shown.evaluation)
    tagged = sample_badges.tags_between(session, shown, start, stop)
    thumbnails.begin()
    for number, answer in enumerate(visible_answers(shown, start, stop)):
        index = start + number
        x, y = grid.place(number)
        if shown.table is not None:
            thumbnails.draw(canvas, x, y, grid.width, grid.height, shown.table, shown.row(index))
        if edged:
            _draw_edge(canvas, x - 1, y, grid.height, answer)
        marked = past is not None and past[int(shown.positions[index])]
        tag = tagged[number]
        _draw_captions(canvas, x, y + grid.height, grid, shown, index, answer, tags, index == focus, marked, tag)
    if start <= focus < stop:
        x, y = grid.place(focus - start)
        _frame(canvas, x - 1, y - 1, grid)
    for number, chosen in enumerate(sample_badges.chosen_between(session, shown, start, stop)):
        if chosen:
            x, y = grid.place(number)
            sample_badges.draw_selected(canvas, x - 1, y, grid.height + grid.captions)
    thumbnails.end()


def _ranked(shown: SampleList) -> bool:
    return shown.evaluation.score_kind in ("full", "top")


def _draw_edge(canvas: Canvas, x: int, y: int, height: int, answer: Answer) -> None:
    """The verdict as a thin border at the image's left; the usual one, nearly right, goes without."""
    if answer.verdict in (Verdict.RIGHT, Verdict.WRONG):
        canvas.vline(x, y, height, verdict_colour(canvas.palette, answer.verdict), "▕")


def _draw_captions(
    canvas: Canvas,
    x: int,
    y: int,
    grid: Grid,
    shown: SampleList,
    index: int,
    answer: Answer,
    tags: dict[str, str],
    focused: bool,
    marked: bool,
    tag: Tag | None,
) -> None:
    p = canvas.palette
    width = grid.width if tag is None else grid.width - sample_badges.USED
    if shown.scope.is_cell:
        canvas.line(x, y, caption(answer, tags, width, focused, p, marked))
    elif grid.captions == 1:
        canvas.line(x, y, short_caption(answer, tags, width, focused, p, marked))
    else:
        for line, spans in enumerate(captions(answer, width, focused, p, marked)):
            canvas.line(x, y + line, spans)
    if tag is not None:
        sample_badges.draw_letter(canvas, x + grid.width - 1, y, tag)
    if shown.scope.is_cell and grid.captions == 2:
        position = int(shown.positions[index])
        history = track(shown.run, shown.evaluation, position)
        if history is not None:
            draw_strip(canvas, x, y + 1, grid.width, history, int(shown.evaluation.predicted[position]))


def _frame(canvas: Canvas, x: int, y: int, grid: Grid) -> None:
    """The cursor: a thick frame in the gaps around a thumbnail and its captions."""
    width = min(grid.width + 2, canvas.width - x)
    canvas.frame(x, y, width, grid.height + grid.captions + 2, canvas.palette.focus, thick=True)


def legend_words(session: Session, shown: SampleList) -> list[tuple[str, Verdict | None, str]]:
    """(glyph, verdict, meaning) of the captions' glyphs that can occur in the list."""
    scope, words = shown.scope, list[tuple[str, Verdict | None, str]]()
    diagonal = scope.is_cell and scope.true == scope.predicted
    if diagonal or (not scope.is_cell and scope.part is not Part.WRONG):
        words.append(("✓", Verdict.RIGHT, "right"))
    if not diagonal and (scope.is_cell or scope.part is not Part.RIGHT):
        near = [("◐", Verdict.NEAR, "true class among the 5 best"), ("✗", Verdict.WRONG, "lower")]
        words += near if _ranked(shown) else [("✗", Verdict.WRONG, "wrong")]
    past = marks(session, shown.run, shown.evaluation)
    if past is not None:
        words.append((MARK, Verdict.WRONG, past.words))
    if not scope.is_cell:
        words.append(("•", None, "predicted class over true class"))
    if has_strip(shown):
        epochs = shown.run.epochs(shown.evaluation.split)
        predicted = sanitise(shown.scope.predicted or "")
        words += [("▄", Verdict.RIGHT, "right"), ("▁", Verdict.WRONG, predicted)]
        words.append(("▁", None, f"other, epochs {epochs[0]}–{epochs[-1]}, number wrong"))
    words += [(tag.letter, None, tag.value) for tag in sample_badges.tags_present(session, shown)]
    return words
