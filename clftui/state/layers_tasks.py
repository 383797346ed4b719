"""The probes that can be made of what shows."""

from __future__ import annotations

from clftui.state.layers import epoch_recorded, layers_of
from clftui.state.layers_probes import Task, task_of
from clftui.state.session import Session


def tasks_of(session: Session) -> tuple[list[Task], dict[str, str]]:
    """The probes of the focused run's layers, and by name why others have none. FormatError where a file is broken."""
    run, split, epoch = session.run, session.selection.split, epoch_recorded(session)
    if run is None or split is None or epoch is None:
        return [], {}
    evaluation = run.evaluation(split, epoch if epoch in run.epochs(split) else session.epoch_of(run))
    if evaluation is None:
        return [], {}
    found = {layer.name: task_of(run, evaluation, layer, epoch) for layer in layers_of(session)}
    tasks = [task for task in found.values() if not isinstance(task, str)]
    return tasks, {name: why for name, why in found.items() if isinstance(why, str)}
