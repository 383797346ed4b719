"""Contact sheets: which confusions and samples they hold, what is on the picture, and how they are asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from clftui.app.app import ClfApp
from clftui.app.registry import Registry
from clftui.app.sheet_effects import begin, write_sheet
from clftui.data.images import Picture, Unreadable
from clftui.export import run_export
from clftui.report.contact_sheet import SheetError, contact_sheet, make_sheet
from clftui.report.sheet_drawing import SIDE, Caption, Row, Sheet, draw_sheet, fitted, writable
from clftui.state.filters import Expression
from clftui.state.matrix_box import toggle
from clftui.state.matrix_model import drill
from clftui.state.moves import select
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.settings import Against
from tests.pictured import colour, open_pictured, write_pictured

TRUE = [0] * 6 + [1] * 3 + [2] * 2 + [0]
PREDICTED = [1] * 6 + [0] * 3 + [0] * 2 + [0]
CONFIDENCE = [0.4, 0.9, 0.8, 0.7, 0.6, 0.5, 0.3, 0.6, 0.5, 0.8, 0.9, 0.99]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_pictured(tmp_path, TRUE, PREDICTED, CONFIDENCE)


@pytest.fixture
def session(root: Path) -> Session:
    return open_pictured(root)


def samples(sheet: Sheet) -> list[list[str]]:
    return [[caption.name for caption in row.captions] for row in sheet.rows]


def pairs(sheet: Sheet) -> list[tuple[str, str]]:
    return [(row.heading[0], row.heading[1]) for row in sheet.rows]


@pytest.mark.row("P10", "P12")
def test_the_most_frequent_confusions_come_first_and_their_surest_samples(session: Session) -> None:
    sheet = make_sheet(session, samples=4)
    assert pairs(sheet) == [("cat", "dog"), ("dog", "cat"), ("fox", "cat")]
    assert samples(sheet) == [["s1", "s2", "s3", "s4"], ["s7", "s8", "s6"], ["s10", "s9"]]
    first = sheet.rows[0]
    assert first.heading[2] == "6 of 7" and first.heading[3].startswith("86 %, ")
    assert first.captions[0].scores == ".90"
    image = first.images[0]
    assert isinstance(image, Picture) and tuple(image.pixels[0, 0].tolist()) == colour(1)
    assert pairs(make_sheet(session, confusions=1)) == [("cat", "dog")]
    assert "11 mistakes in 12 samples" in sheet.subtitle


@pytest.mark.row("P11")
def test_filters_threshold_box_and_cell_choose_what_is_on_it(session: Session) -> None:
    unsure = make_sheet(replace(session, filters=(Expression("confidence < .65"),)))
    assert samples(unsure) == [["s4", "s5", "s0"], ["s7", "s8", "s6"]] and unsure.rows[0].heading[2].endswith("pass")
    assert len(make_sheet(replace(session, matrix=replace(session.matrix, at_least=3))).rows) == 2
    boxed = select(toggle(select(session, true="dog", predicted="cat")), true="fox", predicted="cat")
    assert pairs(make_sheet(boxed)) == [("dog", "cat"), ("fox", "cat")]
    cell = drill(select(session, true="fox", predicted="cat"))
    assert pairs(make_sheet(cell)) == [("fox", "cat")] and samples(make_sheet(cell)) == [["s10", "s9"]]
    right = drill(select(session, true="cat", predicted="cat"))
    assert pairs(make_sheet(right)) == [("cat", "cat")] and samples(make_sheet(right)) == [["s11"]]
    compared = replace(session, matrix=replace(session.matrix, against=Against.EPOCH))
    assert len(make_sheet(compared).rows) == 3
    with pytest.raises(SheetError, match="threshold"):
        make_sheet(replace(session, matrix=replace(session.matrix, at_least=99)))


def test_without_scores_the_image_of_the_cell_comes_first(tmp_path: Path) -> None:
    from clftui.state.matrix_images import representative_at_cursor
    from clftui.state.matrix_model import matrix

    session = select(open_pictured(write_pictured(tmp_path, TRUE, PREDICTED)), true="cat", predicted="dog")
    here = matrix(session)
    assert here is not None
    shown = representative_at_cursor(session, here)
    names = samples(make_sheet(session))[0]
    assert shown is not None and names[0] == shown.name and sorted(names) == [f"s{i}" for i in range(6)]
    assert names[1:] == sorted(names[1:]) and make_sheet(session).rows[0].captions[0].scores == ""


@pytest.mark.parametrize("name", ["sheet.png", "sheet.JPG", "sheet.pdf"])
def test_it_is_written_as_its_ending_says(session: Session, tmp_path: Path, name: str) -> None:
    sentence = contact_sheet(session, tmp_path / name)
    assert sentence.startswith("3 confusions with 11 samples written to")
    assert (tmp_path / name).read_bytes()[:4] == {"g": b"\x89PNG", "G": b"\xff\xd8\xff\xe0", "f": b"%PDF"}[name[-1]]


def test_the_picture_holds_the_pixels_and_grey_boxes_for_what_is_broken(session: Session, root: Path) -> None:
    (root / "images" / "7.png").unlink()
    (root / "images" / "8.png").write_bytes(b"no image at all")
    contact_sheet(session, root / "sheet.png", samples=3)
    with Image.open(root / "sheet.png") as image:
        pixels = np.asarray(image.convert("RGB"))
    colours, counts = np.unique(pixels.reshape(-1, 3), axis=0, return_counts=True)
    found = {tuple(each): int(n) for each, n in zip(colours.tolist(), counts.tolist(), strict=True)}
    for sample in (1, 2, 3, 6, 10, 9):
        assert found[colour(sample)] == SIDE * SIDE, "an 8 x 8 image is enlarged by 12"
    assert found[(217, 220, 223)] > 1.5 * SIDE * SIDE, "two grey boxes, less their words"
    assert not set(found) & {colour(7), colour(8), colour(0)}


def test_large_images_are_shrunk_and_small_ones_kept_sharp() -> None:
    assert fitted(4000, 1000) == (SIDE, SIDE // 4) and fitted(28, 28) == (28, 28) and fitted(1, 100_000) == (1, SIDE)
    checks = np.indices((30, 40)).sum(axis=0) % 2 * 255
    picture = Picture(np.repeat(checks[:, :, None], 3, axis=2).astype(np.uint8), 40, 30, True)
    page = np.asarray(draw_sheet(Sheet("t", "s", 1, [Row(("a", "b", "", ""), [picture], [Caption("", "")])], "l")))
    inside = page[94 + (SIDE - 60) // 2 :, 250 + (SIDE - 80) // 2 :][:60, :80, 0]
    assert np.array_equal(inside, checks.repeat(2, 0).repeat(2, 1))


NAMES = ("\x1b[31mred", "a\nb", "猫" * 40, "é", "🦊", "", "x" * 500, "\u202eabc", "→ – ≥")


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_any_name_can_be_drawn(name: str) -> None:
    text, font = writable(name.replace("\n", " "), 14)
    assert font.getlength(text) >= 0
    row = Row((name, name, name, name), [Unreadable(name, name)], [Caption(name, name)])
    page = np.asarray(draw_sheet(Sheet(name, name, 1, [row], name)))
    beyond = page[:, -20:]
    assert (beyond == 255).all(), "nothing runs into the margin"


def test_plain_spellings_stand_in_where_no_font_has_a_character(monkeypatch: pytest.MonkeyPatch) -> None:
    from clftui.report import sheet_drawing

    monkeypatch.setattr(sheet_drawing, "_FALLBACKS", ())
    assert writable("9.8–13.7 %", 14)[0] == "9.8-13.7 %" and writable("T → P", 14)[0] == "T -> P"
    text = writable("café 猫", 14)[0]
    assert text in ("cafe ?", "café ?")


def chosen(root: Path, **given: Any) -> dict[str, Any]:
    none = {"run": None, "split": None, "epoch": None, "images": None, "sample_set": "digits", "filters": ()}
    return {"paths": (root,), **none, **given}


def test_export_writes_it_too(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    how: dict[str, Any] = {"what": "contact-sheet", "tags": (), "every": False, "journals": ()}
    target = tmp_path / "sheet.png"
    assert run_export(chosen(root, filters=('true == "cat"',)), output=target, **how) == 0
    assert "1 confusion with 6 samples" in capsys.readouterr().err and target.read_bytes()[:4] == b"\x89PNG"
    assert run_export(chosen(root), output=None, **how) == 2
    assert run_export(chosen(root), output=tmp_path / "sheet.gif", **how) == 2
    told = capsys.readouterr().err
    assert "--output" in told and ".png, .jpg or .pdf" in told
    bare = write_pictured(tmp_path / "bare", [0, 1], [1, 0], images=False)
    assert run_export(chosen(bare), output=target, **how) == 2
    assert "The samples have no images" in capsys.readouterr().err


async def test_the_app_shows_images_and_writes_a_sheet(session: Session, root: Path) -> None:
    from clftui.views.matrix import MatrixView

    app = ClfApp(replace(session, tab=Tab.MATRIX), paths=(), theme="dark", remember=False)
    async with app.run_test(size=(100, 36)) as pilot:
        await app.main.settled()
        canvas = app.main.query_one(MatrixView).canvas
        red, green, blue = colour(1)
        assert canvas is not None and (canvas.bg == (red << 16 | green << 8 | blue)).any()
        assert Registry().by_id["matrix.contact_sheet"].works(app.main.now)
        target = root / "sheet.png"
        begin(app.main, target)
        for _ in range(200):
            await pilot.pause(0.02)
            if "written to" in app.main.now.notice:
                break
        assert "3 confusions" in app.main.now.notice and target.is_file()
        assert "exists already" in write_sheet(app.main.now, target)
        assert "cannot be written" in write_sheet(app.main.now, root / "none" / "sheet.png")
        await pilot.press("enter")
        assert app.main.now.tab is Tab.SAMPLES and app.main.now.selection.sample == "s1"
