"""The task of the explanation table in words: models, classes, method, image and rule, as VAC-CNN's sidebar has it."""

from __future__ import annotations

from clftui.state.explained_order import Shown
from clftui.state.explained_settings import Task
from clftui.state.session import Session
from clftui.text import count, percent, plural, sanitise


def task_words(session: Session, shown: Shown) -> tuple[str, str]:
    """(`one model, many samples`, `A cnn 91.2, Shirt: 1,000 samples`)"""
    rows = shown.rows
    settings = session.features.explained
    if rows.task is Task.MODELS:
        which = "all runs that explain it" if settings.all_runs else "A to D"
        return rows.task.words, f"{rows.subject}, {plural(shown.n, 'run')}: {which}"
    source = rows.sources[0]
    run = f"{source.letter} {sanitise(source.run.name)}" if source.letter else sanitise(source.run.name)
    overall = f"{run}, {percent(source.accuracy)} % right"
    if rows.task is Task.CLASSES:
        return rows.task.words, f"{overall}, {rows.subject}: the surest right and wrong sample"
    left = f"{count(shown.n)} of {plural(rows.whole, 'sample')}" if shown.n != rows.whole else plural(shown.n, "sample")
    return rows.task.words, f"{overall}, {rows.subject}: {left}"


def rule_words(session: Session, shown: Shown) -> str:
    """`gradcam of the predicted class ≥ .50, alike by L1, sorted by area`, and what was searched for."""
    words = [shown.rows.choice.words]
    if not shown.of_text:
        words[0] += f" ≥ {shown.how.threshold:.2f}".replace("0.", ".")
    words.insert(0 if shown.progress is not None else len(words), shown.order_words)
    text = session.features.explained.search
    if text:
        words.append(f"only “{sanitise(text)}”")
    if not shown.of_text and len(shown.rows.sources) > 1:
        words.append(f"alike by {shown.how.measure.value}")
    missing = [each.letter or sanitise(each.run.name) for each in shown.rows.sources if each.held is None]
    if missing:
        words.append(f"none of {' '.join(missing)}")
    return ", ".join(words)
