"""Latent subclasses of one class at a layer, and at the layers around it, without a screen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from clftui.report import Options
from clftui.report.render import Table, Value
from clftui.state.map_cloud import NoRows
from clftui.state.sample_list import Nothing
from clftui.state.session import Session
from clftui.state.subclasses_layers import compared, layer_lines
from clftui.state.subclasses_model import PartFacts, Shown, id_at, shown, units
from clftui.state.subclasses_settings import Which
from clftui.state.subclasses_words import by_parts, counted, share_name, suggestion
from clftui.text import sanitise

COLUMNS = ("part", "n", "share", "silhouette", "right", "low", "high", "instead", "times", "most central", "strongest")
FACES = 5
"""Samples named of each part, unless more are asked for."""
UNITS = 10


def data(session: Session, options: Options | None = None) -> dict[str, Any]:
    """`{"layer", "epoch", "of", "true", "predicted", "n", "suggested", "chance", "silhouettes", "shown", "parts",
    "units", "layers"}`. FormatError, in one sentence, where no samples can be compared.

    The class is that of the cell asked for. The first sample of a part's `samples` is the most central one.
    """
    found = _found(session)
    own, kinds = found.kinds.members, found.kinds
    return {
        "layer": own.source.name,
        "epoch": own.epoch,
        "of": own.about.which.value,
        "true": own.about.true,
        "predicted": own.about.predicted,
        "n": own.n,
        "whole": own.whole,
        "recorded": own.recorded,
        "constant": own.constant,
        "suggested": kinds.suggested,
        "chance": kinds.chance,
        "silhouettes": {str(parts + 1): float(mean) for parts, mean in enumerate(kinds.mean.tolist()) if parts},
        "shown": found.parts,
        "parts": [_part(found, facts, options) for facts in found.facts],
        "units": _units(found, options),
        "layers": _layers(session, found),
    }


def _found(session: Session) -> Shown:
    found = shown(session, wait=True)
    if isinstance(found, Shown):
        return found
    raise NoRows(found.sentence if isinstance(found, Nothing) else "The samples could not be compared; try again.")


def _part(found: Shown, facts: PartFacts, options: Options | None) -> dict[str, Any]:
    top = options.top if options is not None and options.top is not None else FACES
    own = found.kinds.members
    return {
        "part": facts.number,
        "n": facts.n,
        "silhouette": facts.silhouette,
        "right": facts.right,
        "share": facts.share,
        "low": facts.low,
        "high": facts.high,
        "instead": own.run.classes[facts.other] if facts.other >= 0 else None,
        "instead_times": facts.others,
        "samples": [id_at(found, member) for member in facts.faces[:top].tolist()],
    }


def _units(found: Shown, options: Options | None) -> list[dict[str, Any]]:
    shares = units(found)
    if shares is None or not np.isfinite(shares).any():
        return []
    top = options.top if options is not None and options.top is not None else UNITS
    order = np.argsort(-np.nan_to_num(shares, nan=-1.0), kind="stable")[:top].tolist()
    return [{"unit": unit, "eta_squared": float(shares[unit])} for unit in order if shares[unit] > 0]


def _layers(session: Session, found: Shown) -> list[dict[str, Any]]:
    return [
        {
            "layer": line.source.name,
            "suggested": line.kinds.suggested if line.kinds is not None else None,
            "silhouette": line.kinds.best if line.kinds is not None else None,
            "ari_with_previous": line.agrees,
            "ari_parts": compared(found),
        }
        for line in layer_lines(session, found, wait=True)
    ]


def table(session: Session, options: Options | None = None) -> Table:
    """A line for each part; what is suggested, the layers and the units in notes."""
    found = _found(session)
    own = found.kinds.members
    rows = tuple(_row(found, facts) for facts in found.facts)
    layers = (
        f"{sanitise(line['layer'])} {line['suggested'] or '–'} {_number(line['silhouette'])}, "
        f"ARI with the layer before {_number(line['ari_with_previous'])}"
        for line in _layers(session, found)
    )
    notes = [
        f"{suggestion(found.kinds)}. {counted(found.kinds)}; {by_parts(found.kinds)}.",
        f"right: {share_name(own.about.which)} with its 95 % Wilson interval; instead: the most frequent other "
        f"{'true' if own.about.which is Which.PREDICTED else 'predicted'} class.",
        f"Parts suggested and silhouette by layer; ARI of {compared(found)} parts: {'; '.join(layers)}.",
    ]
    told = _units(found, options)
    if told:
        best = ", ".join(f"{each['unit']} {each['eta_squared']:.2f}" for each in told)
        notes.append(f"Units by the share of their variance between parts: {best}.")
    return Table(f"Subclasses of {own.about.words} at {sanitise(own.source.name)}", COLUMNS, rows, tuple(notes))


def _row(found: Shown, facts: PartFacts) -> tuple[Value, ...]:
    own = found.kinds.members
    names = [id_at(found, member) for member in facts.faces[:3].tolist()]
    instead = own.run.classes[facts.other] if facts.other >= 0 else None
    silhouette = None if math.isnan(facts.silhouette) else facts.silhouette
    return (
        facts.number, facts.n, facts.n / found.kinds.n, silhouette, facts.share, facts.low, facts.high, instead,
        facts.others if instead else None, names[0], " ".join(names[1:]),
    )  # fmt: skip


def _number(value: float | None) -> str:
    return "–" if value is None or math.isnan(value) else f"{value:.2f}"
