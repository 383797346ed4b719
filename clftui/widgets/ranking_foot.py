"""Draws what stands under the rows of the ranking: statistics of each class, the cell in words, the legend."""

from __future__ import annotations

from collections.abc import Callable

from clftui.analysis.metrics import Metric
from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.drawing.glyphs import DISC_HEIGHT, DISC_LEVELS, DISC_WIDTH, disc, small_disc
from clftui.state.ranking_cell import value_words
from clftui.state.ranking_table import RankingTable
from clftui.state.words import Piece, Tone
from clftui.text import UNDEFINED, count, plural, text_width
from clftui.widgets.ranking_grid import RankingPicture
from clftui.widgets.ranking_layout import FOOT_ORDER, Foot


def extra_lines(
    width: int, cell: tuple[tuple[Piece, ...], ...], weak: tuple[Piece, ...], legend: str, tall: bool
) -> frozenset[Foot]:
    """Which further lines the sentences need on a screen of `width` columns; `legend` is the legend's title."""
    out = set()
    if part_width(joined(cell)) > width - 2:
        out.add(Foot.MORE)
    sizes = text_width(legend) + _LARGE if tall else _SMALL
    if weak and sizes + 2 + part_width(weak) > width - 2:
        out.add(Foot.WEAK)
    return frozenset(out)


def draw_foot(
    canvas: Canvas, picture: RankingPicture, cell: tuple[tuple[Piece, ...], ...], weak: tuple[Piece, ...]
) -> None:
    """The foot, from right under the rows down to the last line of the canvas.

    `cell` is the reading in its parts, which share a line where they fit.
    """
    plan = picture.layout
    y = plan.y(len(picture.shown_rows), plan.bands - 1)
    if plan.blanks and plan.row_height <= DISC_HEIGHT:
        y += 1
    for part in FOOT_ORDER:
        if part in plan.foot:
            _PARTS[part](canvas, picture, y)
            y += 1
    if plan.blanks:
        y += 1
    if Foot.READING in plan.foot:
        for line in cell if Foot.MORE in plan.foot else [joined(cell)]:
            canvas.line(1, y, spans(canvas, line))
            y += 1
    if Foot.LEGEND in plan.foot:
        y += _draw_legend(canvas, picture, y, weak if Foot.WEAK not in plan.foot else ())
    if Foot.WEAK in plan.foot:
        canvas.line(1, y, spans(canvas, weak))


def _draw_legend(canvas: Canvas, picture: RankingPicture, y: int, weak: tuple[Piece, ...]) -> int:
    """Draw the sizes of discs, large where there is room; returns the lines used."""
    large = text_width(_title(picture)) + _LARGE <= canvas.width
    if large and picture.layout.tall and canvas.height - y >= DISC_HEIGHT:
        _draw_large_legend(canvas, picture, y, weak)
        return DISC_HEIGHT
    _draw_small_legend(canvas, picture, y, weak)
    return 1


def joined(parts: tuple[tuple[Piece, ...], ...]) -> tuple[Piece, ...]:
    """The parts of a sentence on one line."""
    out = parts[0]
    for part in parts[1:]:
        out = (*out, Piece(" · ", Tone.FAINT), *part)
    return out


def part_width(pieces: tuple[Piece, ...]) -> int:
    """Columns of a sentence."""
    return sum(text_width(piece.text) for piece in pieces)


def spans(canvas: Canvas, pieces: tuple[Piece, ...]) -> list[Span]:
    """Pieces of a sentence in the palette's tones."""
    p = canvas.palette
    tones = {
        Tone.PLAIN: (p.text, 0),
        Tone.FAINT: (p.muted, 0),
        Tone.STRONG: (p.text, BOLD),
        Tone.WORSE: (p.worse, 0),
    }
    return [Span(piece.text, tones[piece.tone][0], None, tones[piece.tone][1]) for piece in pieces]


def picture_notes(table: RankingTable, columns: range, rows: range) -> list[str]:
    """Which part of the classes and rows shows, where not all do, and which runs are left out."""
    notes = []
    for what, shown, total in (
        ("classes" if table.fold is None else "groups", columns, len(table.classes)),
        (f"{table.noun}s", rows, len(table.rows)),
    ):
        if len(shown) < total:
            notes.append(f"{what} {count(shown.start + 1)}–{count(shown.stop)} of {count(total)}")
    if table.absent:
        broken = sum(each.broken for each in table.absent)
        lacking = len(table.absent) - broken
        notes += [f"{plural(broken, table.noun)} unreadable, see Runs"] if broken else []
        notes += [f"{plural(lacking, 'run')} without {table.split or 'a split'}"] if lacking else []
    return notes


