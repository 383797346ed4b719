"""The scripts' cheap parts still make what is committed; training is not repeated here."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from clftui.bundled import bundled_folder
from clftui.storage import open_npz

ROOT = bundled_folder("sample_runs")


def table(collection: str, split: str) -> list[dict[str, str]]:
    with (ROOT / collection / "samples" / f"{split}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_logistic_regression_comes_out_the_same() -> None:
    from sample_runs import make_digits

    data = make_digits.load()
    logged = next(make_digits.logistic_regression(data)[2])
    file = open_npz(ROOT / "digits" / "logreg" / "epochs" / "00001" / "test.npz")
    order = np.argsort(file.read("sample"))
    assert np.array_equal(file.read("true")[order], data.test_true)
    # Another BLAS may turn a tie; not more.
    assert np.mean(logged.scores["test"].argmax(axis=1) == file.read("predicted")[order]) > 0.99


def test_the_pictures_of_the_digits_come_out_the_same(tmp_path: Path) -> None:
    from PIL import Image

    from sample_runs import make_digits

    tables = make_digits.tables(tmp_path, make_digits.load())
    assert [row["id"] for row in table("digits", "test")] == tables["test"]["id"]
    for path in tables["test"]["path"][::50]:
        with Image.open(tmp_path / "samples" / path) as made, Image.open(ROOT / "digits" / "samples" / path) as kept:
            assert np.array_equal(np.asarray(made), np.asarray(kept))


def test_drawing_a_glyph_depends_on_its_seed_alone() -> None:
    from sample_runs import glyph_images

    if glyph_images.missing_fonts():
        pytest.skip("the fonts that the README names are not installed")
    first = glyph_images.draw_glyph("Q", (1, 2, 3))
    assert np.array_equal(first.pixels, glyph_images.draw_glyph("Q", (1, 2, 3)).pixels)
    assert not np.array_equal(first.pixels, glyph_images.draw_glyph("Q", (1, 2, 4)).pixels)
    assert first.pixels.shape == (48, 48, 3) and first.font in glyph_images.FONTS


def test_the_pictures_of_the_glyphs_come_out_the_same() -> None:
    from PIL import Image

    from sample_runs import glyph_data, glyph_images

    if glyph_images.missing_fonts():
        pytest.skip("the fonts that the README names are not installed")
    again = glyph_data.draw_split("test", 1)
    rows = table("glyphs", "test")[:: glyph_data.TEST_PER_CLASS]
    assert again.fonts == [row["font"] for row in rows]
    kept = [(row["path"], pixels) for row, pixels in zip(rows, again.pixels, strict=True) if row["path"]]
    assert len(kept) > 10
    for path, pixels in kept:
        with Image.open(ROOT / "glyphs" / "samples" / path) as image:
            difference = np.abs(pixels.astype(int) - np.asarray(image.convert("RGB")))
        # Another FreeType or Pillow may round differently.
        assert difference.mean() < 3


def test_out_of_focus_pictures_are_made_from_the_sharp_ones() -> None:
    from PIL import Image

    from sample_runs import glyph_images

    folder = ROOT / "glyphs" / "samples" / "images"
    both = [path for path in sorted((folder / "test-blur").iterdir()) if (folder / "test" / path.name).exists()]
    assert len(both) > 20
    for path in both[::10]:
        with Image.open(folder / "test" / path.name) as sharp, Image.open(path) as kept:
            made = glyph_images.blurred(np.asarray(sharp.convert("RGB")))
            difference = np.abs(made.astype(int) - np.asarray(kept.convert("RGB")))
        # Another Pillow may cut the palette a little differently.
        assert difference.mean() < 3


def test_a_small_palette_survives_its_file(tmp_path: Path) -> None:
    from PIL import Image

    from sample_runs import glyph_images

    pixels = np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    limited = glyph_images.limit_palette(pixels)
    assert len(np.unique(limited.reshape(-1, 3), axis=0)) <= glyph_images.COLOURS
    glyph_images.palette_image(limited).save(tmp_path / "picture.png")
    with Image.open(tmp_path / "picture.png") as image:
        assert np.array_equal(np.asarray(image.convert("RGB")), limited)


def test_kept_rows_prefer_what_most_runs_get_wrong() -> None:
    from sample_runs import glyph_data

    true = np.repeat(np.arange(3), 4)
    first, second = true.copy(), true.copy()
    first[[0, 1, 5]] = 2
    second[[0, 5]] = 2
    assert glyph_data.rows_to_keep(true, [first, second], 3).tolist() == [0, 1, 5]
    chosen = glyph_data.rows_to_keep(true, [first, second], 6)
    assert len(set(chosen.tolist())) == 6 and {0, 1, 5} < set(chosen.tolist())
    assert np.bincount(true[chosen]).min() >= 1
