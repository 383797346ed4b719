"""Pieces that the grid, the lines and the detail of Samples share: verdict colours, captions, wrapping, answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.drawing.palette import Palette
from clftui.state.sample_answers import Answer, RunAnswer, Track, Verdict, answers_at
from clftui.state.sample_list import SampleList
from clftui.state.sample_past import MARK
from clftui.state.selection import LETTERS
from clftui.text import sanitise, short_score, shorten, take, text_width

STRIP_RIGHT, STRIP_WRONG = "▄", "▁"


def verdict_colour(palette: Palette, verdict: Verdict) -> int:
    """The colour of a verdict's glyph; the glyph itself tells it too."""
    return {
        Verdict.RIGHT: palette.better,
        Verdict.NEAR: palette.muted,
        Verdict.WRONG: palette.worse,
        Verdict.UNKNOWN: palette.faint,
    }[verdict]


def run_colour(palette: Palette, letter: str | None) -> int:
    """A lettered run's hue; plain text for the focused run without a letter."""
    return palette.runs[LETTERS.index(letter)] if letter is not None else palette.text


@lru_cache(maxsize=16)
def answers_of(shown: SampleList, indices: tuple[int, ...]) -> tuple[Answer, ...]:
    """The answers to some samples of a list, by their indices in it."""
    return answers_at(shown.evaluation, shown.positions[list(indices)])


def name_of(name: str | None) -> str:
    """A class for the screen; `no answer` where the run gave none."""
    return sanitise(name) if name is not None else "no answer"


def wrapped(text: str, width: int, lines: int) -> list[str]:
    """Sanitised `text` in lines of at most `width` columns, broken at blanks where possible, the last one shortened."""
    words, out, line = sanitise(text).split(" "), [], ""
    while words:
        word = words.pop(0)
        joined = f"{line} {word}" if line else word
        if text_width(joined) <= width:
            line = joined
            continue
        if not line:
            line = take(word, width) or word[:1]
            words.insert(0, word[len(line) :])
        else:
            words.insert(0, word)
        out.append(line)
        line = ""
        if len(out) == lines:
            out[-1] = shorten(f"{out[-1]} {' '.join(words)}", width)
            return out
    return [*out, line] if line else out


def verdict_spans(palette: Palette, verdict: Verdict, marked: bool) -> list[Span]:
    """`◐▲`: the verdict, and whether the sample was wrong in more epochs than the mark."""
    return [Span(verdict.glyph, verdict_colour(palette, verdict)), Span(MARK if marked else " ", palette.worse)]


def caption(
    answer: Answer, tags: dict[str, str], width: int, focused: bool, palette: Palette, marked: bool = False
) -> list[Span]:
    """`◐ .998 h .00`: verdict, confidence, true class, its score."""
    p = palette
    score = short_score(answer.confidence, 3)
    own = short_score(answer.true_score)
    room = width - 4 - len(score) - len(own)
    true = sanitise(answer.true) if answer.true is not None else "–"
    if text_width(true) > room:
        tag = tags.get(answer.true or "", true)
        true = tag if room < 6 and text_width(tag) <= room else shorten(true, room)
    return [
        *verdict_spans(p, answer.verdict, marked),
        Span(f"{score} ", p.text, None, BOLD if focused else 0),
        Span(f"{true} {own}", p.muted),
    ]


def short_caption(
    answer: Answer, tags: dict[str, str], width: int, focused: bool, palette: Palette, marked: bool = False
) -> list[Span]:
    """`◐ h → t .998` for lists of many cells where there is one line: true and predicted class as tags."""
    p = palette
    score = short_score(answer.confidence, 3)
    true, predicted = (tags.get(name or "", "–") for name in (answer.true, answer.predicted))
    arrow = " → " if len(true) + len(predicted) + len(score) + 6 <= width else "→"
    return [
        *verdict_spans(p, answer.verdict, marked),
        Span(true, p.muted),
        Span(arrow, p.faint),
        Span(predicted, p.text),
        Span(f" {score}", p.text, None, BOLD if focused else 0),
    ]


