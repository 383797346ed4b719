"""Samples as a grid of thumbnails: where each one lies, and what it looks like."""

from __future__ import annotations

from dataclasses import dataclass

from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.class_tree import class_words, label_of, labels_of
from clftui.state.sample_answers import Answer, Verdict, in_words, track
from clftui.state.sample_ids import class_tags
from clftui.state.sample_list import SampleList
from clftui.state.sample_past import MARK, marks
from clftui.state.sample_tags import Tag
from clftui.state.selection import Part
from clftui.state.session import Session
from clftui.text import count, percent, sanitise, shorten, text_width
from clftui.views import sample_badges
from clftui.views.sample_parts import answers_of, caption, captions, draw_strip, short_caption, verdict_colour
from clftui.views.sample_seen import Seen, draw_header, group_name
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
    """The first cell row of the frame around the first thumbnail; a header stands in it."""
    columns: int
    """Thumbnails in a row."""
    room: int
    """Cell rows for thumbnails."""
    width: int
    height: int
    """Of an image, in cells."""
    captions: int
    """Lines under an image."""
    margin: int = 1
    """Cell rows over an image, where the frame of the focused one is."""
    head: int = 0
    """Cell rows that a header takes: it stands in the gap above the images."""

    @property
    def pitch(self) -> tuple[int, int]:
        """Cells from one thumbnail to the next."""
        return self.width + 1, self.height + self.captions + 1

    @property
    def row_height(self) -> int:
        """Cells of a row of thumbnails, with the gap above it."""
        return self.pitch[1]

    @property
    def rows(self) -> int:
        """Rows of thumbnails that fit without headers."""
        return max(self.room // self.row_height, 1)

    def x_of(self, column: int) -> int:
        """The left cell of an image."""
        return self.left + column * self.pitch[0]

    def column_at(self, x: int) -> int | None:
        """The column of the image at a cell; None beside them."""
        column, across = divmod(x - self.left, self.pitch[0])
        return column if 0 <= column < self.columns and across < self.width else None


def has_title(height: int) -> bool:
    """Whether a body of this height carries the list's title."""
    return height >= COMPACT


def foot_lines(height: int) -> int:
    """Lines under the grid: focused sample, its answers, how to read the captions."""
    return 3 if height >= COMPACT else 1


def layout(session: Session, shown: SampleList, width: int, height: int) -> Grid | None:
    """The largest thumbnails up to the chosen size of which one fits; None where not even the smallest does."""
    two = not shown.scope.is_cell or has_strip(shown) or shown.groups is not None
    lines = 2 if height >= COMPACT and two else 1
    top = 2 if has_title(height) else 1
    for size in range(min(session.samples.size, len(SIZES) - 1), -1, -1):
        across, down = SIZES[size]
        columns = width // (across + 1)
        room = height - top - foot_lines(height)
        if columns >= 1 and room >= down + lines + 1:
            spare = width - columns * (across + 1)
            return Grid(1 + spare // 2, top - 1, columns, room, across, down, lines)
    return None


def has_strip(shown: SampleList) -> bool:
    """Whether each thumbnail of a cell carries its epochs."""
    return shown.scope.is_cell and len(shown.run.epochs(shown.evaluation.split)) > 1


def draw_grid(
    canvas: Canvas, session: Session, shown: SampleList, grid: Grid, thumbnails: Thumbnails, seen: Seen, focus: int
) -> None:
    """Draw the thumbnails that show; the item `focus` is framed."""
    labels, words = labels_of(session), class_words(session, shown.evaluation.classes)
    tags = dict(zip(words, class_tags(words), strict=True))
    # Where no rank is known every wrong sample is as wrong as the next: an edge would tell nothing.
    edged = _ranked(shown) or (not shown.scope.is_cell and shown.scope.part is Part.ALL)
    past = marks(session, shown.run, shown.evaluation)
    tagged = sample_badges.tags_at(session, shown, seen.indices)
    chosen = sample_badges.chosen_at(session, shown, seen.indices)
    answers = [in_words(each, labels) for each in answers_of(shown, seen.indices)]
    thumbnails.begin()
    for number, (item, line) in enumerate(seen.items):
        index, x, y = seen.indices[number], grid.x_of(item - line.start), line.y + 1
        if shown.table is not None:
            thumbnails.draw(canvas, x, y, grid.width, grid.height, shown.table, shown.row(index))
        if edged:
            _draw_edge(canvas, x - 1, y, grid.height, answers[number])
        tag = tagged[number]
        if seen.flow.items.is_folded(item):
            group = seen.flow.items.group_of(item)
            name = group_name(shown, group, labels)
            _draw_group(canvas, x, y + grid.height, grid, shown, group, name, item == focus, tag)
        else:
            marked = past is not None and past[int(shown.positions[index])]
            answer = answers[number]
            _draw_captions(canvas, x, y + grid.height, grid, shown, index, answer, tags, item == focus, marked, tag)
    for number, (item, line) in enumerate(seen.items):
        x = grid.x_of(item - line.start) - 1
        if item == focus:
            _frame(canvas, x, line.y, grid)
        if chosen[number]:
            sample_badges.draw_selected(canvas, x, line.y + 1, grid.height + grid.captions)
    for line in seen.lines:
        if line.header >= 0:
            draw_header(canvas, line.y, shown, line.header, labels)
    thumbnails.end()


def _draw_group(
    canvas: Canvas, x: int, y: int, grid: Grid, shown: SampleList, group: int, name: str, focused: bool, tag: Tag | None
) -> None:
    """`▸ Shirt` over `110 · 11 %`: the group that a thumbnail stands for."""
    p, groups = canvas.palette, shown.groups
    assert groups is not None
    size, width = int(groups.sizes[group]), grid.width if tag is None else grid.width - sample_badges.USED
    number, share = count(size), percent(size / shown.n)
    room = width - 2 if grid.captions > 1 else max(width - 3 - text_width(number), 1)
    used = canvas.text(x, y, "▸ ", p.muted)
    used += canvas.text(x + used, y, shorten(name, room), p.text, attrs=BOLD if focused else 0)
    if grid.captions == 1:
        canvas.text(x + used + 1, y, number, p.muted)
    else:
        canvas.text(x + 2, y + 1, shorten(f"{number} · {share} %", grid.width - 2), p.muted)
    if tag is not None:
        sample_badges.draw_letter(canvas, x + grid.width - 1, y, tag)


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
        predicted = sanitise(label_of(session, shown.scope.predicted or ""))
        words += [("▄", Verdict.RIGHT, "right"), ("▁", Verdict.WRONG, predicted)]
        words.append(("▁", None, f"other, epochs {epochs[0]}–{epochs[-1]}, number wrong"))
    words += [(tag.letter, None, tag.value) for tag in sample_badges.tags_present(session, shown)]
    return words
