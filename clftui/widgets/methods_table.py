"""Draws explanation methods, a line each: empty maps, area against correctness, hits, the check; then classes."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from clftui.analysis.explanation_stats import Parted
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import whisker
from clftui.drawing.palette import Palette
from clftui.state.methods_check import Trust
from clftui.state.methods_model import FEW_EMPTY, Row, Says, Summary
from clftui.state.methods_words import between, short
from clftui.text import count, p_value, percent, rate, shorten, signed, text_width

TRUST = {
    Trust.PASSED: "learned",
    Trust.PART: "in part",
    Trust.FAILED: "careful",
    Trust.SAME: "all alike",
    Trust.TOO_FEW: "too few",
    Trust.UNKNOWN: "not checked",
}
"""What the check says, in the width of a column."""


@dataclass(frozen=True)
class Column:
    """One column: its head, its width with the gap, and what stands in it."""

    head: str
    width: int
    words: Callable[[Summary, Row], str]
    rank: int
    """Columns of the lowest rank go in first."""
    ink: Callable[[Palette, Summary, Row], int] = lambda p, found, row: p.text


def _empty(found: Summary, row: Row) -> str:
    value, arms = rate(*found.empty[:3])
    if not found.empty.value > 0:
        return f"0 ≤{percent(found.empty.high)}" if found.n else value
    return f"{'∅ ' if found.empty.value > FEW_EMPTY else ''}{value} {arms}"


def _auc(found: Summary, row: Row) -> str:
    told = found.parted
    if found.says is Says.TOO_FEW:
        return f"{found.says.glyph} {found.says.words}"
    return f"{found.says.glyph} {short(told.auc)} {between(told.auc_low, told.auc_high)}"


def _difference(found: Summary, row: Row) -> str:
    told = found.parted
    arm = 50 * (told.high - told.low)
    return signed(100 * told.difference) + (f" ±{arm:.1f}" if math.isfinite(arm) else "")


def _hit(found: Summary, row: Row) -> str:
    mark = "▼ " if found.hits_by_chance else ""
    return f"{mark}{percent(found.hit.value)} / {percent(found.chance, 0)}" if found.hit.n else "no boxes"


def _hit_ink(p: Palette, found: Summary) -> int:
    if not found.hit.n:
        return p.faint
    return p.worse if found.hits_by_chance else p.text


def says_ink(p: Palette, says: Says) -> int:
    """The colour of what area says; the glyph says it, too."""
    return {Says.WITH: p.better, Says.AGAINST: p.worse}.get(says, p.muted)


def trust_ink(p: Palette, trust: Trust) -> int:
    """The colour of what the check says; the glyph says it, too."""
    return {Trust.PASSED: p.better, Trust.FAILED: p.worse}.get(trust, p.muted)


COLUMNS = (
    Column("maps", 7, lambda found, row: count(found.n), 3, lambda p, found, row: p.muted),
    Column("empty %", 12, _empty, 0,
           lambda p, found, row: p.worse if found.empty.value > FEW_EMPTY else p.text),
    Column("area %", 7, lambda found, row: percent(found.area.value), 2),
    Column("right−wrong", 13, _difference, 5),
    Column("AUC of area", 15, _auc, 1, lambda p, found, row: says_ink(p, found.says)),
    Column("entropy", 8, lambda found, row: short(found.entropy.value), 6, lambda p, found, row: p.muted),
    Column("variation", 10, lambda found, row: short(found.variation.value), 7, lambda p, found, row: p.muted),
    Column("hit % / chance", 15, _hit, 4, lambda p, found, row: _hit_ink(p, found)),
)  # fmt: skip
CHECK, NAME = 13, 14


@dataclass(frozen=True)
class MethodColumns:
    """Where the columns stand."""

    name: int
    """Columns of the names."""
    run: int
    """Columns of the runs' names, 0 without."""
    places: tuple[tuple[int, Column], ...]
    check: int


def columns_of(rows: tuple[Row, ...], width: int) -> MethodColumns:
    """As many columns as fit `width`; the check is always the last."""
    name = min(max(max(text_width(row.name) for row in rows), 8), 20)
    runs = {row.run.key for row in rows}
    run = min(max(max(text_width(row.run.name) for row in rows), 4), 14) + 3 if len(runs) > 1 else 0
    boxed = any(row.summary is not None and row.summary.hit.n for row in rows)
    room = width - 3 - name - run - CHECK
    if room < 42 and run:
        run = 3
        room = width - 3 - name - run - CHECK
    kept = []
    for column in sorted(COLUMNS, key=lambda each: each.rank):
        if column.width <= room and (boxed or column.words is not _hit or width >= 150):
            kept.append(column)
            room -= column.width
    places, x = [], 2 + name + 1 + run
    for column in COLUMNS:
        if column in kept:
            places.append((x, column))
            x += column.width
    return MethodColumns(name, run, tuple(places), x + 1)


