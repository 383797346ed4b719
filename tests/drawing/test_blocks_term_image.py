"""The optional renderer: its text as cells, and what is said where the package is not installed."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from clftui.drawing import term_image_blocks
from clftui.drawing.cells import row_text
from tests.builders import write_collection


def test_coloured_lines_become_cells() -> None:
    text = "\x1b[38;2;1;2;3;48;2;4;5;6m▀\x1b[48;2;7;8;9m▀\x1b[0m\n\x1b[48;2;0;0;1m \x1b[38;2;0;1;0m▀x"
    code, fg, bg = term_image_blocks.parsed(text, 2, 2)
    assert [row_text(row) for row in code] == ["▀▀", " ▀"]
    assert fg.tolist() == [[0x010203, 0x010203], [0, 0x000100]]
    assert bg.tolist() == [[0x040506, 0x070809], [1, 1]]


@pytest.mark.skipif(term_image_blocks.installed(), reason="the package is installed here")
def test_without_the_package_one_sentence_says_how_to_get_it(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "animals", runs=1)
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", "XDG_STATE_HOME": str(tmp_path)}
    words = [sys.executable, "-m", "clftui", str(root), "--graphics", "term-image"]
    done = subprocess.run(
        words, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, text=True, timeout=60, env=env, check=False
    )
    os.close(ours)
    os.close(theirs)
    assert done.returncode == 2 and done.stderr == term_image_blocks.HINT + "\n"


@pytest.mark.skipif(not term_image_blocks.installed(), reason="the extra is not installed here")
def test_it_paints_two_pixels_a_cell() -> None:
    import numpy as np

    from clftui.drawing.ramp import pack

    pixels = np.random.default_rng(0).integers(0, 256, (14, 14, 3)).astype(np.uint8)
    code, fg, bg = term_image_blocks.cells(pixels, 14, 7)
    assert (code == ord("▀")).all() and (fg == pack(pixels[0::2])).all() and (bg == pack(pixels[1::2])).all()
