"""A unit's response as a filter: `response("fc64", 35) >= 12.3` in an expression, or a ready-made one with its chip."""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from clftui.schema import FormatError
from clftui.state.later import LATER, weak
from clftui.state.peers import places_of
from clftui.state.unready import NotYet, may_wait, note_missing
from clftui.text import MINUS, UNDEFINED, count, sanitise

if TYPE_CHECKING:
    from clftui.data.evaluation import Evaluation
    from clftui.data.responses import Layer
    from clftui.data.run import Run
    from clftui.data.samples import SampleTable
    from clftui.state.filters import Mask
    from clftui.state.peers import Peers

Float32 = NDArray[np.float32]

UNREADABLE = 'write response("layer", unit), the unit counted from 0'


class UnitCall(NamedTuple):
    """The layer and unit whose responses an expression names."""

    layer: str
    unit: int


def unit_call(node: ast.AST) -> UnitCall | None:
    """The unit that a node of an expression names; None for any other node."""
    match node:
        case ast.Call(
            func=ast.Name(id="response"),
            args=[ast.Constant(value=str() as layer), ast.Constant(value=int() as unit)],
            keywords=[],
        ):
            return UnitCall(layer, int(unit))
    return None


def response_words(value: float) -> str:
    """A response for the screen, in three digits: `12.3`, `.552`, `1,520`; undefined is a dash."""
    if not math.isfinite(value):
        return UNDEFINED
    size = abs(value)
    if size >= 1e6 or 0 < size < 1e-3:
        return f"{value:.1e}".replace("-", MINUS)
    if size >= 999.5:
        return count(round(value))
    digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2 if size >= 0.9995 else 3
    text = f"{size:.{digits}f}" if size else "0"
    text = text[1:] if text.startswith("0.") else text
    return f"{MINUS}{text}" if value < 0 else text


@dataclass(frozen=True)
class UnitResponse:
    """Only samples to which a unit of a layer answers `low` or more; those that were not recorded do not pass."""

    layer: str
    unit: int
    low: float

    @property
    def kind(self) -> str:
        return f"unit {self.unit} of {self.layer}"

    @property
    def compares(self) -> bool:
        return True

    def describe(self) -> str:
        return f"{sanitise(self.layer)} unit {self.unit} ≥ {response_words(self.low)}"

    def mask(self, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        return self.mask_among(None, evaluation, samples)

    def mask_among(self, peers: Peers | None, evaluation: Evaluation, samples: SampleTable | None) -> Mask:
        found = among(peers, evaluation, UnitCall(self.layer, self.unit))
        # Responses are float32, and NaN where none was recorded.
        return np.asarray(found >= np.float32(self.low), dtype=np.bool_)


def among(peers: Peers | None, evaluation: Evaluation, call: UnitCall) -> Float32:
    """(n,) the responses of a unit of the evaluation's own run; FilterError where the run cannot answer."""
    from clftui.state.filters import FilterError  # Filters read this.

    run = peers.run_of(evaluation) if peers is not None else None
    if run is None:
        raise FilterError(f"nothing says which run the layer {sanitise(call.layer)} is of")
    try:
        return unit_responses(run, evaluation, call)
    except LookupError as error:
        raise FilterError(str(error.args[0])) from error


def unit_responses(run: Run, evaluation: Evaluation, call: UnitCall) -> Float32:
    """(n,) what a unit answers to the samples of `evaluation`, at its epoch or the last before it that was recorded.

    NaN where a sample was not recorded. LookupError, one sentence, where nothing was; in a draw NotYet until it is
    read.
    """
    from clftui.data.responses import epoch_with_responses, layers  # Few filters are of units.

    name, split = sanitise(call.layer), evaluation.split
    epoch = epoch_with_responses(run.path, split, evaluation.epoch)
    known = layers(run.path, split, epoch) if epoch is not None else ()
    layer = next((each for each in known if each.name == call.layer), None)
    if layer is None:
        others = ", ".join(sanitise(each.name) for each in known[:8])
        has = f"there are {others}" if others else "`clftui respond` records layers"
        raise LookupError(f"no layer {name} was recorded of this run on {sanitise(split)}; {has}")
    if layer.file is None:
        raise LookupError(layer.trouble)
    if not 0 <= call.unit < layer.file.units:
        raise LookupError(f"{name} has units 0 to {layer.file.units - 1}, not {call.unit}")
    if not layer.file.n:
        raise LookupError(f"of {name} class means alone were recorded, no single sample's responses")
    file = layer.file
    key = ("unit responses", weak(layer), weak(evaluation), call.unit)
    found = LATER.get(key, lambda: _spread(file.unit(call.unit), file.sample, evaluation), wait=may_wait())
    if found is None:
        note_missing()
        raise NotYet(f"Reading the responses of {name} …")
    return found


def _spread(values: Float32, rows: NDArray[np.int64], evaluation: Evaluation) -> Float32:
    at = places_of(rows, evaluation.sample)
    return np.where(at >= 0, values[at] if len(values) else np.nan, np.nan).astype(np.float32)


def recorded(layer: Layer, evaluation: Evaluation) -> int:
    """How many of the evaluation's samples were recorded one by one."""
    try:
        return int(np.count_nonzero(places_of(layer.opened.sample, evaluation.sample) >= 0))
    except FormatError:
        return 0
