"""One sample: its image with what explains it or its document, every run's best classes, its epochs, its columns."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from clftui.data.images import Picture
from clftui.data.samples import SampleTable
from clftui.drawing.canvas import BOLD, Canvas
from clftui.state.changed_splits import unchanged_words
from clftui.state.class_tree import labels_of
from clftui.state.explain_settings import Section
from clftui.state.sample_answers import RunAnswer, all_in_words
from clftui.state.sample_detail import Detail, detail_of, number_words
from clftui.state.sample_detail_nearest import neighbours
from clftui.state.sample_list import SampleList, index_of, is_listed
from clftui.state.sample_past import MARK, marks
from clftui.state.session import Session
from clftui.text import count, sanitise, shorten
from clftui.views.sample_badges import draw_tag_lines
from clftui.views.sample_detail_answers import draw_compact
from clftui.views.sample_detail_pictures import draw_pictures, pictures_height
from clftui.views.sample_detail_side import Part, draw_side, parts_of
from clftui.views.sample_detail_text import draw_text
from clftui.views.sample_parts import wrapped
from clftui.views.sample_tracks import draw_tracks, tracks_height
from clftui.widgets.sentence import draw_sentence
from clftui.widgets.thumbnail import Thumbnails

SIDE_MIN = 60
"""From this width on the runs' answers stand at the right, else under the image."""
LOWER = frozenset({Section.SIMILARITY, Section.COLOURS})
"""What may stand under the pictures where these leave room."""
GRID_WIDTH = 28
"""Columns of the likeness of maps where colours stand beside it."""
Page = tuple[int, int]


class Places(NamedTuple):
    """Where things are on the screen."""

    page: Page = (1, 1)
    """How many lines of the document show, and how many there are."""
    left: int = 0
    """The column from which on the nearest samples stand."""
    nearest: Mapping[int, int] = MappingProxyType({})
    """The number of the nearest sample in each row that shows one."""


