"""What each recorded layer already knows, without a screen: linear probes, then classes."""

from __future__ import annotations

from typing import Any

from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.schema import NothingToShow
from clftui.state.layers_model import Power, layers_trouble, power, recorded_words
from clftui.state.layers_probes import HELD_OUT
from clftui.state.session import Session
from clftui.text import p_value, percent, sanitise, signed

COLUMNS = ("layer", "units", "accuracy", "low", "high", "samples")


def _power(session: Session) -> Power:
    found = power(session, wait=True)
    if found is None:
        sentence = layers_trouble(session) or "Nothing was logged in the epoch of these responses."
        raise NothingToShow(sentence)
    return found


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"epoch", "levels": [[group names]], "layers": [{"layer", "units", "accuracy", "low", "high", "samples",
    "levels": [{"groups", "accuracy", "low", "high"}], "probe", "converged"}], "classes": [{"class",
    "recall": {layer: share}, "layer", "gain", "low", "high", "won", "lost", "q", "separable_from"}]}`.

    Layers in the network's order, the output last; `gain` is the recall in `layer`, the class's best or the chosen one,
    less that of the output.
    """
    found = _power(session)
    top = options.top if options is not None else None
    return {
        "epoch": found.evaluation.epoch,
        "levels": [list(level.names) for level in found.levels],
        "layers": [_layer(found, row) for row in range(len(found.rows))],
        "classes": [_class(found, cls) for cls in found.order[:top].tolist()],
    }


def _layer(found: Power, row: int) -> dict[str, Any]:
    each, told = found.rows[row], found.counted.levels[row]
    out: dict[str, Any] = {"layer": each.name, "units": each.units or None}
    if not told:
        return {**out, **dict.fromkeys(("accuracy", "low", "high", "samples")), "levels": [], "trouble": each.words}
    low, high = told[-1].interval
    levels = [
        {"groups": len(level.names), "accuracy": hits.share, "low": hits.interval[0], "high": hits.interval[1]}
        for level, hits in zip(found.levels, told, strict=True)
    ]
    out |= {"accuracy": told[-1].share, "low": low, "high": high, "samples": told[-1].n, "levels": levels}
    if each.probed is not None:
        out |= {"probe": each.probed.task.how, "converged": bool(each.probed.converged.all())}
    return out


def _class(found: Power, cls: int) -> dict[str, Any]:
    counted, at = found.counted, found.against(cls)
    recall = {row.name: float(counted.recall[i, cls]) for i, row in enumerate(found.rows)}
    first = int(counted.first[cls])
    out: dict[str, Any] = {"class": found.run.classes[cls], "recall": recall}
    out["separable_from"] = found.rows[first].name if first >= 0 else None
    if at < 0:
        return out | dict.fromkeys(("layer", "gain", "low", "high", "won", "lost", "q"))
    gains = counted.gains
    return out | {
        "layer": found.rows[counted.compared[at]].name,
        "gain": float(gains.difference[at, cls]),
        "low": float(gains.low[at, cls]),
        "high": float(gains.high[at, cls]),
        "won": int(gains.won[at, cls]),
        "lost": int(gains.lost[at, cls]),
        "q": float(gains.q[at, cls]),
    }


def table(session: Session, options: Options | None = None) -> Table:
    """A row a layer: accuracy with its interval, and the share of samples put in the right group of each level."""
    found = _power(session)
    columns = (*COLUMNS, *(f"in {len(level.names)} groups" for level in found.levels[:-1]))
    rows = tuple(_row(found, row) for row in range(len(found.rows)))
    title = (
        f"Layers of {sanitise(found.run.name)}, {sanitise(found.evaluation.split)}, epoch {found.evaluation.epoch}: "
        "what a linear probe of each gets right"
    )
    return Table(title, columns, rows, _notes(found, options))


def _row(found: Power, row: int) -> tuple[Value, ...]:
    entry = _layer(found, row)
    groups = [level["accuracy"] for level in entry.get("levels", ())[:-1]] or [None] * (len(found.levels) - 1)
    return (
        entry["layer"], entry["units"], entry["accuracy"], entry.get("low"), entry.get("high"), entry.get("samples"),
        *groups,
    )  # fmt: skip


def _notes(found: Power, options: Options | None) -> tuple[str, ...]:
    made = [row.probed for row in found.rows if row.probed is not None]
    notes = ["low and high: 95 % interval (Wilson); output is the network itself; in n groups: right group, any class."]
    if made:
        notes.append(f"Probes {made[-1].words}, of {recorded_words(found)}.")
        notes += [HELD_OUT] if made[-1].task.train is None else []
    for row in found.rows:
        if row.probed is not None and not row.probed.converged.all():
            notes.append(f"{sanitise(row.name)}: the probe did not converge, so it may know more than is told.")
        elif row.predicted is None:
            notes.append(f"{sanitise(row.name)}: {sanitise(row.words)}.")
    top = options.top if options is not None else None
    return (*notes, "Classes, in their best layer against the output (paired, exact McNemar, Benjamini-Hochberg):",
            *(_class_words(found, cls) for cls in found.order[: top or 40].tolist()))  # fmt: skip


def _class_words(found: Power, cls: int) -> str:
    """`T-shirt/top: fc64 84.0, output 81.3 %, +2.7 ±1.5, q <.001, separable from conv2`"""
    entry = _class(found, cls)
    name = sanitise(found.names[cls])
    if entry["layer"] is None:
        return f"{name}: no probe"
    recall, half = entry["recall"], 50 * (entry["high"] - entry["low"])
    start = f", separable from {sanitise(entry['separable_from'])}" if entry["separable_from"] else ""
    return (
        f"{name}: {sanitise(entry['layer'])} {percent(recall[entry['layer']])}, output {percent(recall['output'])} %, "
        f"{signed(100 * entry['gain'])} ±{half:.1f}, q {p_value(entry['q'])}{start}"
    )
