"""The column beside the pictures: best classes, nearest samples, likeness of maps, colours; what fits, in turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from clftui.drawing.canvas import Canvas
from clftui.state.class_tree import labels_of
from clftui.state.explain_settings import Section
from clftui.state.explanations import Explained, likeness
from clftui.state.sample_answers import all_in_words
from clftui.state.sample_detail import Detail
from clftui.state.sample_detail_colours import colours
from clftui.state.sample_detail_nearest import EACH, neighbours
from clftui.text import sanitise
from clftui.views.sample_detail_answers import BEST, answers_height, draw_answers
from clftui.views.sample_parts import run_colour
from clftui.widgets.colour_bars import colours_height, draw_colours
from clftui.widgets.neighbour_list import draw_neighbours, neighbours_height
from clftui.widgets.similarity_grid import draw_grid, grid_height

LEAST_LINES = 3


@dataclass(frozen=True)
class Part:
    """A section that has something to show."""

    section: Section
    least: int
    """Rows it needs."""
    wanted: int
    draw: Callable[[Canvas, int, int, int, int], dict[int, int] | None]
    """Canvas, x, y, width and height; which nearest sample stands in which row."""


def parts_of(detail: Detail, width: int) -> tuple[Part, ...]:
    """The sections that have something to show in `width` columns, the chosen first one on top."""
    found = [_answers(detail), _nearest(detail), _likeness(detail), _colours(detail, width)]
    parts = [part for part in found if part is not None]
    order = list(Section)
    first = order.index(detail.session.explain.first)
    return tuple(sorted(parts, key=lambda part: (order.index(part.section) - first) % len(order)))


def draw_side(canvas: Canvas, x: int, width: int, parts: Sequence[Part]) -> dict[int, int]:
    """What fits of `parts` from top to bottom in the column at `x`; the number of the nearest sample in each row."""
    canvas.vline(x - 2, 0, canvas.height, canvas.palette.line)
    width -= 1
    kept, free = list[Part](), canvas.height
    for part in parts:
        if not kept or part.least + 1 <= free:
            kept.append(part)
            free -= part.least + (1 if len(kept) > 1 else 0)
    y, rows = 0, dict[int, int]()
    for part in kept:
        height = min(part.least + max(min(free, part.wanted - part.least), 0), canvas.height - y)
        free -= height - part.least
        rows |= part.draw(canvas, x, y, width, height) or {}
        y += height + 1
    return rows


def _answers(detail: Detail) -> Part:
    answers = all_in_words(detail.answers, labels_of(detail.session))
    wanted = answers_height(answers, BEST) + max(len(answers) - 1, 0)

    def draw(canvas: Canvas, x: int, y: int, width: int, height: int) -> None:
        draw_answers(canvas, x, y, width, height, answers)

    return Part(Section.ANSWERS, answers_height(answers, LEAST_LINES), wanted, draw)


def _nearest(detail: Detail) -> Part | None:
    found = neighbours(detail)
    first = detail.session.explain.first is Section.NEAREST
    if found is not None and not found.splits and not first:
        return None
    label = int(detail.shown.evaluation.true[detail.position])
    true = detail.shown.evaluation.classes[label] if label >= 0 else None
    split, settings = detail.shown.evaluation.split, detail.session.explain
    line, labels = settings.line_of(detail.sample), labels_of(detail.session)

    def draw(canvas: Canvas, x: int, y: int, width: int, height: int) -> dict[int, int]:
        return draw_neighbours(canvas, x, y, width, height, found, split, true, line, settings.distance, labels)

    return Part(Section.NEAREST, neighbours_height(found, 3), neighbours_height(found, EACH), draw)


def _likeness(detail: Detail) -> Part | None:
    compared, measure = detail.compared, detail.session.explain.measure
    if len(compared) < 2:
        return None
    names = [_name(detail, each) for each in compared]
    found = likeness(compared, measure)

    def draw(canvas: Canvas, x: int, y: int, width: int, height: int) -> None:
        p = canvas.palette
        inks = [p.text if detail.compares_methods else run_colour(p, each.item.letter) for each in compared]
        draw_grid(canvas, x, y, width, found, names, inks, measure)

    height = grid_height(len(compared))
    return Part(Section.SIMILARITY, height, height, draw)


def _name(detail: Detail, each: Explained) -> str:
    if not detail.compares_methods:
        return each.item.letter or "·"
    return (
        f"{sanitise(each.choice.method)} {detail.words_of(each.of)}"
        if each.choice.aim == "true"
        else sanitise(each.choice.method)
    )


def _colours(detail: Detail, width: int) -> Part | None:
    main = detail.main
    if main is None or main.values is None or not detail.has_image:
        return None
    found = colours(main, detail.shown.table, detail.session.explain.threshold)
    label = int(detail.shown.evaluation.true[detail.position])
    name = detail.words_of(detail.shown.evaluation.classes[label]) if label >= 0 else "the class"

    def draw(canvas: Canvas, x: int, y: int, width: int, height: int) -> None:
        draw_colours(canvas, x, y, width, found, name)

    height = colours_height(found, width)
    return Part(Section.COLOURS, height, height, draw)