def draw_heads(canvas: Canvas, y: int, at: MethodColumns) -> None:
    """The names of the columns."""
    p = canvas.palette
    canvas.text(2, y, "method", p.muted)
    if at.run > 3:
        canvas.text(3 + at.name, y, "run", p.muted)
    for x, column in at.places:
        canvas.text(x, y, column.head, p.muted, width=column.width - 1, align="right")
    canvas.text(at.check, y, "check", p.muted)


def draw_method(canvas: Canvas, y: int, row: Row, at: MethodColumns, letter_ink: int, focused: bool) -> None:
    """One method of one run."""
    p, found = canvas.palette, row.summary
    if focused:
        canvas.paint(0, y, canvas.width, 1, bg=p.raised)
        canvas.text(0, y, "▌", p.focus)
    attrs = BOLD if focused else 0
    canvas.text(2, y, shorten(row.name, at.name, middle=True), p.text, attrs=attrs)
    if at.run:
        canvas.text(3 + at.name, y, row.letter or "·", letter_ink, attrs=BOLD)
        canvas.text(5 + at.name, y, shorten(row.run.name, max(at.run - 3, 0), middle=True), p.muted)
    if found is None:
        words = row.trouble or f"computed {count(row.done)} of {count(len(row.maps.positions) if row.maps else 0)} maps"
        x = at.places[0][0] if at.places else at.check
        canvas.text(x, y, words, p.muted, width=canvas.width - x - 1)
        return
    for x, column in at.places:
        canvas.text(x, y, column.words(found, row), column.ink(p, found, row), width=column.width - 1, align="right")
    trust = row.trust
    words = "checking…" if row.checks is None else f"{trust.glyph} {TRUST[trust]}"
    canvas.text(at.check, y, words, trust_ink(p, trust), width=canvas.width - at.check)


AXIS = 21


def draw_class(canvas: Canvas, x: int, y: int, width: int, name: str, told: Parted, q: float, says: Says) -> None:
    """`T-shirt  ▲ .71 .60–.81  ──●──  +5.1  q .003  950:50`, as much as fits."""
    p, ink = canvas.palette, says_ink(canvas.palette, says)
    named = min(max(width - 30, 8), 16)
    canvas.text(x, y, shorten(name, named, middle=True), p.text)
    at = x + named + 1
    canvas.text(at, y, says.glyph, ink)
    canvas.text(at + 2, y, short(told.auc), p.text, attrs=BOLD if says in (Says.WITH, Says.AGAINST) else 0)
    canvas.text(at + 6, y, between(told.auc_low, told.auc_high), p.muted)
    at += 15
    end = x + width
    if end - at >= AXIS + 22:
        cells = whisker(told.auc_low, told.auc, told.auc_high, 0.0, 1.0, AXIS)
        for column, cell in enumerate(cells):
            middle = column == AXIS // 2
            canvas.text(at + column, y, "│" if middle and cell == " " else cell, ink if cell == "●" else p.faint)
        at += AXIS + 1
    for words, room in ((signed(100 * told.difference), 6), (p_value(q), 6), (f"{told.n_right}:{told.n_wrong}", 12)):
        if at + room <= end:
            canvas.text(at, y, words, p.muted, width=room, align="right")
        at += room


def draw_class_heads(canvas: Canvas, x: int, y: int, width: int) -> None:
    """The names of the columns of `draw_class`."""
    p = canvas.palette
    at = x + min(max(width - 30, 8), 16) + 1
    canvas.text(at + 2, y, "AUC", p.muted)
    at += 15
    end = x + width
    if end - at >= AXIS + 22:
        canvas.text(at, y, "0", p.faint)
        canvas.text(at, y, "1", p.faint, width=AXIS, align="right")
        at += AXIS + 1
    for words, room in (("points", 6), ("q", 6), ("right:wrong", 12)):
        if at + room <= end:
            canvas.text(at, y, words, p.muted, width=room, align="right")
        at += room
