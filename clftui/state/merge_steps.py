"""Merging classes as advised: the next merge that gains most for each bit it loses, supposed at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clftui.analysis.advice import greedy_path, merged_map
from clftui.analysis.confusion import renumbered
from clftui.schema import FormatError
from clftui.state.class_tree import class_words
from clftui.state.merge_advice import words
from clftui.state.moves import say, select
from clftui.state.session import Session
from clftui.state.what_if import WhatIf
from clftui.state.what_if_steps import with_what_if
from clftui.text import percent


def merge_advised(session: Session) -> Session:
    """Suppose that the two classes, or sets of merged ones, are one whose merge gains most for each bit; then the next.

    What the report `advice` calls its path, step by step; the cursor goes to where they are.
    """
    run, now = session.run, session.what_if
    if run is None:
        return session
    base = now if now is not None and now.run == run.key else WhatIf(run.key)
    try:
        # What is merged already is one class of true samples and of answers; the supposed answers know it of mistakes.
        c = replace(session, what_if=replace(base, merged=())).confusion()
    except FormatError as error:
        return say(session, str(error))
    if c is None:
        return session
    index = run.class_index
    number = merged_map(c.n_classes, [[index[name] for name in names if name in index] for names in base.merged])
    step = next(iter(greedy_path(renumbered(c, number, int(number.max(initial=-1)) + 1), 1)), None)
    if step is None:
        return say(session, "No two classes are confused here: there is nothing to merge.")
    together = np.flatnonzero(np.isin(number, step.members))
    names = tuple(run.classes[cls] for cls in together.tolist())
    rest = tuple(each for each in base.merged if not set(each) & set(names))
    merged = with_what_if(session, replace(base, merged=(*rest, names)))
    if merged.what_if is session.what_if:
        return merged
    sentence = (
        f"{words(class_words(session, run.classes), together)}: accuracy +{percent(step.gain, 2)} to "
        f"{percent(step.accuracy, 2)} %, {step.loss:.3f} bits lost, {step.information:.3f} left. U takes all back."
    )
    return say(select(merged, true=names[0], predicted=names[-1]), sentence)
