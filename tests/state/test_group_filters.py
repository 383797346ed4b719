"""A few samples of each class, with and without scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.state.group_filters import Examples
from clftui.state.session import open_session
from tests.builders import write_run


@pytest.mark.parametrize("scores", [True, False])
def test_the_surest_right_ones_then_wrong_ones(tmp_path: Path, scores: bool) -> None:
    write_run(tmp_path / "run", epochs=1, n=80, skill=0.3, scores=scores)
    evaluation = open_session(open_catalog([tmp_path])).evaluation()
    assert evaluation is not None
    for each in (1, 4, 18, 50):
        mask = Examples("g", frozenset({"cat", "owl", "gone"}), each).mask(evaluation, None)
        assert set(np.unique(evaluation.true[mask])) == {0, 3}
        for index in (0, 3):
            rows = np.flatnonzero(evaluation.true == index)
            right = evaluation.predicted[rows] == index
            chosen = mask[rows]
            assert chosen.sum() == min(each, len(rows))
            # No wrong one while a right one is left out.
            assert not (chosen & ~right).any() or chosen[right].all()
            confidence = evaluation.confidence()
            if scores and confidence is not None and (right & ~chosen).any():
                assert confidence[rows[chosen]].min() >= confidence[rows[right & ~chosen]].max()
    assert not Examples("g", frozenset()).mask(evaluation, None).any()
