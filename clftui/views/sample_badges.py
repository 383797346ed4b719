"""What users say of samples, on the screen: a letter at the end of a caption, a bar beside what is selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from clftui.drawing.canvas import BOLD, REVERSE, Canvas
from clftui.state.class_tree import label_of
from clftui.state.sample_ids import id_of
from clftui.state.sample_list import SampleList
from clftui.state.sample_tags import TAGS, Tag, Tagged, tag_codes, tag_of
from clftui.state.session import Session
from clftui.state.tag_steps import chosen_positions
from clftui.text import sanitise, shorten, text_width

SELECTED = "▌"
CHOSEN_LINE = "◆"
"""The same at the left of a line, where a bar is the cursor."""
USED = 2
"""Columns at the end of a caption that a letter takes, a blank before it included."""


def tags_at(session: Session, shown: SampleList, indices: Sequence[int]) -> list[Tag | None]:
    """The tags of some samples of a list, by their indices in it."""
    codes = tag_codes(session.catalog, shown.evaluation, shown.table)
    return [TAGS[code - 1] if code else None for code in codes[shown.positions[list(indices)]].tolist()]


def tags_present(session: Session, shown: SampleList) -> tuple[Tag, ...]:
    """The tags that occur in a list."""
    codes = np.unique(tag_codes(session.catalog, shown.evaluation, shown.table)[shown.positions])
    return tuple(TAGS[code - 1] for code in codes.tolist() if code)


def chosen_at(session: Session, shown: SampleList, indices: Sequence[int]) -> Sequence[bool]:
    """Which of some samples of a list are selected."""
    if not session.selection.chosen:
        return [False] * len(indices)
    found: Sequence[bool] = np.isin(shown.positions[list(indices)], chosen_positions(session, shown)).tolist()
    return found


def draw_letter(canvas: Canvas, x: int, y: int, tag: Tag) -> None:
    """The letter of a tag, filled in the focus colour."""
    p = canvas.palette
    if p.colourful:
        canvas.text(x, y, tag.letter, p.on_focus, p.focus, attrs=BOLD)
    else:
        canvas.text(x, y, tag.letter, p.text, attrs=BOLD | REVERSE)


def draw_selected(canvas: Canvas, x: int, y: int, height: int) -> None:
    """The bar at the left of what is selected."""
    canvas.vline(x, y, height, canvas.palette.live, SELECTED)


def draw_selected_line(canvas: Canvas, y: int) -> None:
    """The mark of a selected line of text."""
    canvas.text(0, y, CHOSEN_LINE, canvas.palette.live, attrs=BOLD)


def draw_tag_lines(canvas: Canvas, y: int, width: int, session: Session, shown: SampleList, row: int) -> int:
    """What one sample is tagged, above line `y`: all tags with the given one filled, and who gave it when.

    Returns the line that it begins at; a low screen has one line, and none for a sample without a tag.
    """
    p, found = canvas.palette, tag_of(session.catalog, shown.evaluation.split, id_of(shown.table, row))
    roomy = canvas.height >= 24
    if found is None and not roomy:
        return y
    words = _words(session, found) if found is not None else "t and a letter tag it"
    y -= 1
    canvas.text(1, y, shorten(words, width - 2), p.muted if found is not None else p.faint)
    if roomy:
        y -= 1
        _draw_choices(canvas, y, width, found)
    return y


def _draw_choices(canvas: Canvas, y: int, width: int, found: Tagged | None) -> None:
    p = canvas.palette
    words = {tag: tag.value for tag in TAGS}
    if not _fits(words, width):
        words = {tag: tag.value.split()[0] for tag in TAGS}
    if not _fits(words, width):
        words = {tag: tag.value if found is not None and tag is found.tag else "" for tag in TAGS}
    x = 1
    for tag, word in words.items():
        text = f"{tag.letter} {word}".rstrip()
        if x + text_width(text) + 1 > width:
            return
        if found is not None and tag is found.tag:
            draw_letter(canvas, x, y, tag)
            attrs = BOLD if p.colourful else BOLD | REVERSE
            ink, paper = (p.on_focus, p.focus) if p.colourful else (p.text, None)
            canvas.text(x + 1, y, text[1:], ink, paper, attrs=attrs)
        else:
            canvas.text(x, y, tag.letter, p.muted, attrs=BOLD)
            canvas.text(x + 2, y, word, p.faint)
        x += text_width(text) + 2


def _fits(words: Mapping[Tag, str], width: int) -> bool:
    return sum(text_width(word) + 4 for word in words.values()) - 1 <= width


def _words(session: Session, found: Tagged) -> str:
    """`mislabelled, rather T-shirt · anna@gpu7 · 2026-11-20 14:02 UTC`"""
    what = (
        f"{found.tag.value}, rather {sanitise(label_of(session, found.proposed))}"
        if found.proposed
        else found.tag.value
    )
    when = f"{found.time[:10]} {found.time[11:16]} UTC" if found.time else ""
    return " · ".join(part for part in (what, sanitise(found.by), when) if part)
