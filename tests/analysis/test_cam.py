"""Class activation maps against closed forms and the papers' formulas written out place by place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from clftui.analysis.cam import (
    grad_cam,
    grad_cam_pp,
    layer_cam,
    score_cam_weights,
    sized,
    smooth_grad_cam_pp,
    to_peak,
)

Float64 = NDArray[np.float64]
SHAPE = (2, 3, 4, 5)
VALUES = st.floats(-4, 4, width=16).map(float)
BLOCK = arrays(np.float64, SHAPE, elements=VALUES)


@given(BLOCK, arrays(np.float64, (2, 3), elements=VALUES))
def test_grad_cam_is_cam_behind_average_pooling_and_a_linear_layer(activations: Float64, weights: Float64) -> None:
    """Zhou et al. 2016: there the slope of the score is the weight / hw everywhere."""
    slopes = np.broadcast_to(weights[:, :, None, None] / 20, SHAPE)
    cam = np.maximum(sum(weights[:, k, None, None] * activations[:, k] for k in range(3)), 0)
    np.testing.assert_allclose(grad_cam(activations, slopes) * 20, cam, atol=1e-9)


@settings(max_examples=40)
@given(BLOCK, BLOCK)
def test_grad_cam_pp_is_its_formula_place_by_place(activations: Float64, slopes: Float64) -> None:
    expected = np.zeros((2, 4, 5))
    for n in range(2):
        for k in range(3):
            a, g = activations[n, k], slopes[n, k]
            weight = 0.0
            for i in range(4):
                for j in range(5):
                    below = 2 * g[i, j] ** 2 + a.sum() * g[i, j] ** 3
                    weight += (g[i, j] ** 2 / below if below else 0) * max(g[i, j], 0)
            expected[n] += weight * a
    np.testing.assert_allclose(
        grad_cam_pp(activations, slopes), np.maximum(expected, 0), rtol=1e-6, atol=1e-6 * np.abs(expected).max() + 1e-12
    )


@given(BLOCK, BLOCK)
def test_layer_cam_weighs_each_activation_by_its_own_rising_slope(activations: Float64, slopes: Float64) -> None:
    expected = sum(np.where(slopes[:, k] > 0, slopes[:, k], 0) * activations[:, k] for k in range(3))
    np.testing.assert_allclose(layer_cam(activations, slopes), np.maximum(expected, 0), atol=1e-9)


def test_smooth_grad_cam_pp_takes_means_of_powers() -> None:
    rng = np.random.default_rng(0)
    a, some = rng.random(SHAPE), rng.normal(size=(6, *SHAPE))
    g, g2, g3 = (np.mean(some**power, axis=0) for power in (1, 2, 3))
    alpha = g2 / (2 * g2 + a.sum((2, 3), keepdims=True) * g3)
    weights = (alpha * g.clip(0)).sum((2, 3))
    expected = np.maximum((weights[:, :, None, None] * a).sum(1), 0)
    np.testing.assert_allclose(smooth_grad_cam_pp(a, g, g2, g3), expected)


def test_channels_that_mask_nothing_have_no_weight_in_score_cam() -> None:
    weights = score_cam_weights([[1.0, 3.0, 900.0], [0.0, 0.0, 0.0]], [[False, False, True], [True, True, True]])
    np.testing.assert_allclose(weights[0], [1 / (1 + np.e**2), np.e**2 / (1 + np.e**2), 0])
    assert not weights[1].any()


@pytest.mark.row("V9")
def test_an_empty_map_stays_empty_and_others_reach_one() -> None:
    maps = np.zeros((4, 2, 2))
    maps[1] = [[1e-12, 0], [0, 2e-12]]
    maps[2, 0, 0] = np.nan
    maps[3] = -1
    scaled = to_peak(maps)
    assert scaled.max(axis=(1, 2)).tolist() == [0, 1, 0, 0]
    assert scaled[1, 0, 0] == 0.5 and scaled[1, 0, 1] == 0


def test_a_single_hot_place_survives_shrinking() -> None:
    for place in range(56):
        map_ = np.zeros((1, 56, 56))
        map_[0, place, 55 - place] = 1
        small = sized(map_, 14, 14)
        assert np.argwhere(small[0]).tolist() == [[place // 4, (55 - place) // 4]] and small.max() == 1


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_resizing_keeps_an_even_map_even(old: int, height: int, width: int) -> None:
    np.testing.assert_allclose(sized(np.ones((2, old, old + 1)), height, width), np.ones((2, height, width)))
    assert sized(np.zeros((0, old, old)), height, width).shape == (0, height, width)
