"""`clftui respond`: what the layers of a model answer to the samples of a run, written beside its epochs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clftui.data.responses import ResponseFile
from clftui.data.run import Run
from clftui.explain.engine import use_threads
from clftui.explain.hooks import GRID, Listener, TorchListener
from clftui.explain.progress import Progress
from clftui.explain.recording import Recorded, record, scratch
from clftui.explain.saying import REFUSED, STOPPED, ended, say, say_agreement, say_troubles
from clftui.explain.selecting import Picked
from clftui.explain.subject import load_subject
from clftui.explain.weights import weights_of
from clftui.logger.extras import responses_file, write_responses
from clftui.schema import FormatError
from clftui.text import count, plural, sanitise

Load = Callable[[Picked, Path, Sequence[str]], Listener]
"""The model of an epoch, listening to layers; no layers leave the choice to it."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for beside the samples."""

    model: str
    layers: tuple[str, ...] = ()
    checkpoints: str | None = None
    values: bool = True
    grid: int = GRID
    batch: int = 64
    device: str = "auto"
    threads: int | None = None
    again: bool = False


def run_respond(chosen: Mapping[str, Any], wishes: Wishes, limit: int | None, load: Load | None = None) -> int:
    """Record what is missing; the exit status: 2 where nothing could be done, 130 where it was stopped."""
    load = load or _loader(wishes)

    def work() -> int:
        status = 0
        for picked, place in weights_of(chosen, wishes.checkpoints, limit=limit):
            status = _one(picked, place, wishes, load)
            if status:
                break
        return status

    return ended(work)


def _loader(wishes: Wishes) -> Load:
    def load(picked: Picked, place: Path, layers: Sequence[str]) -> Listener:
        ready = load_subject(wishes.model, wishes.device, place)
        if ready.device.type == "cpu":
            use_threads(wishes.threads)
        return TorchListener(ready, picked.run.classes, layers or ready.layers, wishes.grid)

    return load


def _one(picked: Picked, place: Path, wishes: Wishes, load: Load) -> int:
    """One epoch; the exit status."""
    evaluation, run = picked.evaluation, picked.run
    if wishes.layers and not _wanted(picked, wishes.layers, wishes):
        return _all_there(picked, wishes.layers)
    listener = load(picked, place, wishes.layers)
    found, listener.layers = listener.layers, _wanted(picked, listener.layers, wishes)
    if not listener.layers:
        return _all_there(picked, found)
    progress = Progress(picked.positions.size, "samples")
    at = picked.positions
    with scratch() as folder:
        try:
            recorded = record(
                listener, picked.table, picked.rows, evaluation.true[at].astype(np.int64),
                evaluation.predicted[at].astype(np.int64), len(run.classes), folder=Path(folder), batch=wishes.batch,
                keep_values=wishes.values, tell=progress,
            )  # fmt: skip
        except KeyboardInterrupt:
            say("Stopped; layers that were not finished are not written, the others stay.")
            return STOPPED
        finally:
            progress.clear()
        if not recorded.rows:
            say_troubles(recorded.troubles)
            say("Error: no image could be read; --images ROOT says where they are now.")
            return REFUSED
        if not recorded.layers:
            return _all_there(picked, found)
        _write(picked, listener, recorded)
    say_troubles(recorded.troubles)
    say_agreement(picked.words, recorded.agreed, recorded.checked, "a response")
    say(f"Look: clftui {sanitise(str(run.path))} --split {evaluation.split} --view features")
    return 0


def _wanted(picked: Picked, layers: Sequence[str], wishes: Wishes) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(layers) if wishes.again or not _file(picked, name).exists())


def _all_there(picked: Picked, layers: Sequence[str]) -> int:
    whole, n = picked.positions.size, min(filter(None, (_recorded(picked, name) for name in layers)), default=0)
    few = f", one of only {count(n)} of {plural(whole, 'sample')}" if 0 < n < whole else ""
    say(f"The layers of {picked.words} are there already{few}; --again records them anew.")
    return 0


def _recorded(picked: Picked, layer: str) -> int:
    """Samples that were recorded one by one; 0 where that is not known."""
    try:
        return ResponseFile(_file(picked, layer)).n
    except FormatError:
        return 0


def _write(picked: Picked, listener: Listener, recorded: Recorded) -> None:
    # As an epoch's rows stand, so that those of one class lie together.
    order = np.argsort(np.array(recorded.rows, np.int64), kind="stable")
    rows = np.array(recorded.rows, np.int64)[order]
    for name, layer in recorded.layers.items():
        path, mean = _file(picked, name), layer.class_mean
        values = layer.values[order] if layer.values is not None else None
        write_responses(
            path, mean, len(picked.run.classes), rows if values is not None else None, values, listener.depths.get(name)
        )
        places = f", {mean.shape[2]} × {mean.shape[3]} places" if mean.ndim == 4 else ""
        say(f"{path}: {plural(mean.shape[1], 'unit')}{places}, {plural(len(rows), 'sample')}.")


def _file(picked: Picked, layer: str) -> Path:
    run: Run = picked.run
    return responses_file(Path(run.path), picked.evaluation.epoch, picked.evaluation.split, layer)
