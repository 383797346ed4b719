"""One sample alone in a real app: pictures under heat, contour, areas, likeness, colours, nearest samples."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.saliency import Measure, area_above, compare
from clftui.data.images import Picture
from clftui.drawing.palette import Depth
from clftui.state.explain_settings import Section
from clftui.state.moves import select
from clftui.state.sample_detail_nearest import NEAREST
from clftui.state.sample_list import is_detail
from clftui.state.selection import Part, Scope
from clftui.state.session import Session
from clftui.views.samples import SamplesView
from clftui.widgets.saliency import EMBER, HEAT, Overlays, edge, heated, outlined
from tests.builders import write_collection
from tests.explained import blob, write_maps, write_texts
from tests.views.samples_app import SMALL, now, opened, quadrants, samples_of, settled, text_of, words_of

BRAILLE = re.compile("(?!⣏)[\u2801-\u28ff]")


@pytest.fixture
def explained(tmp_path: Path) -> Path:
    root = write_collection(tmp_path / "runs", images=True)
    for run, x in (("run0", 0.3), ("run1", 0.7)):
        maps = np.stack([blob(0.5, x) for _ in range(80)])
        maps[9] = 0
        write_maps(root / run, "Grad-CAM", maps)
    return root


def alone(root: Path, sample: str = "0005") -> Session:
    return select(samples_of(root, Scope(part=Part.ALL)), sample=sample, detail=True)


def dots(view: SamplesView) -> int:
    canvas = view.canvas
    assert canvas is not None
    return len(BRAILLE.findall("\n".join("".join(map(chr, row)) for row in canvas.code)))


@pytest.mark.row("V10", "O10")
async def test_heat_contour_and_the_area_inside_follow_the_threshold(explained: Path) -> None:
    async with opened(alone(explained)) as (pilot, view):
        await settled(pilot, view)
        seen = []
        for step in range(3):
            threshold = 0.5 + 0.05 * step
            area = area_above(blob(0.5, 0.3).astype(np.float16), threshold)
            words = f"{round(100 * area)} % of the image ≥ {threshold:.2f}".replace("0.", ".")
            assert words in words_of(view)
            seen.append(dots(view))
            assert seen[-1] > 8 and quadrants(text_of(view)) > 300
            await pilot.press(">")
            await settled(pilot, view)
        assert len(set(seen)) > 1, "the contour moves"
        await pilot.press("<", "<", "<", "<")
        assert now(view).explain.threshold == 0.45


@pytest.mark.row("V10")
def test_heat_is_mixed_by_the_map_and_leaves_the_rest_alone() -> None:
    grey = np.full((8, 12, 3), 120, np.uint8)
    values = np.zeros((8, 12), np.float32)
    values[:, :3] = 1
    found = heated(grey, values)
    np.testing.assert_array_equal(found[:, 6:], 120)
    top = np.array([EMBER[-1] >> 16 & 255, EMBER[-1] >> 8 & 255, EMBER[-1] & 255])
    np.testing.assert_allclose(found[0, 0], 120 * (1 - HEAT) + top * HEAT, atol=1)


def test_pixels_get_the_contour_drawn_into_them_and_stay_one_picture() -> None:
    values = np.zeros((40, 40), np.float32)
    values[10:30, 10:30] = 1
    dark = np.full((40, 40, 3), 20, np.uint8)
    rim = values > 0
    rim[11:29, 11:29] = False
    for strength, ink in ((1.0, (11, 14, 17)), (0.3, (255, 255, 255))):
        changed = outlined(dark, strength * values, 0.9 * strength)
        assert (changed[rim] == ink).all(), "black on strong heat, white on weak"
        np.testing.assert_array_equal(changed[~rim], heated(dark, strength * values)[~rim])
    np.testing.assert_array_equal(outlined(dark, values, 0.0), heated(dark, values))
    overlays, picture = Overlays(), Picture(dark, 40, 40, True)
    first = overlays.get(picture, values, 0.5)
    assert overlays.get(picture, values, 0.5) is first
    assert overlays.get(picture, values, 0.6) is not first and not first.grey
    for threshold in np.linspace(0.1, 0.4, 20):
        overlays.get(picture, values, float(threshold))
    assert overlays.get(picture, values, 0.5) is not first


def test_the_contour_encloses_what_reaches_the_threshold_alone() -> None:
    values = blob(0.5, 0.5, side=40).astype(np.float32)
    line = edge(values, 0.5, 20, 10)
    fine = values[np.arange(40)][:, np.arange(40)]
    assert line.any() and (fine[line] >= 0.5).all() and not line[20, 20]
    assert not edge(values, 0.0, 20, 10).any(), "everything is inside: there is no line to draw"
    assert not edge(np.zeros((7, 7), np.float32), 0.05, 20, 10).any()


@pytest.mark.row("V11")
async def test_m_compares_the_runs_maps_by_the_next_measure(explained: Path) -> None:
    a, b = (blob(0.5, x).astype(np.float16).astype(float) for x in (0.3, 0.7))
    async with opened(alone(explained)) as (pilot, view):
        for measure in (*Measure, Measure.L1):
            await settled(pilot, view)
            value = compare(a, b, measure)
            shown = f"{'−' if value < 0 else ''}{abs(value):.3f}".replace("0.", ".")
            assert f"{measure.value} {measure.words}" in words_of(view) and shown in words_of(view)
            await pilot.press("m")


@pytest.mark.row("V11", "V17")
async def test_z_puts_the_maps_of_all_runs_side_by_side(explained: Path) -> None:
    async with opened(alone(explained)) as (pilot, view):
        await pilot.press("z")
        await settled(pilot, view)
        # By skill, run1 is lettered B and run0 C.
        assert re.search(r"B Grad-CAM\s+C Grad-CAM", text_of(view))
        assert dots(view) > 8 and len(re.findall("% of the image|% inside", text_of(view))) == 2
        await pilot.press("Z")
        await settled(pilot, view)
        assert dots(view) > 8 and len(re.findall("% of the image|% inside", text_of(view))) == 1
        await pilot.press("Z")
        await settled(pilot, view)
        assert dots(view) == 0 and "Grad-CAM" not in text_of(view)


async def test_a_map_that_is_zero_throughout_is_said_to_be(explained: Path) -> None:
    async with opened(alone(explained, "0009")) as (pilot, view):
        await settled(pilot, view)
        assert "the map is zero throughout" in words_of(view) and dots(view) == 0


@pytest.mark.row("V12")
async def test_colours_inside_stand_beside_the_class(explained: Path) -> None:
    async with opened(alone(explained)) as (pilot, view):
        await pilot.press(*("v" for _ in range(3)))
        assert now(view).explain.first is Section.COLOURS
        for _ in range(100):
            if "from the class mean" in words_of(view) or " from class" in words_of(view):
                break
            await pilot.pause(0.02)
        text = text_of(view)
        assert all(name in text for name in ("red", "green", "blue", "dark", "light", "Colours inside"))


@pytest.mark.parametrize("depth", [Depth.MONO, Depth.ANSI16, Depth.ANSI256])
@pytest.mark.parametrize("size", [SMALL, (120, 40), (60, 12), (40, 9), (30, 6)])
async def test_every_size_and_depth_shows_what_it_can(explained: Path, size: tuple[int, int], depth: Depth) -> None:
    async with opened(alone(explained), size, depth) as (pilot, view):
        await pilot.press("z", "v", "x", "n")
        await settled(pilot, view)
        assert is_detail(now(view)) and "#0005" in text_of(view)
        if size >= SMALL:
            assert dots(view) > 0, "the contour survives without colour"


@pytest.mark.row("O10")
async def test_a_long_document_scrolls_and_keeps_its_weights_without_colour(tmp_path: Path) -> None:
    root = tmp_path / "runs"
    write_collection(root)
    sentences = [[f"word{i}x{j}" for j in range(12)] for i in range(60)]
    text = " ".join(" ".join(words) + "." for words in sentences)
    lines = ["id,true,text", *(f'{row:04d},cat,"{text}"' for row in range(80))]
    (root / "samples" / "test.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    document = [
        {"weight": (i + 1) / 60, "words": [[word, 1.0 if j == 3 else 0.01] for j, word in enumerate(words)]}
        for i, words in enumerate(sentences)
    ]
    for run in ("run0", "run1"):
        write_texts(root / run, "attention", [{"sample": 5, "target": 0, "sentences": document}])
    async with opened(alone(root), depth=Depth.MONO) as (pilot, view):
        await settled(pilot, view)
        assert "word0x0" in text_of(view) and "more lines; j k scroll" in text_of(view) and "▁ word0x0" in text_of(view)
        canvas = view.canvas
        assert canvas is not None
        bold = "".join(chr(code) for code in canvas.code[(canvas.attrs & 9) == 9])
        assert "word0x3" in bold and "word0x4" not in bold
        await pilot.press("pagedown")
        await settled(pilot, view)
        first = re.search(r"word(\d+)x0", text_of(view))
        assert first is not None and int(first[1]) > 3
        await pilot.press(*("pagedown" for _ in range(20)))
        await settled(pilot, view)
        assert "█ word59x0" in text_of(view) and "lines above" in text_of(view)
        await pilot.press("l")
        assert now(view).selection.sample != "0005"


@pytest.mark.row("O12")
async def test_second_and_third_guesses_stand_under_the_first(explained: Path) -> None:
    async with opened(alone(explained)) as (pilot, view):
        await settled(pilot, view)
        with np.load(explained / "run0" / "epochs" / "00003" / "test.npz") as held:
            nll = held["nll"][5].astype(float)
        scores = np.exp(-np.sort(nll))
        found = [float(each) for each in re.findall(r"\b(0\.\d{3}|1\.000)\b", text_of(view))]
        assert all(any(abs(score - each) < 0.001 for each in found) for score in scores[:3])


async def test_a_click_on_a_nearest_sample_opens_it(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", images=True)
    for twin in ("0009", "0011"):
        (root / "images" / f"{twin}.png").write_bytes((root / "images" / "0005.png").read_bytes())
    async with opened(alone(root)) as (pilot, view):
        assert NEAREST.settle()
        await settled(pilot, view)
        lines = text_of(view).splitlines()
        row = next(y for y, line in enumerate(lines) if "#0011" in line and "same bytes" in line)
        x = lines[row].index("#0011")
        await pilot.click(SamplesView, offset=(2, row))
        assert now(view).selection.sample == "0005", "the picture is no list"
        await pilot.click(SamplesView, offset=(x, row))
        await settled(pilot, view)
        assert now(view).selection.sample == "0011" and is_detail(now(view))
        await pilot.press("backspace")
        assert now(view).selection.sample == "0005"
