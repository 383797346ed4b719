"""What a layer's units answer to without a screen: a row a unit, or a row a layer."""

from __future__ import annotations

from typing import Any

import numpy as np

from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.schema import NothingToShow
from clftui.state.class_tree import class_words
from clftui.state.responses_events import class_events, profile_words
from clftui.state.responses_figures import group_means
from clftui.state.responses_model import ResponseMap, response_map, scale_of
from clftui.state.responses_unit import LayerLine, UnitPast, layer_lines, past
from clftui.state.responses_words import order_words, relevance_words, source_words, undefined_words
from clftui.state.session import Session
from clftui.text import count, plural, sanitise

UNITS = ("unit", "relevance", "low inside", "high outside", "mean", "separation", "strongest class", "its mean")
LAYERS = ("layer", "units", "silent", "favour", "relevance", "separation", "best separation", "relative mean")


def _shown(session: Session) -> ResponseMap:
    found = response_map(session)
    if isinstance(found, str):
        raise NothingToShow(found)
    return found


def units(session: Session, options: Options) -> dict[str, Any]:
    """`{"layer", "epoch", "target", "order", "samples", "threshold", "silent", "units": [{"unit", "relevance",
    "only", "low_inside", "high_outside", "mean", "separation", "strongest_class", "strongest_mean"}]}`.

    `relevance` is null where it is undefined and where it has no end; `only` tells the latter. With `--dense` also
    `"classes"` and `"means"`, a row a class in the order of the screen, a column for each of `units`.
    """
    shown = _shown(session)
    chosen = shown.units[: shown.alive][: options.top]
    found: dict[str, Any] = {
        "layer": shown.layer.name,
        "epoch": shown.epoch,
        "target": shown.target.name,
        "order": order_words(shown),
        "samples": shown.figures.used or None,
        "threshold": scale_of(shown).threshold if np.isfinite(shown.figures.quantiles[-1]) else None,
        "silent": shown.units[shown.alive :].tolist(),
        "units": [_unit(session, shown, unit) for unit in chosen.tolist()],
    }
    if options.dense:
        found["classes"] = [shown.name(line) for line in range(shown.n)]
        found["means"] = shown.window(slice(0, shown.n), slice(0, len(chosen))).tolist() if shown.places == 1 else None
    return found


def _unit(session: Session, shown: ResponseMap, unit: int) -> dict[str, Any]:
    means, relevance = shown.figures.means[:, unit], shown.relevance
    assert relevance is not None
    top = int(np.argmax(np.nan_to_num(means, nan=-np.inf)))
    known = not np.isnan(means[top])
    ratio = float(relevance.ratio[unit])
    return {
        "unit": unit,
        "relevance": ratio,
        "only": bool(np.isinf(ratio)),
        "low_inside": float(relevance.low_inside[unit]),
        "high_outside": float(relevance.high_outside[unit]),
        "mean": float(group_means(shown.figures, shown.target)[unit]),
        "separation": float(shown.figures.separation[unit]),
        "strongest_class": class_words(session, shown.run.classes)[top] if known else None,
        "strongest_mean": float(means[top]),
    }


def unit_table(session: Session, options: Options) -> Table:
    """A row a unit, in the order of the screen; those that never answer are counted."""
    shown, found = _shown(session), units(session, options)
    rows: list[tuple[Value, ...]] = []
    for each in found["units"]:
        ratio: Value = relevance_words(each["relevance"]) if each["only"] else each["relevance"]
        rows.append((each["unit"], ratio, *(value for name, value in each.items() if name not in _BEFORE)))
    silent = len(found["silent"])
    notes = [
        f"Relevance to {shown.target.name}: first quartile of its responses over the third of all others', "
        f"from {source_words(shown)}; “only”: three quarters of the others answer 0.",
        *filter(None, [undefined_words(shown).capitalize()]),
        "Separation: sum of squares between classes over that within them."
        if shown.from_samples
        else "Separation: standard deviation of the class means over their mean size.",
    ]
    if silent:
        notes.append(f"{count(silent)} of {plural(len(shown.units), 'unit')} never answer and are left out.")
    if options.top is not None and options.top < shown.alive:
        notes.append(f"The first {options.top} of {plural(shown.alive, 'unit')}.")
    title = f"Units of {sanitise(shown.layer.name)}, {order_words(shown)}, epoch {shown.epoch}"
    return Table(title, UNITS, tuple(rows), tuple(notes))


_BEFORE = ("unit", "relevance", "only")


def profiles(session: Session, options: Options) -> dict[str, Any]:
    """`{"epoch", "target", "layers": [{"layer", "units", "silent", "favour", "relevance", "separation", "best",
    "relative_mean", "trouble"}], "unit": {"layer", "unit", "epochs", "separation", "classes": {class: [mean, ...]},
    "events": [{"epoch", "alarm", "before", "after"}]}}`.

    Layers come first to last; relevance and separation are medians over their units. `unit` is the one of the chosen
    layer that shows first, over all samples of each epoch that has responses; events are those of the focused class.
    """
    shown = _shown(session)
    history = past(shown)
    names = class_words(session, shown.run.classes)
    return {
        "epoch": shown.epoch,
        "target": shown.target.name,
        "layers": [_layer(line) for line in layer_lines(session, shown)[: options.top]],
        "unit": {
            "layer": shown.layer.name,
            "unit": shown.unit,
            "epochs": list(history.epochs),
            "separation": history.separation.tolist(),
            "classes": {name: history.means[:, cls].tolist() for cls, name in enumerate(names)},
            "events": [each._asdict() for each in class_events(session, shown, history.epochs)],
        },
    }


def _layer(line: LayerLine) -> dict[str, Any]:
    return {
        "layer": line.name, "units": line.units, "silent": line.silent, "favour": line.favouring,
        "relevance": line.relevance, "separation": line.separation, "best": line.best, "relative_mean": line.mean,
        "trouble": line.trouble or None,
    }  # fmt: skip


def profile_table(session: Session, options: Options) -> Table:
    """A row a layer, first to last."""
    shown, history = _shown(session), past(_shown(session))
    rows: list[tuple[Value, ...]] = []
    lines = layer_lines(session, shown)[: options.top]
    for line in lines:
        relevance: Value = relevance_words(line.relevance) if np.isinf(line.relevance) else line.relevance
        counts = (line.units, line.silent, line.favouring)
        rows.append((line.name, *counts, relevance, line.separation, line.best, line.mean))
    notes = [f"Relevance to {shown.target.name} and separation of the classes are medians over a layer's units."]
    notes += [f"{sanitise(line.name)}: {line.trouble}" for line in lines if line.trouble]
    notes.append(_past_words(shown, history))
    told = profile_words(session, shown, history, class_events(session, shown, history.epochs))
    notes += [f"{told}."] if told else []
    return Table(f"Layers in epoch {shown.epoch}, for {shown.target.name}", LAYERS, tuple(rows), tuple(notes))


def _past_words(shown: ResponseMap, history: UnitPast) -> str:
    told = ", ".join(
        f"{epoch}: {relevance_words(float(value))}"
        for epoch, value in zip(history.epochs, history.separation, strict=True)
    )
    return f"Separation of unit {shown.unit} of {sanitise(shown.layer.name)} by epoch: {told}."
