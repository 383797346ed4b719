"""Steps that suppose other decisions of the focused run, and take them back; `what_if` carries them out."""

from __future__ import annotations

import math
from dataclasses import replace

from clftui.schema import FormatError
from clftui.state.calibration import temperature, why_not
from clftui.state.moves import say
from clftui.state.scores_settings import ScoresVariant
from clftui.state.session import Session
from clftui.state.thresholds import shown_class
from clftui.state.unready import NotYet, impatient
from clftui.state.what_if import Amount, WhatIf


def suppose(session: Session) -> Session:
    """Suppose what shows: the fitted temperature, or the threshold of the class; once more takes it back."""
    return (
        _suppose_temperature(session)
        if session.scores.variant is ScoresVariant.CALIBRATION
        else _suppose_threshold(session)
    )


def _base(session: Session) -> WhatIf | None:
    """What is supposed of the focused run so far."""
    if session.run is None:
        return None
    now = session.what_if
    return now if now is not None and now.run == session.run.key else WhatIf(session.run.key)


def with_what_if(session: Session, what_if: WhatIf) -> Session:
    """`session` under a supposition, with a sentence; one that says nothing is none.

    Where the run cannot answer it, the session as it was and a sentence why.
    """
    if what_if.empty:
        return say(replace(session, what_if=None), "Nothing is supposed any more: answers as logged.")
    new = replace(session, what_if=what_if)
    try:
        with impatient():  # A key asks for it, and what shows it is drawn when it is there.
            new.evaluation()
    except NotYet:
        pass
    except FormatError as error:
        return say(session, str(error))
    return say(new, f"What if {what_if.describe()}: every view follows; U takes it back.")


def _suppose_temperature(session: Session) -> Session:
    run, base = session.run, _base(session)
    if run is None or base is None:
        return session
    if base.temperature != 1:
        return with_what_if(session, replace(base, temperature=1.0))
    evaluation = session.evaluation()
    if evaluation is not None and evaluation.score_kind != "full":
        return say(session, why_not(run, evaluation) or "A temperature needs the scores of all classes.")
    fitted = temperature(session, run)
    if fitted is None:
        return say(session, "The temperature is still being fitted.")
    if math.isnan(fitted.value):
        return say(session, "There are too few samples to fit a temperature.")
    return with_what_if(session, replace(base, temperature=round(fitted.value, 4)))


def step_temperature(session: Session, by: int) -> Session:
    """Suppose milder scores, or sharper ones, by a tenth."""
    base = _base(session)
    if base is None:
        return session
    value = round(min(max(base.temperature * 1.1**by, 0.1), 10.0), 4)
    return with_what_if(session, replace(base, temperature=1.0 if abs(value - 1) < 0.02 else value))


def _suppose_threshold(session: Session) -> Session:
    base, name = _base(session), shown_class(session)
    if base is None or name is None:
        return session
    wanted = Amount(name, round(session.calibration.threshold, 6))
    rest = tuple(each for each in base.needs if each.name != name)
    return with_what_if(session, replace(base, needs=rest if wanted in base.needs else (*rest, wanted)))


def suppose_cost(session: Session) -> Session:
    """Suppose that missing the class costs as much as set; once more takes it back."""
    base, name = _base(session), shown_class(session)
    if base is None or name is None:
        return session
    wanted = Amount(name, session.calibration.miss)
    rest = tuple(each for each in base.costs if each.name != name)
    if wanted.value == 1 and wanted not in base.costs and rest == base.costs:
        return say(session, "A miss costs as much as a false alarm; ( and ) change that.")
    return with_what_if(session, replace(base, costs=rest if wanted in base.costs else (*rest, wanted)))


def merge(session: Session) -> Session:
    """Suppose that the two classes of the cell under the cursor are one; once more takes it back."""
    base, pair = _base(session), (session.selection.true, session.selection.predicted)
    if base is None or pair[0] not in session.classes or pair[1] not in session.classes or pair[0] == pair[1]:
        return say(session, "Put the cursor on a cell of two different classes to merge them.")
    touched = [names for names in base.merged if set(pair) & set(names)]
    rest = tuple(names for names in base.merged if names not in touched)
    if any(set(pair) <= set(names) for names in touched):
        return with_what_if(session, replace(base, merged=rest))
    joined = dict.fromkeys(name for names in (*touched, tuple(filter(None, pair))) for name in names)
    return with_what_if(session, replace(base, merged=(*rest, tuple(joined))))


def forget(session: Session) -> Session:
    """Answers as they were logged."""
    return say(replace(session, what_if=None), "Nothing is supposed any more: answers as logged.")
