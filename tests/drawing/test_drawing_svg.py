"""The SVG of a canvas: shapes where fonts differ, text where they do not, and nothing that could break the file."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.drawing.canvas import BOLD, REVERSE, Canvas
from clftui.drawing.palette import find_themes, load_theme
from clftui.drawing.svg import to_svg

PALETTE = load_theme(find_themes()["dark"])
SPACE = "{http://www.w3.org/2000/svg}"


def drawn(text: str, attrs: int = 0, width: int = 12) -> ElementTree.Element:
    canvas = Canvas(width, 1, PALETTE)
    canvas.text(0, 0, text, 0xFF0000, attrs=attrs)
    return ElementTree.fromstring(to_svg(canvas, "a title"))


def area(root: ElementTree.Element, colour: str) -> float:
    """How much of the picture the shapes of a colour cover."""
    paths = [path.get("d", "") for path in root.iter(f"{SPACE}path") if path.get("fill") == colour]
    sides = [re.findall(r"h(-?[\d.]+)v([\d.]+)", path) for path in paths]
    return sum(float(w) * float(h) for path in sides for w, h in path)


@pytest.mark.parametrize(
    ("char", "covered"),
    [("█", 200), ("▀", 100), ("▄", 100), ("▌", 100), ("▐", 100), ("▖", 50), ("▟", 150), ("▂", 50), ("▎", 50),
     ("⠁", 6.25), ("⣿", 50), ("─", 10.5), ("│", 20.5)],
)  # fmt: skip
def test_blocks_braille_and_lines_are_shapes_of_their_size(char: str, covered: float) -> None:
    root = drawn(char)
    assert area(root, "#ff0000") == pytest.approx(covered, abs=1)
    assert not list(root.iter(f"{SPACE}text"))


def test_text_stands_in_its_cells() -> None:
    root = drawn("ab  cd", BOLD)
    texts = [
        (each.get("x"), each.get("textLength"), each.text, each.get("font-weight"))
        for each in root.iter(f"{SPACE}text")
    ]
    assert texts == [("0", "20", "ab", "700"), ("40", "20", "cd", "700")]


def test_reversed_cells_swap_paper_and_ink() -> None:
    root = drawn("x", REVERSE)
    assert area(root, "#ff0000") == 200


def test_wide_characters_take_two_cells() -> None:
    (text,) = drawn("猫").iter(f"{SPACE}text")
    assert text.get("textLength") == "20"


@given(st.text(max_size=20))
@settings(max_examples=60)
def test_any_text_gives_a_well_formed_picture(text: str) -> None:
    root = drawn(text, width=30)
    assert root.get("viewBox") == "0 0 300 20"
