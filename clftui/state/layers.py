"""Which recorded layers of the focused run the Features view shows, of which epoch."""

from __future__ import annotations

from clftui.data.responses import Layer, epoch_with_responses, layers
from clftui.data.run import Run
from clftui.state.session import Session

NOTHING_RECORDED = (
    "No layer's responses were recorded of this run and split. "
    "`clftui respond` records them from the model, `RunLogger.log_responses` in a training loop."
)


def epoch_recorded(session: Session, run: Run | None = None) -> int | None:
    """The epoch whose responses show: the one that shows, or the newest before it that has any, or the first one."""
    wanted = run or session.run
    split = session.selection.split
    if wanted is None or split is None:
        return None
    return epoch_with_responses(wanted.path, split, session.epoch_of(wanted))


def layers_of(session: Session, run: Run | None = None) -> tuple[Layer, ...]:
    """The layers of the focused run (or of `run`) in the order of the network; empty where none was recorded.

    A layer whose file cannot be read is among them, with its `trouble`.
    """
    wanted = run or session.run
    split, epoch = session.selection.split, epoch_recorded(session, wanted)
    if wanted is None or split is None or epoch is None:
        return ()
    return layers(wanted.path, split, epoch, _logged_order(wanted))


def shown_layer(session: Session, run: Run | None = None) -> Layer | None:
    """The chosen layer; where the run has none of that name its last one, which is nearest to the answer."""
    found = layers_of(session, run)
    chosen = [layer for layer in found if layer.name == session.features.layer]
    return next(iter(chosen or found[-1:]), None)


def _logged_order(run: Run) -> tuple[str, ...]:
    listed = run.model.get("layers")
    return tuple(name for name in listed if isinstance(name, str)) if isinstance(listed, list) else ()
