"""Images that are missing, broken or of unusual kinds: a word in the thumbnail, a sentence in the detail."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.builders import write_collection
from tests.robust.screens import Screen, drive, session_of


def _missing(path: Path) -> None:
    path.unlink()


def _corrupt(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:40] + b"\xff" * 60)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("this is no image\x1b[2J")


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _huge(path: Path) -> None:
    """20,000 x 20,000 pixels, black: 50 kB on disk, 400 MB in memory."""
    Image.new("1", (20_000, 20_000)).save(path, "PNG")


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def _saved(make: Callable[[], Image.Image], form: str, **options: object) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        make().save(path, form, **options)

    return write


def _animated(path: Path) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(path, "GIF", save_all=True, append_images=frames[1:], duration=10)


def _sixteen() -> Image.Image:
    return Image.fromarray((np.arange(64, dtype=np.uint16).reshape(8, 8) * 1000).astype(np.uint16))


BROKEN: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "missing": (_missing, "missing", "does not exist"),
    "corrupt": (_corrupt, "", "0000.png"),
    "empty": (_empty, "", "0000.png"),
    "text": (_text, "", "0000.png"),
    "a folder": (_folder, "", "0000.png"),
    "a pipe": (_pipe, "", "0000.png"),
    "20,000 x 20,000": (_huge, "too large", "400 million pixels"),
    "a link to itself": (_loop, "", "0000.png"),
}
UNUSUAL: dict[str, Callable[[Path], None]] = {
    "CMYK": _saved(lambda: Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"),
    "16 bits": _saved(_sixteen, "PNG"),
    "floats": _saved(lambda: Image.fromarray(np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)), "TIFF"),
    "animated": _animated,
    "a palette with transparency": _saved(lambda: Image.new("P", (8, 8), 3), "PNG", transparency=3),
    "black and white": _saved(lambda: Image.new("1", (8, 8), 1), "PNG"),
    "transparent": _saved(lambda: Image.new("RGBA", (8, 8), (255, 0, 0, 0)), "PNG"),
    "one pixel": _saved(lambda: Image.new("RGB", (1, 1), "red"), "PNG"),
    "a line": _saved(lambda: Image.new("RGB", (3000, 1), "red"), "PNG"),
}


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    root = write_collection(tmp_path / "runs", runs=2, images=True)
    # One image serves all samples: whichever is shown first is the one under test.
    table = root / "samples" / "test.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([lines[0], *(line.rpartition("/")[0] + "/0000.png" for line in lines[1:])]) + "\n")
    yield root


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_image_is_a_word_and_a_sentence(root: Path, kind: str) -> None:
    damage, word, words = BROKEN[kind]
    damage(root / "images" / "0000.png")

    async def script(screen: Screen) -> None:
        await screen.press("7")
        assert word in await screen.settle()
        await screen.press("enter")
        await screen.settle()
        text = "".join(line[:44] for line in screen.lines)
        assert words.replace(" ", "") in text.replace(" ", ""), screen.text
        await screen.press("l", "j", "backspace", "V", "v", "1")

    drive(session_of(root), script)


@pytest.mark.parametrize("kind", UNUSUAL)
def test_an_unusual_image_shows(root: Path, kind: str) -> None:
    UNUSUAL[kind](root / "images" / "0000.png")

    async def script(screen: Screen) -> None:
        await screen.press("7")
        await screen.settle()
        await screen.press("enter")
        text = await screen.settle()
        assert " × " in text, f"the size of a decoded image is told:\n{text}"

    drive(session_of(root), script)
