"""Calibration and thresholds, variants of the Scores view: how far to trust a score, and where to cut it."""

from __future__ import annotations

import math
from collections.abc import Callable

from clftui.data.run import Run
from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.schema import FormatError
from clftui.state.calibration import Measures, measures, past, temperature, whole, why_not
from clftui.state.calibration_settings import GapSort
from clftui.state.calibration_steps import class_shown, is_calibration, ordered, settings
from clftui.state.class_tree import class_words, label_of
from clftui.state.moves import select
from clftui.state.session import Session
from clftui.state.thresholds import OneClass, one_class, shown_class, why_no_sweep
from clftui.state.unready import NotYet, note_missing
from clftui.state.what_if import score_words
from clftui.text import count, plural, sanitise, shorten
from clftui.views.view import follow
from clftui.widgets.calibration_lists import RunLine, draw_classes, draw_history, draw_runs, temperature_words
from clftui.widgets.reliability import Diagram, draw_diagram
from clftui.widgets.sentence import draw_sentence, wrapped
from clftui.widgets.thresholds import area_words, draw_curve, draw_outcomes, draw_scores
from clftui.widgets.timeline import run_colour

WIDE = 100
"""Columns from which on two curves stand beside the numbers."""
BESIDE = 64
"""Columns from which on a diagram stands beside the numbers: these alone say as much."""
LOWEST = 24
"""Lines that a diagram takes where they are there, however narrow it is."""
_LEAST_LIST = 4


