"""Keywords of the classes of a text collection, for the heads of their columns."""

from __future__ import annotations

import numpy as np

from clftui.analysis.keywords import class_keywords
from clftui.data.evaluation import Evaluation
from clftui.data.run import Run
from clftui.state.later import PASTS, weak
from clftui.state.peers import table_of
from clftui.state.unready import may_wait, note_missing

MOST_DOCUMENTS = 20_000
"""Of more, as many are read, evenly spread."""
AT_ONCE = 500

Words = tuple[tuple[str, ...], ...]


def has_keywords(run: Run, evaluation: Evaluation) -> bool:
    """Whether the samples are texts."""
    table = table_of(run, evaluation.split)
    return table is not None and table.text is not None


def keywords(run: Run, evaluation: Evaluation, order: tuple[int, ...] = ()) -> Words:
    """The weightiest words of each class, by the true class of the documents; in `order`, or of all classes.

    Empty where the samples are no texts, and in a draw while they are being counted. They do not depend on what a run
    answered, so they stay from epoch to epoch.
    """
    table = table_of(run, evaluation.split)
    if table is None or table.text is None:
        return ()
    rows = evaluation.sample
    wait = may_wait() or len(rows) <= AT_ONCE
    key = ("keywords", weak(table), evaluation.classes, rows.tobytes(), evaluation.true.tobytes())
    found = PASTS.get(key, lambda: _keywords(run, evaluation), wait=wait)
    if found is None:
        note_missing()
        return ()
    return tuple(found[each] for each in order) if order else found


def _keywords(run: Run, evaluation: Evaluation) -> Words:
    table = table_of(run, evaluation.split)
    texts = table.text if table is not None else None
    if texts is None:
        return ((),) * len(evaluation.classes)
    step = max(-(-evaluation.n // MOST_DOCUMENTS), 1)
    rows, labels = evaluation.sample[::step], evaluation.true[::step]
    inside = (rows >= 0) & (rows < len(texts))
    kept = [str(each) for each in texts[rows[inside]].tolist()]
    return class_keywords(kept, np.asarray(labels[inside]), len(evaluation.classes))
