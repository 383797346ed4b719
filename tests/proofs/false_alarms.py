"""How often alarms are false where nothing got worse, and how soon they tell a regression that lasts.

    python -m tests.proofs.false_alarms --trials 40 [--runs FOLDER]

Null tables: a training that only jitters (see churn.py), and the runs of a folder made null in three ways: the answers
of the newest two epochs swapped at random per sample, all epochs permuted at random per sample, and the order of the
epochs of the second half shuffled, which keeps how classes move together. Then the same runs as they are, and
regressions of 2, 5 and 10 points planted at 1,000 samples per class. FOLDER may be given as CLFTUI_DATA too.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.alarms import Alarmed, alarms
from clftui.analysis.changes import ChangeSet, Part, paired_changes
from clftui.analysis.hierarchy import Hierarchy, parse
from clftui.analysis.movers import movers
from clftui.analysis.significance import ALPHA
from clftui.analysis.watched import WatchedSamples
from clftui.data.catalog import open_catalog
from clftui.state.class_tree import hierarchy_of
from tests.proofs.churn import Churn, answers

Int64 = NDArray[np.int64]

FIRST = 5
"""The first place at which an epoch can have an alarm, from 0."""
CHURNS = {
    "samples alone": Churn(),
    "classes too": Churn(together=(0.1, 0.1)),
    "some classes more": Churn(together=(0.02, 0.3)),
    "classes and the whole": Churn(together=(0.1, 0.1), whole=0.1),
    "100 per class": Churn(per_class=100, together=(0.1, 0.1)),
}


@dataclass
class Tally:
    """What was counted over some epochs."""

    epochs: int = 0
    raw: int = 0
    movers: int = 0
    regressed: int = 0
    alarms: int = 0
    alarmed: int = 0
    """Epochs with an alarm."""

    def add(self, step: ChangeSet, found: tuple[Alarmed, ...]) -> None:
        tested = movers(step)
        self.epochs += 1
        self.raw += int(np.count_nonzero(tested.classes.p <= ALPHA))
        self.movers += sum(int(family.significant.sum()) for family in tested.families)
        self.regressed += sum(int(family.worse.sum()) for family in tested.families)
        self.alarms += len(found)
        self.alarmed += bool(found)

    @property
    def share(self) -> float:
        return self.alarmed / self.epochs

    def line(self, name: str) -> str:
        n = self.epochs
        return (
            f"{name:34} {n:6} {self.raw / n:8.1f} {self.movers / n:8.1f} {self.regressed / n:8.1f} "
            f"{self.alarms / n:8.2f} {100 * self.share:8.1f} %"
        )


HEAD = f"{'':34} {'epochs':>6} {'McNemar':>8} {'movers':>8} {'worse':>8} {'alarms':>8} {'epochs with':>10}"


def watch(
    true: Int64, predicted: Int64, n_classes: int, tree: Hierarchy | None, first: int = FIRST
) -> Iterator[tuple[int, ChangeSet, tuple[Alarmed, ...]]]:
    """(epoch, its changes, its alarms) of every epoch from `first` on."""
    steps: list[ChangeSet] = []
    for epoch in range(1, len(predicted)):
        steps.append(paired_changes(true, predicted[epoch - 1], predicted[epoch], n_classes, tree))
        if epoch >= first:
            watched = WatchedSamples(true, predicted[: epoch + 1], n_classes, tree, steps)
            yield epoch, steps[-1], alarms(watched)


def tree_of_ten() -> Hierarchy:
    groups = [{"name": str(start), "children": [str(c) for c in range(start, start + 3)]} for start in (0, 3, 6)]
    return parse({"name": "all", "children": [*groups, "9"]}, [str(c) for c in range(10)])


def quiet(churn: Churn, trials: int, epochs: int = 24, seed: int = 1) -> Tally:
    """A training whose true accuracy stands still."""
    rng, out = np.random.default_rng(seed), Tally()
    for _ in range(trials):
        true, predicted = answers(churn, epochs, rng)
        for _, step, found in watch(true, predicted, churn.classes, tree_of_ten()):
            out.add(step, found)
    return out


def delays(churn: Churn, drop: float, trials: int, since: int = 12, seed: int = 2) -> list[int | None]:
    """After how many epochs the class that lost `drop` for good had its alarm, 0 = at once; None within four."""
    rng, out = np.random.default_rng(seed), []
    for _ in range(trials):
        worse = int(rng.integers(churn.classes))
        true, predicted = answers(churn, since + 4, rng, {worse: drop}, since)
        told = (
            epoch - since
            for epoch, _, found in watch(true, predicted, churn.classes, tree_of_ten(), since)
            if any(each.part is Part.CLASS and each.row == worse for each in found)
        )
        out.append(next(told, None))
    return out


@dataclass(frozen=True, eq=False)
class Real:
    """The answers of a run on its test split."""

    name: str
    true: Int64
    predicted: Int64
    n_classes: int
    tree: Hierarchy | None


def real_runs(folder: Path, split: str = "test") -> list[Real]:
    """The runs below `folder` with eight epochs or more of the same samples."""
    catalog, out = open_catalog((folder,)), []
    for run in catalog.runs:
        found = [each for epoch in run.epochs(split) if (each := run.evaluation(split, epoch)) is not None]
        if len(found) >= 8 and all(np.array_equal(each.sample, found[0].sample) for each in found):
            predicted = np.stack([each.predicted for each in found]).astype(np.int64)
            tree = hierarchy_of(catalog, run.classes)
            out.append(Real(run.name, found[0].true.astype(np.int64), predicted, len(run.classes), tree))
    return out


def as_it_is(run: Real) -> Tally:
    out = Tally()
    for _, step, found in watch(run.true, run.predicted, run.n_classes, run.tree):
        out.add(step, found)
    return out


def swapped(run: Real, trials: int, seed: int = 0) -> Tally:
    """Before and after of each epoch swapped at random per sample; alarms that date from that epoch."""
    rng, out = np.random.default_rng(seed), Tally()
    for _ in range(trials):
        for epoch in range(FIRST, len(run.predicted)):
            shown = run.predicted[: epoch + 1].copy()
            swap = rng.random(shown.shape[1]) < 0.5
            shown[-2:, swap] = shown[:-3:-1, swap]
            _, step, found = next(watch(run.true, shown, run.n_classes, run.tree, epoch))
            out.add(step, tuple(each for each in found if each.lasting == 1))
    return out


def permuted(run: Real, trials: int, seed: int = 0) -> Tally:
    """All epochs permuted at random per sample: no epoch is better than another."""
    rng, out = np.random.default_rng(seed), Tally()
    for _ in range(trials):
        order = np.argsort(rng.random(run.predicted.shape), axis=0)
        for _, step, found in watch(run.true, np.take_along_axis(run.predicted, order, 0), run.n_classes, run.tree):
            out.add(step, found)
    return out


def shuffled(run: Real, trials: int, seed: int = 0) -> Tally:
    """The epochs of the later part in a random order: classes move as they did, but nowhere."""
    rng, out = np.random.default_rng(seed), Tally()
    late = run.predicted[-max(8, 3 * len(run.predicted) // 4) :]
    for _ in range(trials):
        for _, step, found in watch(run.true, late[rng.permutation(len(late))], run.n_classes, run.tree):
            out.add(step, found)
    return out


def planted(run: Real, drop: float, since: int) -> list[int | None]:
    """`delays` of every class of a real run: the share `drop` of its samples, once right, is wrong from `since` on."""
    out: list[int | None] = []
    for worse in range(run.n_classes):
        rng = np.random.default_rng(worse)
        predicted = run.predicted[: since + 4].copy()
        mine = np.flatnonzero(run.true == worse)
        always = mine[(predicted[since:, mine] == worse).all(axis=0)]
        lost = rng.choice(always, min(round(drop * len(mine)), len(always)), replace=False)
        wrong = np.bincount(predicted[since - 1, mine][predicted[since - 1, mine] != worse], minlength=run.n_classes)
        predicted[since:, lost] = int(wrong.argmax())
        told = (
            epoch - since
            for epoch, _, found in watch(run.true, predicted, run.n_classes, run.tree, since)
            if any(each.part is Part.CLASS and each.row == worse for each in found)
        )
        out.append(next(told, None))
    return out


def power_line(name: str, points: int, told: list[int | None]) -> str:
    by = [sum(each is not None and each <= limit for each in told) / len(told) for limit in (0, 1, 3)]
    return f"{name:34} {points:6} " + " ".join(f"{100 * share:6.0f} %" for share in by)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--runs", type=Path, default=os.environ.get("CLFTUI_DATA"))
    chosen = parser.parse_args()
    print(f"Nothing gets worse (10 classes of 1,000)\n{HEAD}")
    shares = []
    for name, churn in CHURNS.items():
        found = quiet(churn, chosen.trials)
        shares.append(found.share)
        print(found.line(name), flush=True)
    runs = real_runs(Path(chosen.runs)) if chosen.runs else []
    if runs:
        late: list[Tally] = []
        print("\nReal runs made null")
        for run in runs:
            for make, trials in ((swapped, chosen.trials // 4), (permuted, chosen.trials), (shuffled, chosen.trials)):
                found = make(run, max(trials, 1))
                shares += [found.share] if make is not shuffled else []
                late += [found] if make is shuffled else []
                print(found.line(f"{run.name}, {make.__name__}"), flush=True)
        shares.append(sum(each.alarmed for each in late) / sum(each.epochs for each in late))
        print("\nReal runs as they are")
        for run in runs:
            print(as_it_is(run).line(run.name), flush=True)
    print(f"\nA class loses recall for good\n{'':34} {'points':>6} {'at once':>8} {'by +1':>8} {'by +3':>8}")
    for name in ("samples alone", "classes too"):
        for points in (2, 5, 10):
            told = delays(CHURNS[name], points / 100, chosen.trials * 2)
            print(power_line(name, points, told), flush=True)
    for run in runs:
        for points in (2, 5, 10):
            told = planted(run, points / 100, len(run.predicted) - 4)
            print(power_line(f"{run.name}, each class in turn", points, told), flush=True)
    # Shuffled runs count together: each has few epochs, and they are the same few in every order.
    print(f"\nThe most false alarms: in {100 * max(shares):.1f} % of epochs.")
    return 0 if max(shares) <= 0.05 else 1


if __name__ == "__main__":
    sys.exit(main())
