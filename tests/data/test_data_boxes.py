"""Boxes of objects in a sample table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clftui.data.boxes import boxes_of
from clftui.data.images import image_size
from clftui.data.samples import read_samples
from clftui.schema import FormatError

ROWS = np.arange(3)


def boxes(path: Path, text: str) -> list[list[float]] | None:
    path.write_text(text, encoding="utf-8")
    found = boxes_of(read_samples(path), ROWS)
    return None if found is None else found.tolist()


@pytest.mark.row("V21")
def test_boxes_are_shares_or_pixels_in_one_column_or_four(tmp_path: Path) -> None:
    path = tmp_path / "test.csv"
    assert boxes(path, "id\na\nb\nc\n") is None
    shares = boxes(path, 'id,box\na,0 0.1 0.5 1\nb,"0,0,1,1"\nc,\n')
    assert shares is not None and shares[:2] == [[0, 0.1, 0.5, 1], [0, 0, 1, 1]] and np.isnan(shares[2]).all()
    sized = "id,x0,y0,x1,y1,width,height\na,10,10,20,40,100,50\nb,0,0,100,50,100,50\nc,0,0,5,5,,\n"
    pixels = boxes(path, sized)
    assert pixels is not None and pixels[:2] == [[0.1, 0.2, 0.2, 0.8], [0, 0, 1, 1]] and np.isnan(pixels[2]).all()


def test_pixels_are_of_the_upright_image(tmp_path: Path) -> None:
    turned = Image.new("RGB", (40, 20))
    exif = Image.Exif()
    exif[0x0112] = 6
    turned.save(tmp_path / "a.jpg", exif=exif)
    Image.new("L", (40, 20)).save(tmp_path / "b.png")
    assert image_size(tmp_path / "a.jpg") == (20, 40) and image_size(tmp_path / "b.png") == (40, 20)
    assert image_size(tmp_path / "none.png") is None
    found = boxes(tmp_path / "test.csv", "id,path,box\na,a.jpg,0 0 20 20\nb,b.png,0 0 20 20\nc,none.png,0 0 9 9\n")
    assert found is not None and found[:2] == [[0, 0, 1, 0.5], [0, 0, 0.5, 1]] and np.isnan(found[2]).all()


@pytest.mark.parametrize("cell", ["1 2 3", "a b c d", "5 0 1 1", "0 0 nan 1"])
def test_a_malformed_box_is_named_with_its_row(tmp_path: Path, cell: str) -> None:
    with pytest.raises(FormatError, match=r"in row 1.*x0 y0 x1 y1"):
        boxes(tmp_path / "test.csv", f"id,box\na,0 0 1 1\nb,{cell}\nc,\n")
