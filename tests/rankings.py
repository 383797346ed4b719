"""Sessions over runs whose labels a test writes down, on one shared sample table."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from clftui.analysis.metrics import Metric
from clftui.data.catalog import open_catalog
from clftui.state.later import Later
from clftui.state.moves import select
from clftui.state.ranking_table import with_metric
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session

ABC = ("ant", "bee", "cow")


def write_labels(
    folder: Path,
    epochs: Sequence[tuple[ArrayLike, ArrayLike]],
    classes: Sequence[str] = ABC,
    *,
    split: str = "test",
    sample: ArrayLike | None = None,
    scores: ArrayLike | None = None,
    samples: bool = True,
    **more: Any,
) -> Path:
    """A run with (true, predicted) per epoch, on the collection's sample table unless `samples` is false."""
    folder.mkdir(parents=True, exist_ok=True)
    table = {split: f"../samples/{split}.csv"} if samples else {}
    run = {"format": "clftui-run", "version": 1, "name": folder.name, "classes": list(classes), "samples": table}
    path = folder / "run.json"
    if path.exists():
        run["samples"] = json.loads(path.read_text(encoding="utf-8"))["samples"] | table
    path.write_text(json.dumps(run | more), encoding="utf-8")
    for number, (true, predicted) in enumerate(epochs, 1):
        arrays: dict[str, Any] = {"true": np.asarray(true), "predicted": np.asarray(predicted)}
        arrays["sample"] = np.arange(len(arrays["true"])) if sample is None else np.asarray(sample)
        if scores is not None:
            arrays["scores"] = np.asarray(scores, dtype=np.float32)
        place = folder / "epochs" / f"{number:05d}"
        place.mkdir(parents=True, exist_ok=True)
        np.savez(place / f"{split}.npz", **arrays)
    return folder


def write_table(root: Path, n: int, split: str = "test") -> None:
    """The sample table of a split: ids s0, s1 ..."""
    folder = root / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"s{row},img/{row}.png\n" for row in range(n))
    (folder / f"{split}.csv").write_text("id,path\n" + lines, encoding="utf-8")


def wrong_in(true: np.ndarray[Any, Any], per_class: Mapping[int, int], classes: int = 3) -> np.ndarray[Any, Any]:
    """Predictions that are right but for the first `number` samples of each class in `per_class`."""
    out = true.copy()
    for cls, number in per_class.items():
        rows = np.flatnonzero(true == cls)[:number]
        out[rows] = (cls + 1) % classes
    return out


@contextmanager
def held_back(later: Later) -> Iterator[None]:
    """Nothing is computed behind the screen meanwhile, and everything afterwards."""
    begun, gate = threading.Event(), threading.Event()

    def hold() -> bool:
        begun.set()
        return gate.wait(10)

    later.get(object(), hold)
    assert begun.wait(10)
    try:
        yield
    finally:
        gate.set()
        assert later.settle()


TRUE = np.repeat(np.arange(3), 40)
"""40 samples each of ant, bee and cow."""


def three_runs(root: Path) -> Session:
    """`best` is right but in bee, `good` is right in bee, `poor` is bad everywhere; all on the same samples."""
    write_table(root, len(TRUE))
    write_labels(root / "best", [(TRUE, wrong_in(TRUE, {0: 1, 1: 16, 2: 0}))])
    write_labels(root / "good", [(TRUE, wrong_in(TRUE, {0: 12, 1: 1, 2: 6}))])
    write_labels(root / "poor", [(TRUE, wrong_in(TRUE, {0: 20, 1: 15, 2: 30}))])
    return ranking_of(root)


def ranking_of(root: Path, metric: Metric = Metric.RECALL, **focus: Any) -> Session:
    """The Ranking view of a collection."""
    session = open_session(open_catalog([root]), **focus)
    return with_metric(replace(session, tab=Tab.RANKING), metric)


def on_class(session: Session, name: str) -> Session:
    """`session` with the cursor on a class."""
    return select(session, true=name)
