"""What several commands need before they can do anything."""

from __future__ import annotations

from clftui.state.session import Session


def has_epochs(session: Session) -> bool:
    """Whether the focused run has more than one epoch of the split."""
    run, split = session.run, session.selection.split
    return run is not None and split is not None and len(run.epochs(split)) > 1


def has_samples(session: Session) -> bool:
    """Whether it is known what each sample was answered."""
    evaluation = session.evaluation()
    return evaluation is not None and evaluation.has_samples


def has_scores(session: Session) -> bool:
    """Whether scores were logged with the answers."""
    evaluation = session.evaluation()
    return evaluation is not None and evaluation.has_samples and evaluation.score_kind != "none"
