"""Precision and recall of the worklist's label suspects against human votes, beside cleanlab's rankings.

    CLFTUI_DATA=FOLDER python -m tests.proofs.mislabel

FOLDER holds the label-errors data (Northcutt, Athalye, Mueller 2021): `cross_validated_predicted_probabilities/`,
`original_test_labels/` and `mturk/`. A label counts as wrong where fewer than three of five people voted for it. Every
ranking is of all samples of the test set; those nobody was asked about count as right. Where cleanlab can be imported
(its interpreter may run this file), its rankings stand beside; elsewhere they are left out.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clftui.data.catalog import open_catalog
from clftui.logger import RunLogger
from clftui.state.session import open_session
from clftui.state.worklist import Kind, worklist

SETS = ("mnist", "cifar10")
AT = (100, 200, 500)
MAJORITY = 3

Int64 = NDArray[np.int64]


def human_errors(folder: Path, name: str) -> set[int]:
    """Samples whose given label fewer than three of five people voted for."""
    asked = json.loads((folder / "mturk" / f"{name}_mturk.json").read_text(encoding="utf-8"))
    return {int(each["id"]) for each in asked if each["mturk"]["given"] < MAJORITY}


def ours(scores: NDArray[Any], labels: Int64) -> Int64:
    """Sample numbers as `clftui report --view issues` ranks label suspects."""
    with tempfile.TemporaryDirectory() as folder:
        classes = [str(each) for each in range(scores.shape[1])]
        with RunLogger(Path(folder) / "run", classes=classes) as logger:
            logger.log(1, "test", scores=scores, true=labels, sample=np.arange(len(labels)))
        listed = worklist(open_session(open_catalog([Path(folder)])), wait=True, most=max(AT))
        return np.asarray([int(each.id) for each in listed.issues if each.kind is Kind.SUSPECT])


def cleanlab_rankings(scores: NDArray[Any], labels: Int64) -> Mapping[str, Int64]:
    """Sample numbers by each of cleanlab's scores of label quality, worst first; none where it is not there."""
    try:
        from cleanlab.rank import get_label_quality_scores  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        return {}
    methods = ("normalized_margin", "self_confidence", "confidence_weighted_entropy")
    return {
        f"cleanlab {method}": np.argsort(get_label_quality_scores(labels, scores, method=method), kind="stable")
        for method in methods
    }


def told(name: str, ranking: Int64, wrong: set[int]) -> str:
    """A line: precision and recall among the first 100, 200, 500."""
    hit = np.isin(ranking, sorted(wrong))
    parts = []
    for n in AT:
        found = int(hit[:n].sum())
        parts.append(f"{n}: {found / n:.3f} {found / len(wrong):.3f}")
    return f"  {name:38} {'   '.join(parts)}"


def main() -> int:
    given = os.environ.get("CLFTUI_DATA")
    if not given:
        print("name the folder of the label-errors data in CLFTUI_DATA", file=sys.stderr)
        return 2
    folder = Path(given)
    for name in SETS:
        scores = np.load(folder / "cross_validated_predicted_probabilities" / f"{name}_test_set_pyx.npy")
        labels = np.load(folder / "original_test_labels" / f"{name}_test_set_original_labels.npy").astype(np.int64)
        wrong = human_errors(folder, name)
        print(f"{name}: {len(wrong)} labels of {len(labels):,} are wrong by vote; precision and recall at")
        print(told("clftui, label suspects", ours(scores, labels), wrong))
        for method, ranking in cleanlab_rankings(scores, labels).items():
            print(told(method, ranking, wrong))
    return 0


if __name__ == "__main__":
    sys.exit(main())
