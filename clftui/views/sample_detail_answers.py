"""What every run says of one sample: its best classes as bars, or a line where there is no room for them."""

from __future__ import annotations

from clftui.drawing.canvas import BOLD, Canvas
from clftui.drawing.glyphs import bar
from clftui.state.sample_answers import RunAnswer, Verdict
from clftui.text import short_score, shorten, text_width
from clftui.views.sample_parts import name_of, run_colour

BEST = 5


def answers_height(answers: tuple[RunAnswer, ...], lines: int) -> int:
    """Rows with `lines` classes of each run, without a gap between runs."""
    return (1 + min(lines, _longest(answers))) * max(len(answers), 1)


def _longest(answers: tuple[RunAnswer, ...]) -> int:
    return max((len(best_of(item, BEST)) for item in answers), default=0)


def draw_answers(canvas: Canvas, x: int, y: int, width: int, height: int, answers: tuple[RunAnswer, ...]) -> int:
    """A block a run: its name, where the true class stands, and bars of its best classes. Returns the rows taken."""
    n = max(len(answers), 1)
    lines = max(1, min(_longest(answers), (height + 1) // n - 1))
    while lines > 1 and (1 + lines) * n > height:
        lines -= 1
    gap = 1 if (lines + 2) * n <= height + 1 else 0
    at = y
    for item in answers:
        _draw_run(canvas, x, at, width, item, lines)
        at += 1 + lines + gap
    return at - y - gap


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
    for number, (name, score) in enumerate(best_of(item, lines)):
        at, true = y + 1 + number, name == item.answer.true
        colour = p.text if true or number == 0 or score >= 0.1 else p.muted
        if true:
            canvas.text(x, at, "✓", p.better)
        canvas.text(x + 2, at, shorten(name, names), colour, attrs=BOLD * true)
        room = width - names - 9
        if room >= 4:
            shade = hue if true or not p.colourful else p.mix(hue, p.page, 0.45)
            canvas.text(x + 3 + names, at, bar(score, room), shade)
        canvas.text(x, at, _long_score(score), p.text if score >= 0.1 else p.faint, width=width, align="right")


def _long_score(score: float) -> str:
    """`0.505`: where there is room for all digits; never 1.000 of less than 1."""
    digits = short_score(score, 3)
    return f"0{digits}" if digits.startswith(".") else "1.000" if score == 1 else digits


def best_of(item: RunAnswer, lines: int) -> list[tuple[str, float]]:
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


def draw_compact(canvas: Canvas, y: int, answers: tuple[RunAnswer, ...]) -> int:
    """A line a run above row `y`, for terminals too narrow for a column; returns the first row taken."""
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
