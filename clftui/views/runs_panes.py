"""The pane under the table of runs: how high it is, and one drawing function for each of its variants."""

from __future__ import annotations

from clftui.drawing.canvas import Canvas
from clftui.state.class_spread import class_spread
from clftui.state.class_tree import labels_of
from clftui.state.runs_groups import GroupSpread, group_spread
from clftui.state.runs_leaves import LeafBars, leaf_bars
from clftui.state.runs_lists import class_lists
from clftui.state.runs_pane import available
from clftui.state.runs_pareto import costs
from clftui.state.session import Session
from clftui.state.settings import PaneSize, RunsPane
from clftui.text import plural, sanitise
from clftui.views.runs_pane_charts import draw_complexity, draw_curves
from clftui.views.view import leap
from clftui.widgets.class_dots import draw_class_dots
from clftui.widgets.runs_leaves import axis_low, draw_leaves, layout
from clftui.widgets.runs_lists import draw_lists
from clftui.widgets.runs_title import draw_title

LEAST_BODY = 13
"""Lines of the body below which there is no pane."""
_USUAL = 11
_ABOVE = 7
"""Lines that the table keeps above a pane of usual height, and above a large one."""
_TALLEST_CHART = 26
_SENTENCE = 5
_TITLE = 1


class LowerPane:
    """Draws the chosen pane. Owns its scroll position alone."""

    def __init__(self) -> None:
        self._first = 0
        self._pane: RunsPane | None = None
        self._seen: object = None
        self._moved = False

    def height(self, session: Session, runs: int, body: int) -> int:
        """Lines of the pane on a body of that many lines, its title among them; 0 where it does not show."""
        if session.runs.size is PaneSize.HIDDEN or body < LEAST_BODY:
            return 0
        if session.runs.size is PaneSize.LARGE:
            return max(body - _ABOVE, 0)
        spare = body - (runs + 1) - 4
        least = min(_USUAL, body - _ABOVE)
        return min(_wanted(session), max(spare, least, body * 2 // 5))

    def draw(self, canvas: Canvas, y: int, height: int, session: Session, split: str, letters: dict[str, str]) -> bool:
        """Draw on `height` lines from `y` on; returns whether something is still awaited."""
        self._note_moves(session)
        others = _others(session)
        match session.runs.pane:
            case RunsPane.CURVES:
                return draw_curves(canvas, y, height, session, letters, others)
            case RunsPane.COMPLEXITY:
                draw_complexity(canvas, y, height, session, split, letters, others)
            case RunsPane.GROUPS:
                self._draw_groups(canvas, y, height, session, split, letters, others)
            case RunsPane.LEAVES:
                self._draw_leaves(canvas, y, height, session, split, letters, others)
            case RunsPane.LISTS:
                _draw_lists(canvas, y, height, session, split, others)
            case _:
                self._draw_classes(canvas, y, height, session, split, letters, others)
        return False

    def _note_moves(self, session: Session) -> None:
        """The list begins at its top, whichever class was selected before; from the first move on it follows."""
        now = session.runs.pane, session.selection.true
        if now[0] is not self._pane:
            self._pane, self._first = now[0], 0
            self._moved = self._moved and self._seen != now[1]
        elif self._seen != now[1]:
            self._moved = True
        self._seen = now[1]

    def _scroll(self, cursor: int | None, shown: int, total: int, *, always: bool = False) -> int:
        if cursor is not None and (self._moved or always):
            self._first = leap(self._first, cursor, max(shown, 1), total)
        self._first = max(0, min(self._first, total - shown))
        return self._first

    def _draw_classes(
        self, canvas: Canvas, y: int, height: int, session: Session, split: str, letters: dict[str, str],
        others: tuple[str, ...],
    ) -> None:  # fmt: skip
        spread = class_spread(session)
        if spread is None:
            return
        cursor = spread.classes.index(session.selection.true) if session.selection.true in spread.classes else None
        rows = max(height - _TITLE - 1, 0)
        first = self._scroll(cursor, rows, len(spread.classes))
        about = "hardest first" if len(spread.members) == 1 else "widest disagreement first"
        about += part(first, rows, len(spread.classes))
        draw_title(canvas, y, f"Recall by class on {split}", about, others)
        draw_class_dots(canvas, y + 1, height - _TITLE, spread, letters, session.selection.run, first=first,
                        cursor=cursor if self._moved else None, labels=labels_of(session))  # fmt: skip

    def _draw_groups(
        self, canvas: Canvas, y: int, height: int, session: Session, split: str, letters: dict[str, str],
        others: tuple[str, ...],
    ) -> None:  # fmt: skip
        shown = group_spread(session)
        if shown is None:
            draw_title(canvas, y, "Accuracy by group", "there is no class hierarchy for these runs", others)
            return
        cursor, rows = shown.column(session.runs.group), max(height - _TITLE - 1, 0)
        first = self._scroll(cursor, rows, len(shown.paths), always=True)
        about = _group_words(session, shown) + part(first, rows, len(shown.paths))
        draw_title(canvas, y, f"Accuracy by group on {split}", about, others)
        draw_class_dots(canvas, y + 1, height - _TITLE, shown.spread, letters, session.selection.run, first=first,
                        cursor=cursor)  # fmt: skip

    def _draw_leaves(
        self, canvas: Canvas, y: int, height: int, session: Session, split: str, letters: dict[str, str],
        others: tuple[str, ...],
    ) -> None:  # fmt: skip
        bars = leaf_bars(session)
        if bars is None:
            draw_title(canvas, y, "Leaf classes", f"nothing logged on {split}", others)
            return
        total = len(bars.classes)
        columns = layout(canvas.width - 2, height - _TITLE, total)
        cursor = bars.classes.index(session.selection.true) if session.selection.true in bars.classes else None
        first = self._scroll(cursor, columns.shown, total)
        draw_title(canvas, y, _leaf_title(bars), _leaf_words(session, bars) + part(first, columns.shown, total), others)
        draw_leaves(canvas, y + 1, bars, columns, letters, session.selection.run, first=first,
                    cursor=cursor if self._moved else None, labels=labels_of(session))  # fmt: skip


def _wanted(session: Session) -> int:
    """Lines that the pane can use."""
    match session.runs.pane:
        case RunsPane.CURVES:
            return _TALLEST_CHART
        case RunsPane.COMPLEXITY:
            return _TALLEST_CHART if costs(session) else _SENTENCE
        case RunsPane.GROUPS:
            shown = group_spread(session)
            return max(len(shown.paths) + 2 if shown is not None else 0, 4)
        case RunsPane.LEAVES:
            bars = leaf_bars(session)
            return max(len(bars.classes) + 1 if bars is not None else 0, 4)
        case _:
            spread = class_spread(session)
            return max(len(spread.classes) + 2 if spread is not None else 0, 4)


def _others(session: Session) -> tuple[str, ...]:
    """What `v` shows next, in its order."""
    panes = available(session)
    at = panes.index(session.runs.pane) if session.runs.pane in panes else 0
    return tuple(pane.value for pane in (*panes[at + 1 :], *panes[:at]))


def part(first: int, shown: int, total: int) -> str:
    """`, 11–20 of 100` where not everything shows."""
    return f", {first + 1}–{min(first + shown, total)} of {total}" if 0 < shown < total else ""


def _group_words(session: Session, shown: GroupSpread) -> str:
    rule = "any class of the group is right" if shown.inside else "its own class is right"
    level = f"level {shown.level} of {shown.levels}, " if shown.levels > 1 else ""
    pinned = session.runs.pinned_group
    return f"{level}{rule}" + (f", pinned {sanitise(pinned[-1])}" if pinned else "")


def _leaf_title(bars: LeafBars) -> str:
    of = f" of {sanitise(bars.group)}" if bars.group else ""
    return f"Leaf classes{of}: {sanitise(bars.member.run.name) if bars.member is not None else 'mean of all runs'}"


def _leaf_words(session: Session, bars: LeafBars) -> str:
    low = axis_low(bars)
    axis = f", from {100 * low:.0f} %" if low else ""
    if bars.member is None:
        return f"recall{axis}, lowest–highest of {plural(len(bars.members), 'run')}"
    pinned = bars.member.run.key == session.runs.pinned_run
    return f"pinned, recall{axis}, ─ 95 %" if pinned else f"recall{axis}, ─ 95 %; P pins the run"


def _draw_lists(canvas: Canvas, y: int, height: int, session: Session, split: str, others: tuple[str, ...]) -> None:
    lists = class_lists(session, max(height - _TITLE - 1, 1))
    about = "one run: no range between runs" if len(lists) == 2 else "recall, per cent"
    draw_title(canvas, y, f"Range and average by class on {split}", about, others)
    draw_lists(canvas, y + 1, lists, session.selection.true, labels_of(session))