class DecisionsPane:
    """Draws either variant on the whole body. Owns the scroll position of the list of classes alone."""

    def __init__(self) -> None:
        self._first = 0
        self._list: tuple[int, int, tuple[str, ...]] | None = None
        """First column, first line and names of the classes that are listed."""
        self._axis: tuple[int, int] | None = None
        """First column and width of the axis of scores."""

    def legend(self, session: Session) -> str:
        """What is drawn, for the tab bar."""
        given = session.calibration
        if is_calibration(session):
            order = "" if given.sort is GapSort.TOP_LABEL else f" · {given.sort.value}"
            return f"calibration · {given.bins} bins of {given.binning.value}{order}"
        return f"thresholds · miss × {given.miss:g}"

    def draw(self, canvas: Canvas, session: Session) -> None:
        """Everything, or a sentence why there is nothing to draw."""
        self._list = self._axis = None
        run = session.run
        evaluation = session.evaluation()
        problem = "There are no runs." if run is None else why_not(run, evaluation)
        if problem or run is None:
            draw_sentence(canvas, problem)
        elif is_calibration(session):
            self._calibration(canvas, session)
        else:
            self._thresholds(canvas, session)

    def clicked(self, x: int, y: int) -> Callable[[Session], Session] | None:
        """What a click there asks for: the cursor on a class, or another threshold."""
        if self._list is not None and x >= self._list[0] and 0 <= y - self._list[1] < len(self._list[2]):
            name = self._list[2][y - self._list[1]]
            return lambda session: select(session, predicted=name, sample=None)
        if self._axis is not None and 0 <= x - self._axis[0] <= self._axis[1]:
            at = (x - self._axis[0]) / self._axis[1]
            return lambda session: settings(session, threshold=at)
        return None

    def _calibration(self, canvas: Canvas, session: Session) -> None:
        run, p = session.run, canvas.palette
        assert run is not None
        own = measures(session, run)
        if own is None:
            note_missing()
            draw_sentence(canvas, f"Reading how sure {sanitise(run.name)} is …")
            return
        if not own.n:
            draw_sentence(canvas, "No sample with a known score passes the filters; F drops the last one.")
            return
        left = min(max(canvas.width * 48 // 100, 34), 84) if canvas.width >= BESIDE else -2
        if left > 0:
            self._diagram(canvas, session, left, min(canvas.height - 1, max(left // 2 + 2, LOWEST)))
        x, width = left + 3, canvas.width - left - 4
        lines = run_lines(session)
        y = draw_runs(canvas, x, 0, width, lines) + 1
        for part in self._facts(session, own.unknown):
            for line in wrapped(part, width, 3):
                canvas.text(x, y, line, p.muted, width=width)
                y += 1
        y += 1 if canvas.height - y > 10 else 0
        if canvas.height - y < _LEAST_LIST:
            return
        known = whole(session, run)
        if known is None:
            note_missing()
        order = ordered(session, own, known)
        names = session.classes
        places = {int(cls): place for place, cls in enumerate(order)}
        cursor = places.get(names.index(shown_class(session) or names[0]), 0)
        self._first = follow(self._first, cursor, canvas.height - y - 1, len(order))
        safe = tuple(map(sanitise, class_words(session, names)))
        tall = min(canvas.height - y, len(order) + 1)
        draw_classes(canvas, x, y, width, tall, safe, order, own, known, self._first, cursor)
        self._list = x, y + 1, tuple(names[cls] for cls in order[self._first : self._first + tall - 1].tolist())
        draw_history(canvas, x, y + tall + 1, width, canvas.height - y - tall - 1, lines)

    def _diagram(self, canvas: Canvas, session: Session, width: int, height: int) -> None:
        run, p = session.run, canvas.palette
        assert run is not None
        cls = class_shown(session)
        own = measures(session, run, cls=cls)
        name = run.name if cls is None else f"predicted as {label_of(session, session.classes[cls])}"
        about = shorten(name, max(width - 32, 8))
        letter = session.selection.letter(run.key) or ""
        title = [Span(" right of 100, by confidence", p.muted), Span(f"  {about}", p.text, None, BOLD)]
        canvas.line(0, 0, title)
        if own is None:
            note_missing()
            canvas.text(6, 3, "reading …", p.muted)
            return
        others = []
        for each_letter, each in session.lettered if cls is None else ():
            found = _measured(session, each) if each is not run else None
            if found is not None and found.n:
                others.append((each_letter, found.reliability))
        shown = Diagram(own.reliability, letter, tuple(others), session.calibration.binning, session.calibration.bin)
        draw_diagram(canvas, 1, 1, width - 1, height - 1, shown)

    def _facts(self, session: Session, unknown: int) -> list[str]:
        """Sentences about the focused run: its temperature, and what was left out."""
        run, evaluation = session.run, session.evaluation()
        assert run is not None and evaluation is not None
        kept = evaluation.rank_limit
        problem = ""
        if evaluation.score_kind != "full":
            have = f"the {kept} best classes" if kept is not None else "the best class"
            problem = f"{have.capitalize()} were kept: no temperature, no Brier score, no class's own error."
        found = temperature(session, run)
        if found is None and not problem:
            note_missing()
        facts = ["; ".join(temperature_words(found, problem))]
        if unknown:
            facts.append(f"{plural(unknown, 'sample')} without a known score left out.")
        return facts

    def _thresholds(self, canvas: Canvas, session: Session) -> None:
        run, name = session.run, shown_class(session)
        assert run is not None
        problem = why_no_sweep(run, session.evaluation())
        if problem or name is None:
            draw_sentence(canvas, problem or "There are no classes.")
            return
        shown, called = one_class(session, run, session.classes.index(name)), sanitise(label_of(session, name))
        if shown is None:
            note_missing()
            draw_sentence(canvas, f"Reading the scores of {called} …")
            return
        if not shown.sweep.positives:
            draw_sentence(canvas, f"No sample of {called} passes the filters: its thresholds are undefined.")
            return
        self._axis = _draw_one_class(canvas, session, shown, name)


def run_lines(session: Session, *, wait: bool = False) -> tuple[RunLine, ...]:
    """The runs A to D, and the focused one before them where it has no letter."""
    shown = [*session.lettered]
    run = session.run
    if run is not None and all(each is not run for _, each in shown):
        shown = [("", run), *shown]
    lines = []
    for letter, each in shown:
        try:
            problem = why_not(each, session.evaluation(each))
            found = None if problem else measures(session, each, wait=wait)
            known = None if problem else whole(session, each, wait=wait)
            history = None if problem else past(session, each, wait=wait)
        except NotYet:
            problem, found, known, history = "", None, None, None
        except FormatError as error:
            problem, found, known, history = str(error), None, None, None
        if not problem and (found is None or known is None or history is None or history.pending):
            note_missing()
        lines.append(RunLine(letter, each.name, each is run, found, known, history, problem))
    return tuple(lines)


def _measured(session: Session, run: Run) -> Measures | None:
    """Those of another run; None while they are read, or where they cannot be: its line in the table says why."""
    try:
        return measures(session, run)
    except FormatError:
        return None


def _rivals(session: Session, name: str) -> tuple[tuple[str, Run, OneClass], ...]:
    """The class in the other runs A to D that know it and keep its scores."""
    found = []
    for letter, run in session.lettered:
        if run is session.run or name not in run.class_index:
            continue
        try:
            shown = one_class(session, run, run.class_index[name])
            if shown is not None and shown.sweep.positives:
                found.append((letter, run, shown))
            elif shown is None and not why_no_sweep(run, session.evaluation(run)):
                note_missing()
        except FormatError:  # Tab 1 says what is wrong with the run.
            continue
    return tuple(found)


def _draw_one_class(canvas: Canvas, session: Session, shown: OneClass, name: str) -> tuple[int, int]:
    """Returns the first column and the width of the axis of scores."""
    p, given, sweep = canvas.palette, session.calibration, shown.sweep
    scores = max(min(canvas.height // 4, 9), 3)
    tall = canvas.height - scores - 2
    run = session.run
    called = sanitise(label_of(session, name))
    about = f"{called} against the rest: {count(sweep.positives)} of {count(shown.n)} samples"
    canvas.line(1, 0, [Span(shorten(about, canvas.width - 2), p.text, None, BOLD)])
    rivals = _rivals(session, name)
    others = tuple((letter, each) for letter, _, each in rivals)
    wide = canvas.width >= WIDE
    curve = min((canvas.width - 44) // 2, 56) if wide else max(canvas.width - 44, 26)
    draw_curve(canvas, 1, 1, curve, tall, shown, given.threshold, others, roc=False)
    if wide:
        draw_curve(canvas, 3 + curve, 1, curve, tall, shown, given.threshold, others, roc=True)
    x = 5 + 2 * curve if wide else 3 + curve
    width = canvas.width - x - 1
    cheapest = sweep.cheapest(given.miss)
    columns = [
        (f"≥ {score_words(given.threshold)}", sweep.at(given.threshold), p.focus),
        ("○ now", shown.decided, p.muted),
    ]
    columns.append((f"≥ {score_words(min(cheapest, 1.0))}", sweep.at(cheapest), p.text))
    y = 1 + draw_outcomes(canvas, x, 1, width, tall, columns, given.miss)
    never = math.isinf(cheapest)
    words = f"A miss costs {given.miss:g} × a false alarm: " + ("never is cheapest." if never else
                                                                f"{score_words(cheapest)} is cheapest.")  # fmt: skip
    for line in wrapped(words, width, 2):
        canvas.text(x, y, line, p.muted)
        y += 1
    own = [(session.selection.letter(run.key) or "", run, shown)] if run is not None else []
    for letter, each, found in (*own, *rivals):
        if y >= canvas.height - scores - 1:
            break
        y += 1 if each is run and y + len(rivals) < canvas.height - scores - 3 else 0
        canvas.text(x, y, letter, run_colour(canvas, letter), attrs=BOLD)
        areas = f"AP {area_words(found.sweep.ap)}  AUC {area_words(found.sweep.auc)}"
        canvas.text(x + 2, y, shorten(each.name, max(width - len(areas) - 3, 4), middle=True), p.muted)
        canvas.text(x, y, areas, p.text if each is run else p.muted, width=width, align="right")
        y += 1
    return draw_scores(canvas, 1, canvas.height - scores - 1, canvas.width - 3, scores + 1, shown, called,
                       given.threshold)  # fmt: skip