def captions(
    answer: Answer, width: int, focused: bool, palette: Palette, marked: bool = False
) -> tuple[list[Span], list[Span]]:
    """Two lines for lists of many cells: predicted class and its score over the true class and its score."""
    p = palette
    lines: list[list[Span]] = []
    blank = [Span("  ", p.text)]
    head = verdict_spans(p, answer.verdict, marked)
    for start, name, score, colour, attrs in (
        (head, name_of(answer.predicted), short_score(answer.confidence, 3), p.text, BOLD * focused),
        (blank, sanitise(answer.true or "no label"), short_score(answer.true_score, 3), p.muted, 0),
    ):
        room = width - 3 - len(score)
        name = shorten(name, room)
        gap = " " * (room - text_width(name) + 1)
        lines.append([*start, Span(name, colour, None, attrs), Span(f"{gap}{score}", p.muted)])
    if answer.verdict is Verdict.RIGHT:
        lines[1] = []
    return lines[0], lines[1]


def draw_strip(canvas: Canvas, x: int, y: int, width: int, track: Track, predicted: int) -> None:
    """`▁▁▁▄▁▁ 5`: right epochs stand up, wrong ones lie low, coloured where the class is the list's; epochs wrong."""
    p = canvas.palette
    number = str(track.wrong)
    room = width - len(number) - (1 if len(track.epochs) > width - len(number) else 0)
    groups = _groups(len(track.epochs), room)
    wrong = p.mix(p.page, p.worse, 0.75) if p.colourful else p.worse
    for column, (start, stop) in enumerate(groups):
        seen = track.predicted[start:stop]
        if (seen == track.true).any():
            canvas.text(x + column, y, STRIP_RIGHT, p.better)
        elif (seen > -2).any():
            canvas.text(x + column, y, STRIP_WRONG, wrong if predicted in seen else p.faint)
    canvas.text(x, y, number, p.faint, width=width, align="right")


def _groups(n: int, room: int) -> list[tuple[int, int]]:
    """`n` epochs in at most `room` columns: neighbours share one, so that no right epoch is left out."""
    columns = min(n, max(room, 1))
    return [(i * n // columns, (i + 1) * n // columns) for i in range(columns)]


def draw_answers(canvas: Canvas, x: int, y: int, width: int, answers: Sequence[RunAnswer], names: bool) -> None:
    """The runs' predictions for one sample in a line of equal columns: `A cnn   T-shirt 0.99`."""
    if not answers:
        return
    p, each = canvas.palette, width // len(answers)
    for index, item in enumerate(answers):
        at, room = x + index * each, each - 2
        letter = item.letter or "·"
        canvas.text(at, y, letter, run_colour(p, item.letter), attrs=BOLD)
        least = min(text_width(sanitise(item.run.name)), 8) + 3 if names else 2
        right = _prediction(item, max(room - least, 8))
        reserved = text_width(right)
        if names and room - reserved - 3 >= 4:
            canvas.text(at + 2, y, shorten(item.run.name, room - reserved - 3, middle=True), p.muted)
            start = at + room - reserved
        else:
            start = at + 2
        canvas.text(start, y, right, _prediction_colour(p, item))


def _prediction(item: RunAnswer, width: int) -> str:
    """`✓ T-shirt .99` in at most `width` columns; the name is what gets shorter."""
    if item.answer is None:
        return shorten(f"– {item.missing}", width)
    score = short_score(item.answer.confidence)
    return f"{item.answer.verdict.glyph} {shorten(name_of(item.answer.predicted), width - 3 - len(score))} {score}"


def _prediction_colour(palette: Palette, item: RunAnswer) -> int:
    if item.answer is None:
        return palette.faint
    return palette.better if item.answer.verdict is Verdict.RIGHT else palette.text
