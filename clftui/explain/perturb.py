"""`clftui perturb`: what a model answers to the pictures of a run when they are changed, written as further splits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.projection import stratified
from clftui.data.samples import SampleTable
from clftui.explain.engine import TorchEngine, use_threads
from clftui.explain.explaining import CHECKED
from clftui.explain.perturbations import DEFAULTS, ChangeError, Perturbation, parse_perturbation
from clftui.explain.pictures import Batch
from clftui.explain.progress import Progress
from clftui.explain.saying import STOPPED, ended, say, say_agreement
from clftui.explain.selecting import SEED, Picked
from clftui.explain.subject import load_subject
from clftui.explain.weights import weights_of
from clftui.logger.aside import SplitAside
from clftui.opening import LaunchError
from clftui.text import count, percent, plural, sanitise


class Answerer(Protocol):
    """Answers to pictures."""

    def batches(self, table: SampleTable, rows: Sequence[int], size: int) -> Iterator[Batch]:
        """The pictures of some rows."""

    def logits(self, batch: Batch) -> NDArray[np.float32]:
        """(m, K) in the run's order of classes."""


Load = Callable[[Picked, Path], Callable[[Perturbation | None], Answerer]]
"""The model of an epoch: for a change, what answers to pictures changed so."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for beside the samples."""

    model: str
    changes: tuple[str, ...] = ()
    checkpoints: str | None = None
    seed: int = 0
    batch: int = 64
    device: str = "auto"
    threads: int | None = None
    again: bool = False


def run_perturb(chosen: Mapping[str, Any], wishes: Wishes, limit: int | None, load: Load | None = None) -> int:
    """Evaluate what is missing; the exit status: 2 where nothing could be done, 130 where it was stopped."""
    load = load or _loader(wishes)

    def work() -> int:
        try:
            changes = [parse_perturbation(text, wishes.seed) for text in wishes.changes or DEFAULTS]
        except ChangeError as error:
            raise LaunchError(f"--change {error}") from error
        status = 0
        for picked, place in weights_of(chosen, wishes.checkpoints, limit=limit):
            status = _one(picked, place, changes, wishes, load)
            if status:
                break
        return status

    return ended(work)


def _loader(wishes: Wishes) -> Load:
    def load(picked: Picked, place: Path) -> Callable[[Perturbation | None], Answerer]:
        ready = load_subject(wishes.model, wishes.device, place)
        if ready.device.type == "cpu":
            use_threads(wishes.threads)
        whole = ready.preprocess

        def answerer(change: Perturbation | None) -> Answerer:
            if change is None:
                return TorchEngine(ready, picked.run.classes)
            return TorchEngine(replace(ready, preprocess=lambda image: whole(change(image))), picked.run.classes)

        return answerer

    return load


def _one(picked: Picked, place: Path, changes: Sequence[Perturbation], wishes: Wishes, load: Load) -> int:
    """One epoch; the exit status."""
    wanted = {each.spec: each for each in changes}.values()
    todo = [each for each in wanted if wishes.again or _lacks(picked, each)]
    if not todo:
        say(f"{picked.words}: all of it is there already; --again evaluates it anew.")
        return 0
    answerer = load(picked, place)
    work = [(change, _with_kept(picked, change)) for change in todo]
    begins = np.cumsum([0, *(each.positions.size for _, each in work)]).tolist()
    progress = Progress(begins[-1], "answers")
    try:
        agreed, checked = _agreement(picked, answerer(None), wishes.batch)
        say_agreement(picked.words, agreed, checked, "a difference")
        for (change, mine), begin in zip(work, begins, strict=False):

            def tell(done: int, begin: int = begin, spec: str = change.spec) -> None:
                progress(begin + done, spec)

            told = _evaluate(mine, answerer(change), change, wishes.batch, tell)
            progress.clear()
            say(told)
    except KeyboardInterrupt:
        progress.clear()
        say("Stopped; the splits that are written stay, the same command goes on from there.")
        return STOPPED
    finally:
        progress.clear()
    run, split = sanitise(str(picked.run.path)), picked.evaluation.split
    say(f"Look: clftui report {run} --split {split} --view sensitivity")
    return 0


def _kept(picked: Picked, change: Perturbation) -> NDArray[np.int64]:
    """The samples that have an answer under a change in this epoch, rows of the sample table."""
    run, split, epoch = picked.run, change.split_of(picked.evaluation.split), picked.evaluation.epoch
    there = run.evaluation(split, epoch) if epoch in run.epochs(split) else None
    return np.asarray(there.sample if there is not None else (), dtype=np.int64)


def _lacks(picked: Picked, change: Perturbation) -> bool:
    """Whether some of the samples have no answer under a change in this epoch yet."""
    return not bool(np.isin(picked.rows, _kept(picked, change)).all())


def _with_kept(picked: Picked, change: Perturbation) -> Picked:
    """The samples, and those that another filter chose before: a split is written whole."""
    wanted = np.union1d(picked.rows, _kept(picked, change))
    return replace(picked, positions=np.flatnonzero(np.isin(picked.evaluation.sample, wanted)).astype(np.int64))


def _agreement(picked: Picked, answerer: Answerer, batch: int) -> tuple[int, int]:
    """(answers to unchanged pictures that are those of the run, how many were asked for)."""
    evaluation = picked.evaluation
    positions = picked.positions[evaluation.predicted[picked.positions] >= 0]
    if positions.size > CHECKED:
        positions = positions[stratified(evaluation.true[positions], CHECKED, SEED)]
    said = dict(zip(evaluation.sample[positions].tolist(), evaluation.predicted[positions].tolist(), strict=True))
    agreed = checked = 0
    for each in answerer.batches(picked.table, list(said), batch):
        if len(each.rows):
            answers = answerer.logits(each).argmax(axis=1).tolist()
            agreed += sum(said[row] == answer for row, answer in zip(each.rows.tolist(), answers, strict=True))
            checked += len(answers)
    return agreed, checked


def _evaluate(picked: Picked, answerer: Answerer, change: Perturbation, batch: int, tell: Callable[[int], None]) -> str:
    """Log what the model answers under a change; what came of it, in a sentence. LaunchError without any picture."""
    evaluation, run, split = picked.evaluation, picked.run, change.split_of(picked.evaluation.split)
    full = True if evaluation.score_kind == "full" else None
    log = SplitAside(Path(run.path), split, run.classes, picked.table.path, full_scores=full)
    true = dict(zip(picked.rows.tolist(), evaluation.true[picked.positions].tolist(), strict=True))
    right = done = failed = 0
    for each in answerer.batches(picked.table, picked.rows.tolist(), batch):
        failed += len(each.troubles)
        if len(each.rows):
            logits, rows = answerer.logits(each), each.rows.tolist()
            labels = np.array([true[row] for row in rows], np.int64)
            answers = logits.argmax(axis=1)
            with_scores: Any = {"predicted": answers} if evaluation.score_kind == "none" else {"logits": logits}
            log.append(labels, sample=each.rows, **with_scores)
            right, done = right + int(np.count_nonzero(answers == labels)), done + len(rows)
        tell(done + failed)
    if not done:
        raise LaunchError("no image could be read; --images ROOT says where they are now")
    log.commit(evaluation.epoch)
    without = f", {plural(failed, 'sample')} without a readable image" if failed else ""
    return f"{split}: {change.words}; right {count(right)} of {count(done)} ({percent(right / done)} %){without}."
