"""Steps of the layers variant of Features: layers and the output, then classes, under one cursor."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from clftui.analysis.layer_power import ABSENT
from clftui.analysis.significance import ALPHA
from clftui.schema import FormatError
from clftui.state.features_steps import Steps
from clftui.state.layers_model import LayerRow, Power, power
from clftui.state.layers_write import probe_key
from clftui.state.listed_filter import RightAtLayer
from clftui.state.moves import cycle, drill_to_samples, focus_run, go, say, select
from clftui.state.peers import table_of
from clftui.state.sample_ids import id_of
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session
from clftui.state.wishes import WISHES
from clftui.text import plural, sanitise


def settings(session: Session, **changes: object) -> Session:
    """`session` with parts of the variant's settings replaced."""
    features = session.features
    return replace(session, features=replace(features, layers=replace(features.layers, **changes)))  # type: ignore[arg-type]


def _shown(session: Session) -> Power | None:
    try:
        return power(session)
    except FormatError:
        return None


def line_of(session: Session, shown: Power) -> int:
    """The line under the cursor: the rows, then the classes. Among the classes it follows the selected one."""
    cursor = session.features.layers.cursor
    if cursor < len(shown.rows):
        return max(cursor, 0)
    at = shown.run.class_index.get(session.selection.true or "", -1)
    found = np.flatnonzero(shown.order == at)
    return len(shown.rows) + (int(found[0]) if len(found) else 0)


def point(session: Session, line: int) -> Session:
    """The cursor on a line, clamped; on a class the class is selected, on a layer the layer."""
    shown = _shown(session)
    if shown is None:
        return session
    line = min(max(line, 0), shown.lines - 1)
    session = settings(session, cursor=line)
    if line >= len(shown.rows):
        return select(session, true=shown.run.classes[int(shown.order[line - len(shown.rows)])])
    row = shown.rows[line]
    return session if row.is_output else replace(session, features=replace(session.features, layer=row.name))


def _move(session: Session, rows: int, columns: int, page: tuple[int, int]) -> Session:
    shown = _shown(session)
    if shown is None:
        return session
    if columns:
        session = _beside(session, shown, columns)
    return point(session, line_of(session, shown) + rows) if rows else session


def _beside(session: Session, shown: Power, by: int) -> Session:
    """Classes compared in the layer beside; left of the first one in each class's best."""
    names = [None, *(row.name for row in shown.rows if not row.is_output)]
    now = names.index(session.features.layers.column) if session.features.layers.column in names else 0
    name = names[min(max(now + by, 0), len(names) - 1)]
    words = "Each class in the layer that gains most." if name is None else f"Classes in {sanitise(name)}."
    return say(settings(session, column=name), words)


def next_order(session: Session) -> Session:
    """Another order of the classes."""
    order = cycle(session.features.layers.order)
    return say(settings(session, order=order), f"Classes: {order.value}.")


def next_gained(session: Session) -> Session:
    """The class that a layer has most more of than the output, beyond chance; then the next one."""
    shown = _shown(session)
    if shown is None:
        return session
    gains, compared = shown.counted.gains, [(cls, shown.against(cls)) for cls in shown.order.tolist()]
    found = [
        (-float(gains.difference[at, cls]), line)
        for line, (cls, at) in enumerate(compared)
        if at >= 0 and gains.q[at, cls] < ALPHA and gains.difference[at, cls] > 0
    ]
    if not found:
        return say(session, "No class is better in a layer than in the output, beyond chance.")
    lines = [len(shown.rows) + line for _, line in sorted(found)]
    now = line_of(session, shown)
    number = (lines.index(now) + 1) % len(lines) if now in lines else 0
    words = f"{number + 1} of {plural(len(lines), 'class', 'classes')} better in a layer."
    return say(point(session, lines[number]), words)


def stop(session: Session) -> Session:
    """Give up the probes that are being fitted, or go on with them."""
    if session.features.layers.paused:
        return say(settings(session, paused=False), "The other probes are being fitted.")
    WISHES.stop()
    return say(settings(session, paused=True), "Stopped; the probes that are ready stay, esc goes on.")


def _drill(session: Session) -> Session:
    shown = _shown(session)
    if shown is None:
        return session
    line = line_of(session, shown)
    if line < len(shown.rows):
        return _to_matrix(session, shown, shown.rows[line])
    return _to_samples(session, shown, int(shown.order[line - len(shown.rows)]))


def _to_matrix(session: Session, shown: Power, row: LayerRow) -> Session:
    """The matrix of the layer's probe, where it was written as a run."""
    if row.is_output:
        return go(session, Tab.MATRIX)
    if row.predicted is None:
        return say(session, f"{sanitise(row.name)}: {row.words}.")
    key = probe_key(session.catalog, shown.run, row.name)
    if key is None:
        return say(session, f"Y writes the probes as runs ({sanitise(shown.run.name)}@{sanitise(row.name)}); "
                   "then enter opens their matrices.")  # fmt: skip
    return go(focus_run(session, key), Tab.MATRIX)


def _to_samples(session: Session, shown: Power, cls: int) -> Session:
    """The samples of a class that the probe has right and the output wrong."""
    at = shown.against(cls)
    name = shown.run.classes[cls]
    if at < 0:
        return say(session, "No probe is ready yet for this class.")
    row = shown.rows[shown.counted.compared[at]]
    positions = won(shown, row, cls)
    if not len(positions):
        return say(
            session, f"No {sanitise(shown.names[cls])} is right at {sanitise(row.name)} and wrong in the output."
        )
    table = table_of(shown.run, shown.evaluation.split)
    ids = frozenset(id_of(table, number) for number in shown.evaluation.sample[positions].tolist())
    words = f"{plural(len(ids), 'sample')} right at {row.name}, wrong in the output"
    deeper = drill_to_samples(session, Scope(true=name, part=Part.WRONG))
    return replace(deeper, filters=(*deeper.filters, RightAtLayer(words, shown.evaluation.split, ids)))


def won(shown: Power, row: LayerRow, cls: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Ascending positions of the samples of a class that a layer's probe has right and the output wrong."""
    output = shown.rows[-1].predicted
    if row.predicted is None or output is None:
        return np.empty(0, dtype=np.intp)
    own = shown.evaluation.true == cls
    return np.flatnonzero(own & (row.predicted == cls) & (output != cls) & (output != ABSENT))


def _below(session: Session) -> str:
    return "matrix" if session.features.layers.cursor < _rows(session) else "samples"


def _rows(session: Session) -> int:
    from clftui.state.layers import layers_of

    return len(layers_of(session)) + 1


STEPS = Steps(_move, _drill, _below, "which layer tells which classes apart: a linear probe of each")
