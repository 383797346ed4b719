"""Probes as result sets of their own: runs `cnn@conv1` beside the run, with its samples and epoch."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from clftui.analysis.linear_probe import STRENGTH
from clftui.data.catalog import Catalog
from clftui.data.run import Run
from clftui.logger import RunLogger
from clftui.schema import EPOCHS_FOLDER, RUN_FILE, FormatError, epoch_folder
from clftui.state.layers_probes import SEED, Probed, Task, probed
from clftui.storage import atomic_json, read_json
from clftui.text import sanitise

AT = "@"
OF = "probe_of"
DIGEST = "probe_digest"
_UNFIT = re.compile(r"[^\w.+@-]+")


class Written(NamedTuple):
    """What became of a layer's probe."""

    name: str
    folder: Path
    fresh: bool
    """Whether it was written now; False: it was there already, of the same answers."""
    accuracy: float
    words: str
    """How the probe was made."""


def probe_name(run: str, layer: str) -> str:
    """`cnn@conv1`"""
    return f"{run}{AT}{layer}"


def probe_folder(run: Run, layer: str) -> Path:
    """Where the probe of a layer is written: beside the run's own folder."""
    return run.path.parent / _UNFIT.sub("_", probe_name(run.path.name, layer))


def probe_key(catalog: Catalog, run: Run, layer: str) -> str | None:
    """The key of the run that a layer's probe was written as; None where it was not."""
    folder = probe_folder(run, layer)
    return next((each.key for each in catalog.runs if each.path == folder), None)


def write_probes(
    tasks: Sequence[Task], *, again: bool = False, told: Callable[[str], None] = lambda sentence: None
) -> list[Written]:
    """Fit what is not fitted, and write each layer's answers as a run; what is there already of the same is left.

    FormatError where a probe fails or another run has the folder; OSError where the disk refuses.
    """
    out = []
    for task in tasks:
        folder = probe_folder(task.run, task.layer.name)
        if not again and _is_written(folder, task):
            told(f"{sanitise(folder.name)}: written already")
            out.append(Written(folder.name, folder, False, _accuracy_there(folder, task), task.how))
            continue
        told(f"{sanitise(task.layer.name)}: a probe is being fitted, {task.how} …")
        found = probed(task, wait=True)
        assert found is not None
        _write(folder, found)
        out.append(Written(folder.name, folder, True, _accuracy(found), found.words))
    return out


def _file(folder: Path, task: Task) -> Path:
    return folder / EPOCHS_FOLDER / epoch_folder(task.evaluation.epoch) / f"{task.evaluation.split}.npz"


def _about(folder: Path) -> dict[str, object]:
    try:
        about = read_json(folder / RUN_FILE)
    except FormatError:
        return {}
    return about if isinstance(about, dict) else {}


def _probe_of(about: dict[str, object]) -> object:
    settings = about.get("hyperparameters")
    return settings.get(OF) if isinstance(settings, dict) else None


def _mark(task: Task) -> str:
    return f"{task.evaluation.split}/{task.evaluation.epoch}"


def _is_written(folder: Path, task: Task) -> bool:
    marks = _about(folder).get(DIGEST)
    return isinstance(marks, dict) and marks.get(_mark(task)) == task.digest and _file(folder, task).is_file()


def _accuracy_there(folder: Path, task: Task) -> float:
    from clftui.analysis.metrics import accuracy
    from clftui.data.run import open_run
    from clftui.data.tables import Tables

    evaluation = open_run(folder, Tables()).evaluation(task.evaluation.split, task.evaluation.epoch)
    return accuracy(evaluation.confusion) if evaluation is not None else float("nan")


def _accuracy(found: Probed) -> float:
    task = found.task
    true, answer = task.evaluation.true[task.positions], found.predicted[task.positions]
    known = true >= 0
    return float((answer[known] == true[known]).mean()) if known.any() else float("nan")


def _write(folder: Path, found: Probed) -> None:
    task = found.task
    run, evaluation = task.run, task.evaluation
    about = _about(folder)
    if about and _probe_of(about) != run.name:
        raise FormatError(folder, "", f"is no probe of {sanitise(run.name)}", "move it away, its name is wanted")
    table = run.samples(evaluation.split)
    with RunLogger(
        folder,
        probe_name(run.name, task.layer.name),
        classes=run.classes,
        model={"architecture": "linear probe", "of": run.name, "layer": task.layer.name,
               "parameters": (task.layer.opened.units + 1) * len(run.classes)},
        hyperparameters={OF: run.name, "layer": task.layer.name, "C": STRENGTH, "seed": SEED,
                         "fitted": task.how},
        samples={evaluation.split: table.path} if table is not None else None,
        hierarchy=run.hierarchy,
        background=False,
    ) as log:  # fmt: skip
        given = {"scores": _scores(found)} if found.scores is not None else {}
        log.log(
            evaluation.epoch,
            evaluation.split,
            evaluation.true[task.positions],
            predicted=found.predicted[task.positions],
            sample=evaluation.sample[task.positions],
            **given,
        )
    _sign(folder, task)


def _scores(found: Probed) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """The probabilities with their sum of 1, which half precision has lost."""
    scores = np.asarray(found.scores, dtype=np.float32)
    total = scores.sum(axis=1, keepdims=True)
    return np.where(total > 0, scores / np.where(total > 0, total, 1), 1 / max(scores.shape[1], 1)).astype(np.float32)


def _sign(folder: Path, task: Task) -> None:
    """Say in run.json which responses the answers are of: last, so that one that was killed is done again."""
    about = _about(folder)
    old = about.get(DIGEST)
    marks = {**(old if isinstance(old, dict) else {}), _mark(task): task.digest}
    atomic_json(folder / RUN_FILE, {**about, DIGEST: marks})