def draw_detail(canvas: Canvas, session: Session, shown: SampleList, thumbnails: Thumbnails) -> Places:
    """Draw the focused sample alone; returns where things are."""
    detail = detail_of(session, shown)
    if detail is None:
        name = session.selection.sample or ""
        draw_sentence(
            canvas, f"{shown.run.name} has no sample #{sanitise(name)} here; backspace goes back to the list."
        )
        return Places()
    side = 0 if canvas.width < SIDE_MIN else max(34, min(52, canvas.width * 36 // 100))
    width = canvas.width - (side + 2 if side else 0)
    bottom = _draw_bottom(canvas, detail, width, compact=not side)
    parts = parts_of(detail, side - 1)
    thumbnails.begin()
    page, used = _draw_subject(canvas, detail, width, bottom, thumbnails)
    thumbnails.end()
    if side:
        below = _draw_lower(canvas, parts, used + 1, width, bottom - used - 1) if detail.has_image else ()
        rows = draw_side(canvas, canvas.width - side, side, [part for part in parts if part not in below])
        return Places(page, canvas.width - side, rows)
    return Places(page)


def _draw_lower(canvas: Canvas, parts: tuple[Part, ...], y: int, width: int, height: int) -> tuple[Part, ...]:
    """Colours and likeness under the pictures, side by side, where they have room; those drawn."""
    chosen = [part for part in parts if part.section in LOWER and part.least <= height]
    if len(chosen) < 1 or width < 70:
        return ()
    x, right = 1, width - 1
    for part in sorted(chosen, key=lambda part: part.section is Section.SIMILARITY):
        room = right - x if len(chosen) == 1 or x > 1 else max(right - x - GRID_WIDTH - 2, 1)
        part.draw(canvas, x, y, room, part.least)
        x += room + 2
    return tuple(chosen)


def _draw_subject(canvas: Canvas, detail: Detail, width: int, bottom: int, thumbnails: Thumbnails) -> tuple[Page, int]:
    """The title line and the pictures or the document between it and `bottom`; the page, and the row below it all."""
    top = 2 if bottom >= 12 else 1
    about = _about(detail)
    page, used = (1, 1), top
    if detail.has_image and bottom > top:
        height = pictures_height(detail, width, bottom - top)
        found = draw_pictures(canvas, detail, top, width, height, thumbnails)
        used = top + height
        if isinstance(found, Picture):
            about.insert(1, found.words)
    elif (detail.text or detail.by_run) and bottom > top:
        page, used = draw_text(canvas, detail, top, width, bottom - top), bottom
    _draw_title(canvas, detail, about, width)
    if top == 2:
        _draw_leak(canvas, detail, width)
    return page, used


def _about(detail: Detail) -> list[str]:
    shown, position = detail.shown, detail.position
    label = int(shown.evaluation.true[position])
    about = [f"true {detail.words_of(shown.evaluation.classes[label])}" if label >= 0 else "no label"]
    if detail.has_image and (words := unchanged_words(shown.run, shown.evaluation.split)):
        about.append(words)
    past = marks(detail.session, shown.run, shown.evaluation)
    if past is not None and past[position]:
        about.append(f"{MARK} {past.words}")
    return about


def _draw_title(canvas: Canvas, detail: Detail, about: list[str], width: int) -> None:
    """`#6231   true Shirt, 28 × 28 grey                         95 of 110`"""
    p, session, shown = canvas.palette, detail.session, detail.shown
    listed = is_listed(session, shown)
    where = f"{count(index_of(session, shown) + 1)} of {count(shown.n)}" if listed else "not in the list"
    used = canvas.text(1, 0, f"#{shorten(detail.sample, 24, middle=True)}", p.focus, attrs=BOLD)
    room = width - used - 7 - len(where)
    if room > 6:
        canvas.text(used + 4, 0, shorten(", ".join(about), room), p.muted)
    canvas.text(width - 1 - len(where), 0, where, p.faint)


def _draw_leak(canvas: Canvas, detail: Detail, width: int) -> None:
    """`= also in train as #123`: leakage, or a sample that is there twice."""
    found = neighbours(detail)
    split = detail.shown.evaluation.split
    told = (found.leaks(split) or tuple(each for each in found.lines if each.mark)) if found is not None else ()
    if not told:
        return
    first = told[0]
    also = "also in" if first.same_file else "nearly also in"
    more = f" and {count(len(told) - 1)} more" if len(told) > 1 else ""
    words = f"{first.mark} {also} {sanitise(first.split)} as #{shorten(first.sample, 24, middle=True)}{more}"
    canvas.text(1, 1, words, canvas.palette.worse, attrs=BOLD, width=width - 2)


def _draw_bottom(canvas: Canvas, detail: Detail, width: int, *, compact: bool) -> int:
    """Numbers, epochs, columns and path from the lower edge upwards; returns the row above which the subject lies."""
    p, y, session = canvas.palette, canvas.height, detail.session
    answers: tuple[RunAnswer, ...] = detail.answers
    if canvas.height < 8:
        return y
    y = draw_tag_lines(canvas, y, width, session, detail.shown, detail.row)
    for line in _facts(detail.shown.table, detail.row, width - 2, 3 if canvas.height >= 24 else 1):
        y -= 1
        canvas.text(1, y, line, p.faint)
    numbers = number_words(detail)
    if numbers and canvas.height >= 14:
        y -= 1
        while len("   ".join(numbers)) > width - 2 and len(numbers) > 1:
            numbers = numbers[:-1]
        canvas.text(1, y, "   ".join(numbers), p.muted, width=width - 2)
    if compact:
        y = draw_compact(canvas, y, all_in_words(answers, labels_of(session)))
    height = tracks_height(session, answers)
    if height and canvas.height >= 22 and y - height >= 12:
        y -= height
        draw_tracks(canvas, y, width, session, answers)
    return y - 1


def _facts(table: SampleTable | None, row: int, width: int, lines: int) -> list[str]:
    """The table's other columns and the path, last line first."""
    if table is None or not 0 <= row < table.n:
        return []
    path = str(table.paths[row]) if table.paths is not None else ""
    columns = "   ".join(f"{sanitise(name)}: {sanitise(str(table.columns[name][row]))}" for name in table.group_columns)
    out = [shorten(path, width, middle=True)] if path else []
    if columns:
        out += reversed(wrapped(columns, width, max(lines - len(out), 1)))
    return out