def _draw_rule(canvas: Canvas, picture: RankingPicture, y: int) -> None:
    p, table = canvas.palette, picture.table
    canvas.hline(1, y, canvas.width - 2, p.line)
    notes = picture_notes(table, picture.shown_columns, picture.shown_rows)
    if notes:
        text = f" {' · '.join(notes)} "
        canvas.text(3, y, text, p.muted)


def _statistic(
    canvas: Canvas, picture: RankingPicture, y: int, label: str, words: Callable[[int], str], strong: bool
) -> None:
    p, plan = canvas.palette, picture.layout
    canvas.text(1, y, label, p.muted, width=plan.first_x - 3, align="right")
    colour = p.text if strong else p.muted
    for place, column in enumerate(picture.shown_columns):
        fg = p.focus if column == picture.column else colour
        canvas.text(plan.x(place) + plan.number_offset, y, words(column), fg, width=plan.number_width, align="right")


def _draw_range(canvas: Canvas, picture: RankingPicture, y: int) -> None:
    table = picture.table

    def words(column: int) -> str:
        return value_words(table.metric, float(table.best[column] - table.worst[column]), picture.digits)

    _statistic(canvas, picture, y, "range", words, True)


def _draw_mean(canvas: Canvas, picture: RankingPicture, y: int) -> None:
    table = picture.table
    _statistic(
        canvas, picture, y, "mean", lambda c: value_words(table.metric, float(table.mean[c]), picture.digits), False
    )


def _draw_tied(canvas: Canvas, picture: RankingPicture, y: int) -> None:
    support = picture.table.metric is Metric.SUPPORT

    def words(column: int) -> str:
        found = picture.ties.get(column)
        if found is None:
            return UNDEFINED if support else "…"
        return str(found.number) if found.best >= 0 else UNDEFINED

    _statistic(canvas, picture, y, "tied with best", words, False)


def _draw_rank(canvas: Canvas, picture: RankingPicture, y: int) -> None:
    ranks = picture.table.ranks[picture.row]
    letter = picture.letters[picture.row]
    label = f"rank of {letter}" if letter else f"rank of this {picture.table.noun}"
    _statistic(canvas, picture, y, label, lambda c: str(ranks[c]) if ranks[c] else UNDEFINED, True)


_LARGE, _SMALL = 4 + DISC_LEVELS * (DISC_WIDTH + 5), 12 + DISC_LEVELS * 8
"""Columns that the legend takes with large discs, without its title, and with small ones."""

_PARTS: dict[Foot, Callable[[Canvas, RankingPicture, int], None]] = {
    Foot.RULE: _draw_rule,
    Foot.RANGE: _draw_range,
    Foot.MEAN: _draw_mean,
    Foot.TIED: _draw_tied,
    Foot.RANK: _draw_rank,
}


def legend_title(metric: Metric, relative: bool) -> str:
    """What size and brightness of the discs stand for."""
    return f"size = {metric.label}, brightness = rank" if relative else f"size and brightness = {metric.label}"


def _title(picture: RankingPicture) -> str:
    return legend_title(picture.table.metric, picture.relative)


def _legend_colour(canvas: Canvas, picture: RankingPicture, level: int) -> int:
    p = canvas.palette
    if picture.relative:
        return p.muted
    middle = picture.scale.floor + (level - 0.5) * picture.scale.step
    return picture.scale.colour(p, middle, 1, 1, False)


def _draw_large_legend(canvas: Canvas, picture: RankingPicture, y: int, weak: tuple[Piece, ...]) -> None:
    p = canvas.palette
    x = 1 + canvas.text(1, y + 1, _title(picture), p.muted) + 2
    for level in range(1, DISC_LEVELS + 1):
        colour = _legend_colour(canvas, picture, level)
        for line, cells in enumerate(disc(level)):
            canvas.text(x, y + line, cells, colour)
        x += DISC_WIDTH + 1
        x += canvas.text(x, y + 1, picture.scale.words(level), p.muted) + 1
    _draw_weak(canvas, weak, x + 1, y + 1)


def _draw_small_legend(canvas: Canvas, picture: RankingPicture, y: int, weak: tuple[Piece, ...]) -> None:
    p = canvas.palette
    title = _title(picture)
    if text_width(title) + 5 * 8 + part_width(weak) + 4 > canvas.width:
        title = picture.table.metric.label
    x = 1 + canvas.text(1, y, title, p.muted) + 2
    for level in range(1, DISC_LEVELS + 1):
        x += canvas.text(x, y, small_disc(level), _legend_colour(canvas, picture, level)) + 1
        x += canvas.text(x, y, picture.scale.words(level), p.muted) + 2
    _draw_weak(canvas, weak, x, y)


def _draw_weak(canvas: Canvas, weak: tuple[Piece, ...], x: int, y: int) -> None:
    """The sentence about weak spots at the right end, or from `x` where it does not fit."""
    canvas.line(max(x, canvas.width - 1 - part_width(weak)), y, spans(canvas, weak))
