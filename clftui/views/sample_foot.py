"""The words over and under a list of samples: what it holds, and all about the focused one."""

from __future__ import annotations

from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.state.changed_splits import unchanged_words
from clftui.state.class_tree import label_of, labels_of
from clftui.state.sample_answers import RunAnswer, all_in_words, run_answers, track
from clftui.state.sample_ids import row_of
from clftui.state.sample_list import SampleList, is_listed
from clftui.state.sample_order import sort_words
from clftui.state.sample_past import MARK, marks
from clftui.state.sample_soft import soft_words
from clftui.state.sample_title import title_words
from clftui.state.session import Session
from clftui.text import count, percent, shorten, text_width
from clftui.views import sample_grid, sample_rows
from clftui.views.sample_columns import content_of, sort_label, sort_value
from clftui.views.sample_parts import draw_answers, verdict_colour
from clftui.views.sample_rows import Rows
from clftui.views.sample_seen import Seen, group_name


def draw_title(canvas: Canvas, session: Session, shown: SampleList, visible: int, n: int, waiting: str) -> None:
    """`110 of 1,000 Shirt predicted as T-shirt                  surest first, 24 shown`, or what is being done."""
    p = canvas.palette
    number, rest = title_words(shown, labels_of(session))
    rest = "; ".join(filter(None, (rest, unchanged_words(shown.run, shown.evaluation.split))))
    right = f"{sort_words(shown.sort)}, {count(visible)} shown" if visible < n else sort_words(shown.sort)
    right = waiting or right
    canvas.text(canvas.width - 1 - len(right), 0, right, p.live if waiting else p.muted)
    used = canvas.text(1, 0, number, p.text, attrs=BOLD)
    canvas.text(used + 2, 0, shorten(rest, max(canvas.width - used - len(right) - 5, 1)), p.muted)


def _draw_focus(canvas: Canvas, y: int, session: Session, shown: SampleList, index: int, seen: Seen) -> None:
    """`#6024  true Shirt   sample 3 of 110   wrong in 12 of 12 epochs`; of a folded group its name and size."""
    p = canvas.palette
    item = seen.flow.items.item_of(index)
    if seen.flow.items.is_folded(item) and is_listed(session, shown):
        _draw_group(canvas, y, session, shown, seen.flow.items.group_of(item))
        return
    name = session.selection.sample or shown.sample_id(index)
    used = 1 + canvas.text(1, y, f"#{shorten(name, 28, middle=True)}", p.focus, attrs=BOLD)
    if not is_listed(session, shown):
        canvas.text(used + 2, y, "is not among these any more", p.muted)
        return
    position = int(shown.positions[index])
    for number, words in enumerate(_focus_words(session, shown, index, position)):
        gap = 3 if number else 2
        if used + gap + text_width(words) < canvas.width:
            used += gap + canvas.text(used + gap, y, words, p.muted if number else p.text)
    past = marks(session, shown.run, shown.evaluation)
    if past is not None and past[position]:
        used += 1 + canvas.text(used + 1, y, MARK, p.worse)
    content, is_path = content_of(shown, shown.row(index))
    room = canvas.width - used - 4
    if room >= 16 and is_path:
        canvas.text(used + 3, y, shorten(content, room, middle=True), p.faint, width=room, align="right", middle=True)


def _focus_words(session: Session, shown: SampleList, index: int, position: int) -> list[str]:
    """What is said of the focused sample, the label first."""
    evaluation = shown.evaluation
    true = int(evaluation.true[position])
    label = f"true {shorten(label_of(session, evaluation.classes[true]), 32)}" if true >= 0 else "no label"
    found = [label]
    soft = soft_words(shown.table, evaluation, shown.row(index), labels_of(session))
    found += [f"soft {soft}"] if soft else []
    found.append(f"sample {count(index + 1)} of {count(shown.n)}")
    history = track(shown.run, evaluation, position)
    if history is not None and history.seen > 1:
        found.append(f"wrong in {history.wrong} of {history.seen} epochs")
    if sort_label(shown.sort):
        found.append(f"{sort_label(shown.sort)} {sort_value(shown.sort, float(shown.keys[index]))}")
    return found


def _draw_group(canvas: Canvas, y: int, session: Session, shown: SampleList, group: int) -> None:
    """`Shirt  110 of 1,000 samples, 11.0 %   enter opens it, ) shows its samples`"""
    p, groups = canvas.palette, shown.groups
    assert groups is not None
    size = int(groups.sizes[group])
    used = 1 + canvas.text(
        1, y, shorten(group_name(shown, group, labels_of(session)), canvas.width // 2), p.focus, attrs=BOLD
    )
    words = f"{count(size)} of {count(shown.n)} samples, {percent(size / shown.n)} %"
    used += 2 + canvas.text(used + 2, y, words, p.text)
    advice = f"group {group + 1} of {count(groups.n)}; enter opens it, ) shows its samples"
    if used + 3 + text_width(advice) < canvas.width:
        canvas.text(used + 3, y, advice, p.muted)


def _focused_row(session: Session, shown: SampleList, index: int) -> int:
    name = session.selection.sample
    return shown.row(index) if name is None else row_of(shown.table, name)


def _answers(session: Session, shown: SampleList, index: int) -> tuple[RunAnswer, ...]:
    """What the compared runs say of the focused sample, in the hierarchy's words."""
    return all_in_words(run_answers(session, shown, _focused_row(session, shown, index)), labels_of(session))


def draw_grid_foot(canvas: Canvas, session: Session, shown: SampleList, index: int, seen: Seen) -> None:
    p, height = canvas.palette, canvas.height
    answers = _answers(session, shown, index)
    if sample_grid.foot_lines(height) == 1:
        item = seen.flow.items.item_of(index)
        if seen.flow.items.is_folded(item):
            _draw_group(canvas, height - 1, session, shown, seen.flow.items.group_of(item))
            return
        name = f"#{shorten(session.selection.sample or shown.sample_id(index), 16, middle=True)}"
        used = canvas.text(1, height - 1, name, p.focus, attrs=BOLD)
        draw_answers(canvas, used + 3, height - 1, canvas.width - used - 3, answers, names=False)
        return
    _draw_focus(canvas, height - 3, session, shown, index, seen)
    draw_answers(canvas, 1, height - 2, canvas.width - 1, answers, names=True)
    x = 1
    for glyph, verdict, words in sample_grid.legend_words(session, shown):
        if x + text_width(words) + 2 > canvas.width:
            break
        colour = verdict_colour(p, verdict) if verdict is not None else p.faint
        x += canvas.line(x, height - 1, [Span(glyph, colour), Span(f" {words}", p.faint)]) + 3


def draw_rows_foot(canvas: Canvas, session: Session, shown: SampleList, index: int, seen: Seen, rows: Rows) -> None:
    if not rows.foot:
        return
    y = canvas.height - rows.foot
    if rows.foot > 2:
        canvas.hline(0, y, canvas.width, canvas.palette.line)
        y += 1
    _draw_focus(canvas, y, session, shown, index, seen)
    if rows.foot == 6:
        sample_rows.draw_document(canvas, y + 1, shown, index, 2)
    answers = _answers(session, shown, index)
    draw_answers(canvas, 1, canvas.height - 1, canvas.width - 1, answers, names=canvas.width >= 100)
