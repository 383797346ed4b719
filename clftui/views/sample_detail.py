"""One sample: its image or text as large as fits, every run's best classes, its epochs, its columns."""

from __future__ import annotations

from clftui.data.images import Picture, Unreadable
from clftui.data.samples import SampleTable
from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import bar
from clftui.state.sample_answers import RunAnswer, Verdict, run_answers
from clftui.state.sample_ids import find_row, row_of
from clftui.state.sample_list import SampleList, index_of, is_listed
from clftui.state.sample_past import MARK, marks
from clftui.state.session import Session
from clftui.text import count, sanitise, short_score, shorten, text_width
from clftui.views.sample_badges import draw_tag_lines
from clftui.views.sample_parts import name_of, run_colour, wrapped
from clftui.views.sample_tracks import draw_tracks, tracks_height
from clftui.widgets.sentence import draw_sentence
from clftui.widgets.thumbnail import Thumbnails

BEST = 5
SIDE_MIN = 60
"""From this width on the runs' answers stand at the right, else under the image."""


def draw_detail(canvas: Canvas, session: Session, shown: SampleList, thumbnails: Thumbnails) -> None:
    """Draw the focused sample alone."""
    name = session.selection.sample or ""
    row = row_of(shown.table, name)
    position = find_row(shown.evaluation, row)
    if position is None:
        draw_sentence(
            canvas, f"{shown.run.name} has no sample #{sanitise(name)} here; backspace goes back to the list."
        )
        return
    side = 0 if canvas.width < SIDE_MIN else max(34, min(52, canvas.width * 36 // 100))
    answers = run_answers(session, shown, row, BEST)
    if side:
        _draw_side(canvas, canvas.width - side, side, answers)
    width = canvas.width - (side + 2 if side else 0)
    bottom = _draw_bottom(canvas, session, shown, row, width, answers, compact=not side)
    _draw_subject(canvas, session, shown, row, position, width, bottom, thumbnails)


def _draw_subject(
    canvas: Canvas,
    session: Session,
    shown: SampleList,
    row: int,
    position: int,
    width: int,
    bottom: int,
    thumbnails: Thumbnails,
) -> None:
    """The title line and the image or text between it and `bottom`."""
    p, table = canvas.palette, shown.table
    top = 2 if bottom >= 12 else 1
    label = int(shown.evaluation.true[position])
    about = [f"true {sanitise(shown.evaluation.classes[label])}" if label >= 0 else "no label"]
    past = marks(session, shown.run, shown.evaluation)
    if past is not None and past[position]:
        about.append(f"{MARK} {past.words}")
    thumbnails.begin()
    document = _document(table, row)
    if document:
        for number, line in enumerate(wrapped(document, min(width - 2, 100), max(bottom - top, 1))):
            canvas.text(1, top + number, line, p.text)
    elif table is not None and table.paths is not None and bottom > top:
        found = thumbnails.draw(canvas, 1, top, width - 2, bottom - top, table, row)
        if isinstance(found, Picture):
            about.append(found.words)
        elif isinstance(found, Unreadable):
            # The upper half: the middle holds the placeholder's own word.
            room = max(1, min(6, (bottom - top - 1) // 2))
            for number, line in enumerate(wrapped(found.sentence, width - 4, room)):
                canvas.text(2, top + number, line, p.muted, p.surface if p.colourful else None)
    thumbnails.end()
    listed = is_listed(session, shown)
    where = f"{count(index_of(session, shown) + 1)} of {count(shown.n)}" if listed else "not in the list"
    used = canvas.text(1, 0, f"#{shorten(session.selection.sample or '', 24, middle=True)}", p.focus, attrs=BOLD)
    room = width - used - 7 - len(where)
    if room > 6:
        canvas.text(used + 4, 0, shorten(", ".join(about), room), p.muted)
    canvas.text(width - 1 - len(where), 0, where, p.faint)


def _document(table: SampleTable | None, row: int) -> str:
    """The text of a sample that has no image."""
    if table is None or table.text is None or not 0 <= row < table.n:
        return ""
    return "" if table.paths is not None and table.paths[row] else str(table.text[row])


def _draw_bottom(
    canvas: Canvas,
    session: Session,
    shown: SampleList,
    row: int,
    width: int,
    answers: tuple[RunAnswer, ...],
    *,
    compact: bool,
) -> int:
    """Epochs, columns and path from the lower edge upwards; returns the row above which the subject has its place."""
    p, y = canvas.palette, canvas.height
    if canvas.height < 8:
        return y
    y = draw_tag_lines(canvas, y, width, session, shown, row)
    for line in _facts(shown, row, width - 2, 3 if canvas.height >= 24 else 1):
        y -= 1
        canvas.text(1, y, line, p.faint)
    if compact:
        y = _draw_compact(canvas, y, answers)
    height = tracks_height(session, answers)
    if height and canvas.height >= 22 and y - height >= 12:
        y -= height
        draw_tracks(canvas, y, width, session, answers)
    return y - 1


def _facts(shown: SampleList, row: int, width: int, lines: int) -> list[str]:
    """The table's other columns and the path, last line first."""
    table = shown.table
    if table is None or not 0 <= row < table.n:
        return []
    path = str(table.paths[row]) if table.paths is not None else ""
    columns = "   ".join(f"{sanitise(name)}: {sanitise(str(table.columns[name][row]))}" for name in table.group_columns)
    out = [shorten(path, width, middle=True)] if path else []
    if columns:
        out += reversed(wrapped(columns, width, max(lines - len(out), 1)))
    return out


def _draw_compact(canvas: Canvas, y: int, answers: tuple[RunAnswer, ...]) -> int:
    """A line a run, for terminals too narrow for the side pane."""
    p = canvas.palette
    shown = answers[: max(1, min(len(answers), canvas.height // 3))]
    for number, item in enumerate(shown):
        at = y - len(shown) + number
        canvas.text(1, at, item.letter or "·", run_colour(p, item.letter), attrs=BOLD)
        words = f"– {item.missing}"
        if item.answer is not None:
            score = short_score(item.answer.confidence)
            words = f"{item.answer.verdict.glyph} {name_of(item.answer.predicted)} {score}"
        canvas.text(3, at, words, p.muted if item.answer is None else p.text, width=canvas.width - 4)
    return y - len(shown)


def _draw_side(canvas: Canvas, x: int, width: int, answers: tuple[RunAnswer, ...]) -> None:
    """A block a run: its name, where the true class stands, and bars of its best classes."""
    p, n = canvas.palette, max(len(answers), 1)
    canvas.vline(x - 2, 0, canvas.height, p.line)
    longest = max((len(_best(item, BEST)) for item in answers), default=0)
    lines = max(1, min(longest, (canvas.height + 1) // n - 2))
    gap = 1 if (lines + 2) * n <= canvas.height + 1 else 0
    y = 0
    for item in answers:
        _draw_run(canvas, x, y, width - 1, item, lines)
        y += 1 + lines + gap


def _draw_run(canvas: Canvas, x: int, y: int, width: int, item: RunAnswer, lines: int) -> None:
    p = canvas.palette
    standing, good = _standing(item)
    used = canvas.text(x, y, item.letter or "·", run_colour(p, item.letter), attrs=BOLD)
    room = width - used - 2 - text_width(standing)
    canvas.text(x + used + 1, y, shorten(item.run.name, max(room, 4), middle=True), p.text, attrs=BOLD)
    canvas.text(x, y, standing, p.better if good else p.muted, width=width, align="right")
    if item.answer is None:
        return
    hue = run_colour(p, item.letter)
    names = max(8, min(18, width // 3))
    for number, (name, score) in enumerate(_best(item, lines)):
        at, true = y + 1 + number, name == item.answer.true
        colour = p.text if true or number == 0 or score >= 0.1 else p.muted
        if true:
            canvas.text(x, at, "✓", p.better)
        canvas.text(x + 2, at, shorten(name, names), colour, attrs=BOLD * true)
        room = width - names - 9
        if room >= 4:
            canvas.text(
                x + 3 + names, at, bar(score, room), hue if true or not p.colourful else p.mix(hue, p.page, 0.45)
            )
        canvas.text(x, at, _long_score(score), p.text if score >= 0.1 else p.faint, width=width, align="right")


def _long_score(score: float) -> str:
    """`0.505`: where there is room for all digits; never 1.000 of less than 1."""
    digits = short_score(score, 3)
    return f"0{digits}" if digits.startswith(".") else "1.000" if score == 1 else digits


def _best(item: RunAnswer, lines: int) -> list[tuple[str, float]]:
    """The best classes; the last line is the true class's where it is not among them."""
    answer = item.answer
    if answer is None:
        return []
    top = list(answer.top[:lines])
    if answer.true is not None and all(name != answer.true for name, _ in top):
        top = [*top[: lines - 1], (answer.true, answer.true_score)] if lines > 1 else top
    return top


def _standing(item: RunAnswer) -> tuple[str, bool]:
    """Where the true class stands: `right`, `true is no. 2`, `true below the 10 kept`."""
    answer = item.answer
    if answer is None:
        return item.missing, False
    if answer.verdict is Verdict.UNKNOWN:
        return "no label", False
    if answer.verdict is Verdict.RIGHT:
        return "right", True
    if answer.true_rank <= 0:
        return "wrong", False
    if answer.kept is not None and answer.true_rank > answer.kept:
        return f"true below the {answer.kept} kept", False
    return f"true is no. {answer.true_rank}", False
