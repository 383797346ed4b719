"""The last line of the Scores view: the sample under the cursor in words, its best classes, its past."""

from __future__ import annotations

from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.state.sample_answers import answers_at
from clftui.state.sample_past import MARK, Marks
from clftui.state.scores_letters import Letters
from clftui.state.scores_stacks import Stacks
from clftui.text import count, sanitise, short_score, shorten, text_width

GUESSES = 3


def draw_foot(canvas: Canvas, shown: Stacks, index: int, letters: Letters, often: Marks | None) -> None:
    """`#5806  true Shirt  1 T-shirt .98  2 Shirt .01  3 Dress .00   wrong in 10 of 12 epochs ▲   sample 3 of 139`"""
    p, y = canvas.palette, canvas.height - 1
    if index < 0:
        canvas.text(1, y, "no sample in this column", p.muted)
        return
    position = int(shown.positions[index])
    [answer] = answers_at(shown.evaluation, shown.positions[index : index + 1], GUESSES)
    classes = shown.run.class_index
    spans = [Span(f"#{shorten(shown.id_of(index), 24, middle=True)}", p.focus, None, BOLD)]
    label = int(shown.evaluation.true[position])
    true = sanitise(letters.names[label]) if label >= 0 else ""
    spans.append(Span(f"  true {true}" if true else "  no label", p.text))
    top = answer.top or ((answer.predicted or "", answer.confidence),)
    for name, score in top:
        cls = classes.get(name, -1)
        hue, word = letters.hue_of(cls), letters.names[cls] if cls >= 0 else name
        spans.append(Span(f"   {sanitise(word)} ", p.class_colour(hue) if hue is not None else p.muted))
        spans.append(Span(short_score(score), p.text))
    if often is not None and often.wrong.size:
        spans.append(Span(f"   wrong in {int(often.wrong[position])} of {often.epochs} epochs", p.muted))
        spans.append(Span(f" {MARK}" if often[position] else "", p.worse))
    part = shown.column(int((shown.starts[1:] <= index).sum()))
    spans.append(Span(f"   sample {count(index - part.start + 1)} of {count(part.stop - part.start)}", p.faint))
    while len(spans) > 2 and 1 + sum(text_width(each.text) for each in spans) > canvas.width:
        spans.pop()
    canvas.line(1, y, spans)
