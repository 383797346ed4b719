"""Maps compared, cut and hashed: against literal implementations and SciPy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.fft import dctn
from scipy.ndimage import zoom
from scipy.stats import wasserstein_distance

from clftui.analysis.saliency import (
    BINS,
    Measure,
    alike,
    area_above,
    compare,
    gaussian,
    histogram_distance,
    kept_histogram,
    mean_histogram,
    perceptual_hash,
    resized,
    similarity_matrix,
)

Map = NDArray[np.float64]
sizes = st.integers(1, 24)


def a_map(seed: int, h: int = 16, w: int = 20) -> Map:
    return np.random.default_rng(seed).random((h, w))


def literal_ssim(x: Map, y: Map) -> float:
    """Wang et al. 2004, equations 14 to 17: a window after the other, weights of a circular Gaussian."""
    rows, columns = min(11, x.shape[0]), min(11, x.shape[1])
    weight = np.array(
        [
            [
                math.exp(-((i - (rows - 1) / 2) ** 2 + (j - (columns - 1) / 2) ** 2) / (2 * 1.5**2))
                for j in range(columns)
            ]
            for i in range(rows)
        ]
    )
    weight /= weight.sum()
    values = []
    for top in range(x.shape[0] - rows + 1):
        for left in range(x.shape[1] - columns + 1):
            a, b = x[top : top + rows, left : left + columns], y[top : top + rows, left : left + columns]
            ma, mb = (weight * a).sum(), (weight * b).sum()
            va, vb = (weight * (a - ma) ** 2).sum(), (weight * (b - mb) ** 2).sum()
            cov = (weight * (a - ma) * (b - mb)).sum()
            c1, c2 = 0.01**2, 0.03**2
            values.append((2 * ma * mb + c1) * (2 * cov + c2) / ((ma**2 + mb**2 + c1) * (va + vb + c2)))
    return float(np.mean(values))


@pytest.mark.row("V11")
@given(st.integers(0, 10_000), sizes, sizes)
def test_ssim_is_that_of_wang_et_al(seed: int, h: int, w: int) -> None:
    x, y = a_map(seed, h, w), a_map(seed + 1, h, w)
    found = alike(x, y, Measure.SSIM)
    assert found == pytest.approx(literal_ssim(x, y), abs=1e-9)
    assert alike(x, x, Measure.SSIM) == pytest.approx(1) and found == pytest.approx(alike(y, x, Measure.SSIM))


@given(st.integers(0, 10_000), sizes, sizes)
def test_l1_and_mse_are_their_loops(seed: int, h: int, w: int) -> None:
    x, y = a_map(seed, h, w), a_map(seed + 1, h, w)
    cells = [(i, j) for i in range(h) for j in range(w)]
    assert alike(x, y, Measure.L1) == pytest.approx(sum(abs(x[c] - y[c]) for c in cells) / (h * w))
    assert alike(x, y, Measure.MSE) == pytest.approx(sum((x[c] - y[c]) ** 2 for c in cells) / (h * w))


@given(st.integers(0, 10_000), sizes, sizes, sizes, sizes)
def test_resizing_is_scipys(seed: int, h: int, w: int, to_h: int, to_w: int) -> None:
    x = a_map(seed, h, w)
    wanted = zoom(x, (to_h / h, to_w / w), order=1, mode="nearest", grid_mode=True)
    assert wanted.shape == (to_h, to_w)
    np.testing.assert_allclose(resized(x, to_h, to_w), wanted, atol=1e-9)


def test_the_hash_is_the_sign_of_64_cosine_terms() -> None:
    for seed in range(20):
        x = a_map(seed, 32, 32)
        low = dctn(x, norm="ortho")[:8, :8].reshape(-1)
        np.testing.assert_array_equal(perceptual_hash(x), low > np.median(low[1:]))
    x = a_map(3)
    assert alike(x, x, Measure.HASH) == 0
    assert alike(x, 0.5 * x, Measure.HASH) == 0, "the hash does not see contrast"
    assert 0.2 < np.mean([alike(a_map(s), a_map(s + 100), Measure.HASH) for s in range(30)]) < 0.8


@pytest.mark.row("V11")
@pytest.mark.parametrize("measure", list(Measure))
def test_the_matrix_compares_all_pairs_and_says_which_way_it_goes(measure: Measure) -> None:
    maps: list[Map | None] = [a_map(0, 7, 7), a_map(1, 28, 28), np.zeros((7, 7)), None, a_map(2, 7, 7)]
    found = similarity_matrix(maps, measure)
    np.testing.assert_array_equal(np.isnan(found[2]), True)
    np.testing.assert_array_equal(np.isnan(found[:, 3]), True)
    for i in (0, 1, 4):
        assert found[i, i] == measure.alike
        for j in (0, 1, 4):
            first, second = maps[i], maps[j]
            assert first is not None and second is not None
            assert found[i, j] == pytest.approx(compare(first, second, measure), abs=1e-9)
    assert measure.words.endswith(f"{measure.alike:.0f} = alike")


def test_maps_of_two_sizes_are_compared_on_the_finer_grid() -> None:
    x, y = a_map(5, 7, 7), a_map(6, 40, 20)
    assert compare(x, y, Measure.L1) == pytest.approx(alike(resized(x, 40, 32), resized(y, 40, 32), Measure.L1))


@pytest.mark.row("V10")
def test_the_area_above_a_threshold() -> None:
    ramp = np.linspace(0, 1, 64)[None, :].repeat(64, axis=0)
    for threshold in (0.0, 0.25, 0.5, 0.95):
        assert area_above(ramp, threshold) == pytest.approx(1 - threshold, abs=0.02)
    assert area_above(np.zeros((7, 7)), 0.05) == 0
    assert math.isnan(area_above(np.zeros((0, 7)), 0.05))


@pytest.mark.row("V12")
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_the_histogram_counts_kept_pixels(seed: int, threshold: float) -> None:
    rng = np.random.default_rng(seed)
    rgb, values = rng.integers(0, 256, (9, 12, 3), dtype=np.uint8), rng.random((9, 12))
    found = kept_histogram(rgb, values, threshold)
    wanted = np.zeros((3, BINS))
    n = 0
    for i in range(9):
        for j in range(12):
            if values[i, j] >= threshold:
                n += 1
                for channel in range(3):
                    wanted[channel, int(rgb[i, j, channel]) // (256 // BINS)] += 1
    if n:
        np.testing.assert_allclose(found, wanted / n)
    else:
        assert np.isnan(found).all()


@given(st.integers(0, 10_000))
def test_the_distance_of_histograms_is_the_earth_movers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.dirichlet(np.full(BINS, 0.3), size=3) for _ in range(2))
    at = np.arange(BINS) / (BINS - 1)
    wanted = np.mean([wasserstein_distance(at, at, p, q) for p, q in zip(a, b, strict=True)])
    assert histogram_distance(a, b) == pytest.approx(wanted, abs=1e-9)


def test_black_and_white_are_one_apart_and_undefined_ones_left_out() -> None:
    black, white = np.zeros((3, BINS)), np.zeros((3, BINS))
    black[:, 0] = white[:, -1] = 1
    assert histogram_distance(black, white) == 1 and histogram_distance(black, black) == 0
    nothing = np.full((3, BINS), np.nan)
    assert math.isnan(histogram_distance(black, nothing))
    mean = mean_histogram([black, nothing, white])
    assert mean is not None and mean[0, 0] == mean[0, -1] == 0.5
    assert mean_histogram([nothing]) is None


def test_the_window_sums_to_one() -> None:
    assert gaussian(11).sum() == pytest.approx(1) and gaussian(11).argmax() == 5
