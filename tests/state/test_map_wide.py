"""The map of very many classes: what its samples are laid out by, and where its classes lie."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.state import map_cloud
from clftui.state.map_cloud import values_of
from clftui.state.map_model import map_model, middles
from clftui.state.map_settings import MapSource
from tests.mapped import mapped, write_mapped


@pytest.mark.parametrize("top", [None, 2])
def test_of_very_many_scores_random_directions_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, top: int | None
) -> None:
    session = mapped(write_mapped(tmp_path / "wide", features=False, top=top))
    evaluation = session.evaluation()
    assert evaluation is not None
    at = np.array([3, 70, 11])
    whole = values_of(evaluation, MapSource.SCORES, at)
    monkeypatch.setattr(map_cloud, "WIDE", 3)
    directed = values_of(evaluation, MapSource.SCORES, at)
    assert directed.shape == (3, map_cloud.DIRECTIONS) and whole.shape == (3, 4)
    np.testing.assert_allclose(directed, whole @ map_cloud._directions(4), atol=1e-6)
    found = map_model(session).cloud
    assert found is not None and found.words.endswith("in 256 random directions")


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 6))
def test_classes_lie_where_their_point_nearest_to_the_median_is(seed: int, n: int, classes: int) -> None:
    rng = np.random.default_rng(seed)
    places, labels = rng.random((n, 2)), rng.integers(-1, classes, n)
    found = middles(places, labels, classes)
    sizes = [int((labels == cls).sum()) for cls in range(classes)]
    assert found.classes.tolist() == [cls for cls in sorted(range(classes), key=lambda cls: -sizes[cls]) if sizes[cls]]
    for cls, place in zip(found.classes.tolist(), found.places, strict=True):
        own = places[labels == cls]
        nearest = ((own - np.median(own, axis=0)) ** 2).sum(axis=1).argmin()
        np.testing.assert_array_equal(place, own[nearest])
