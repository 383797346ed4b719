"""The Runs view: a line a run, best first; under it, where there is room, recall by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events

from clftui.drawing.canvas import Canvas
from clftui.schema import FormatError
from clftui.state.class_spread import class_spread
from clftui.state.moves import focus_run
from clftui.state.reported import reported_past
from clftui.state.run_past import Past
from clftui.state.runs_pane import pinned_words
from clftui.state.runs_score import Score
from clftui.state.runs_table import (
    RunRow,
    RunsTable,
    drill,
    mark,
    model_words,
    move,
    other_score,
    row_past,
    runs_table,
)
from clftui.state.session import Session
from clftui.state.settings import PaneSize
from clftui.state.troubles import collection_troubles, run_notes
from clftui.text import plural
from clftui.views.view import Act, View, follow
from clftui.widgets.runs_columns import Column, Kind, choose
from clftui.widgets.runs_head import axis_of, draw_head, draw_key, draw_more
from clftui.widgets.runs_rows import RunsPicture, draw_row
from clftui.widgets.sentence import draw_sentence, wrapped

if TYPE_CHECKING:
    from clftui.views.runs_panes import LowerPane

PANE_FROM = 24
"""Lines of the body from which on recall by class is drawn even though not all runs fit above it."""
LEAST_PANE = 8
LEAST_NOTED = 8
"""Lines of the body from which on there are notes under the rows."""


@dataclass(frozen=True)
class Window:
    """Which rows show: `first` to `last` (excluded), then the `docked` lettered ones that would be out of sight."""

    first: int
    last: int
    docked: tuple[int, ...]


class RunsView(View):
    """Tab 1."""

    _top = 0
    _window = Window(0, 1, ())
    _pane: LowerPane | None = None

    @property
    def legend(self) -> str:
        if self.session is None:
            return ""
        parts = [plural(len(self.session.catalog.runs), "run"), f"sorted by {self.session.runs.sort.value}"]
        return " · ".join([*parts, *filter(None, [pinned_words(self.session)])])

    @property
    def page(self) -> tuple[int, int]:
        return (max(1, self._window.last - self._window.first), 1)

    def draw(self, canvas: Canvas) -> None:
        if self.session is None or canvas.height < 1:
            return
        try:
            table = runs_table(self.session)
            if table.rows:
                self._draw_table(canvas, self.session, table)
            else:
                draw_sentence(canvas, no_runs(self.session))
        except FormatError as error:
            draw_sentence(canvas, str(error))

    def _draw_table(self, canvas: Canvas, session: Session, table: RunsTable) -> None:
        pane = self._pane_height(canvas.height, session, len(table.rows))
        notes = notes_of(session, table, canvas.width - 4, canvas.height)
        room = max(1, canvas.height - 1 - pane - len(notes) - (1 if pane else 0))
        cursor = table.row_of(session.selection.run) or 0
        letters = {run.key: letter for letter, run in session.lettered}
        self._window = window_of(table, cursor, room, self._top, frozenset(letters))
        self._top = self._window.first
        shown = [table.rows[at] for at in (*range(self._window.first, self._window.last), *self._window.docked)]
        picture = self._picture(canvas.width, session, table, shown, cursor, letters)
        if canvas.height == 1:
            draw_row(canvas, picture, 0, cursor)
            return
        draw_head(canvas, picture)
        y = self._draw_rows(canvas, picture)
        free = canvas.height - pane - len(notes) - y
        if len(table.rows) <= room and free > 0 and draw_key(canvas, picture, y):
            y, free = y + 1, free - 1
        if pane and free > 0:
            y += 1
        for note in notes:
            canvas.text(3, y, note, canvas.palette.muted, width=canvas.width - 4)
            y += 1
        if pane:
            top = canvas.height - pane if len(table.rows) > room else min(y + 1, canvas.height - pane)
            if self._lower().draw(canvas, top, pane, session, table.split, letters):
                self._look_again()

    def _lower(self) -> LowerPane:
        """What stands under the table, loaded when it is first needed."""
        if self._pane is None:
            from clftui.views.runs_panes import LowerPane

            self._pane = LowerPane()
        return self._pane

    def _pane_height(self, height: int, session: Session, runs: int) -> int:
        if session.runs.size is not PaneSize.FITTED:
            return self._lower().height(session, runs, height)
        spread = class_spread(session)
        return pane_height(height, runs, len(spread.classes) if spread is not None else 0)

    def _picture(
        self, width: int, session: Session, table: RunsTable, shown: list[RunRow], cursor: int, letters: dict[str, str]
    ) -> RunsPicture:
        grown = any(len(row.run.epochs(table.split) or reported_past(row.run, table.split)) > 1 for row in shown)
        marked = any(mark(row)[0] != "○" for row in table.rows)
        columns = choose(table, width, marked, grown)
        pasts = self._pasts(table, columns, shown)
        others = self._others(session, columns, shown)
        first = next((column.name for column in columns if column.kind is Kind.OTHER), "")
        visible = [score for (_, split), score in others.items() if split == first]
        return RunsPicture(table, columns, cursor, letters, pasts, others, axis_of(shown, visible),
                           session.runs.pinned_run)  # fmt: skip

    def _pasts(self, table: RunsTable, columns: tuple[Column, ...], shown: list[RunRow]) -> dict[str, Past]:
        """What is known of the epochs of the rows on the screen; the rest is asked for."""
        if not any(column.kind in (Kind.CHANGE, Kind.BEST, Kind.EPOCHS, Kind.SPARK) for column in columns):
            return {}
        found: dict[str, Past] = {}
        for row in shown:
            known = row_past(row, table.split)
            if known is None:
                self._look_again()
            else:
                found[row.run.key] = known
        return found

    def _others(
        self, session: Session, columns: tuple[Column, ...], shown: list[RunRow]
    ) -> dict[tuple[str, str], Score]:
        found: dict[tuple[str, str], Score] = {}
        for column in columns:
            for row in shown if column.kind is Kind.OTHER else ():
                known = other_score(session, row, column.name)
                if known is None:
                    self._look_again()
                else:
                    found[row.run.key, column.name] = known
        return found

    def _draw_rows(self, canvas: Canvas, picture: RunsPicture) -> int:
        """Draw the window and the docked rows; returns the line after them."""
        window, rows = self._window, picture.table.rows
        y = 1
        for row in range(window.first, window.last):
            draw_row(canvas, picture, y, row)
            y += 1
        hidden = len(rows) - (window.last - window.first)
        if hidden:
            docked = [picture.letters[rows[row].run.key] for row in window.docked]
            below = len(rows) - window.last - sum(row >= window.last for row in window.docked)
            draw_more(
                canvas, picture, y, window.first - sum(row < window.first for row in window.docked), below, docked
            )
            y += 1
        for row in window.docked:
            draw_row(canvas, picture, y, row)
            y += 1
        return y

    def on_click(self, event: events.Click) -> None:
        if self.session is None:
            return
        window, table = self._window, runs_table(self.session)
        places = [*range(window.first, window.last)]
        if len(table.rows) > len(places):
            places += [-1, *window.docked]
        place = event.y - 1
        if not 0 <= place < len(places) or not 0 <= places[place] < len(table.rows):
            return
        key = table.rows[places[place]].run.key
        if key == self.session.selection.run:
            self.post_message(Act(drill))
        else:
            self.post_message(Act(lambda session: focus_run(session, key)))

    def wheel(self, event: events.MouseEvent, by: int) -> None:
        self.post_message(Act(lambda session: move(session, by, 0)))


def window_of(table: RunsTable, cursor: int, room: int, top: int, lettered: frozenset[str]) -> Window:
    """The rows that `room` lines show. Lettered runs out of sight dock at the bottom and take lines from the rest."""
    total = len(table.rows)
    if total <= room:
        return Window(0, total, ())
    docked: tuple[int, ...] = ()
    for _ in range(len(lettered) + 1):
        shown = max(1, room - 1 - len(docked))
        first = follow(top, cursor, shown, total)
        out = tuple(
            row for row, each in enumerate(table.rows)
            if lettered.intersection(each.keys) and not first <= row < first + shown
        )  # fmt: skip
        if room - 1 - len(out) < 3:
            # Too low a screen for docking: the rows near the cursor matter more.
            return Window(first, min(first + max(1, room - 1), total), ())
        if len(out) <= len(docked):
            return Window(first, first + shown, out)
        docked = out
    return Window(first, first + shown, out)


def pane_height(height: int, runs: int, classes: int) -> int:
    """Lines of the lower pane, its title and axis among them; 0 where there is no room."""
    spare = height - (runs + 1) - 4
    if not classes or (spare < LEAST_PANE and height < PANE_FROM):
        return 0
    return min(classes + 2, max(spare, LEAST_PANE, height * 2 // 5 - 1 if height >= PANE_FROM else 0))


def notes_of(session: Session, table: RunsTable, width: int, height: int) -> list[str]:
    """Lines under the rows: what is odd about the focused run, its model, and what is wrong with the collection."""
    if height < LEAST_NOTED:
        return []
    notes: list[str] = []
    cursor = table.row_of(session.selection.run)
    row = table.rows[cursor] if cursor is not None else None
    if row is not None:
        notes += wrapped(row.problem, width, 3) if row.broken else []
        model = model_words(row.run)
        notes += [f"{row.run.name}: {model}"] if model else []
        odd = "; ".join(run_notes(row.member)) if row.member is not None and height >= LEAST_NOTED + 4 else ""
        notes += wrapped(f"{row.run.name}: {odd}", width, 2) if odd else []
    return [*notes, *_collection_notes(session, width, height)]


def _collection_notes(session: Session, width: int, height: int) -> list[str]:
    """A troubled collection in as many lines as the screen can spare."""
    troubles = collection_troubles(session)
    room = 0 if height < LEAST_NOTED + 4 else 1 if height < 16 else max(2, height // 6)
    if not troubles and session.catalog.passed_over and room:
        return [f"{plural(len(session.catalog.passed_over), 'file')} passed over; e writes which and why"]
    if not troubles or not room:
        return []
    if len(troubles) == 1:
        return wrapped(troubles[0], width, room)
    shown = list(troubles if len(troubles) <= room else troubles[: room - 1])
    rest = len(troubles) - len(shown)
    return [*shown, f"{rest} more; e writes all of them to a file"] if rest else shown


def no_runs(session: Session) -> str:
    """Why there are no runs, and what helps."""
    problems = session.catalog.problems
    return problems[0].message if problems else "There are no runs here yet; the first epoch that is written shows."
