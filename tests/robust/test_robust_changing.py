"""Files that are cut, deleted or replaced while they are shown: before the watcher has noticed, and after."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.builders import write_collection, write_epoch
from tests.robust.screens import Screen, drive, session_of

KEYS = ("1", "2", "m", "m", "m", "m", "m", "3", "j", "enter", "7", "o", "o", "enter", "l", "backspace", "bracketleft",
        "bracketleft", "bracketright", "Y", "1", "j", "2", "3", "7")  # fmt: skip


def cut_in_place(root: Path) -> None:
    for path in root.rglob("*.npz"):
        os.truncate(path, 700)


def cut_to_nothing(root: Path) -> None:
    for path in root.rglob("*.npz"):
        os.truncate(path, 0)


def overwrite_in_place(root: Path) -> None:
    for path in root.rglob("*.npz"):
        data = bytearray(path.read_bytes())
        data[200:-400] = bytes(len(data) - 600)
        path.write_bytes(data)


def delete_epochs(root: Path) -> None:
    for path in root.rglob("*.npz"):
        path.unlink()


def delete_newest(root: Path) -> None:
    for run in root.glob("run?"):
        shutil.rmtree(run / "epochs" / "00003")


def delete_all(root: Path) -> None:
    shutil.rmtree(root)


def replace_by_fewer_classes(root: Path) -> None:
    for run in root.glob("run?"):
        path = run / "run.json"
        path.write_text(path.read_text().replace(', "owl"', ""))


def replace_by_a_file(root: Path) -> None:
    shutil.rmtree(root)
    root.write_text("not a folder any more")


def break_descriptions(root: Path) -> None:
    for path in root.rglob("run.json"):
        path.write_text("{")


def delete_tables_and_images(root: Path) -> None:
    shutil.rmtree(root / "samples")
    shutil.rmtree(root / "images")


def write_fewer_samples(root: Path) -> None:
    for run in root.glob("run?"):
        write_epoch(run, 3, "test", classes=4, n=8, seed=5, skill=0.5)


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut": (cut_in_place, "not a complete npz file"),
    "emptied": (cut_to_nothing, "not a complete npz file"),
    "overwritten": (overwrite_in_place, "00003/test.npz"),
    "epochs deleted": (delete_epochs, "nothing logged"),
    "newest epoch deleted": (delete_newest, "epoch 2"),
    "everything deleted": (delete_all, "does not exist"),
    "fewer classes": (replace_by_fewer_classes, "K = 3"),
    "a file instead": (replace_by_a_file, "in no format that clftui reads"),
    "descriptions broken": (break_descriptions, "is not valid JSON"),
    "tables and images deleted": (delete_tables_and_images, "samples"),
    "fewer samples": (write_fewer_samples, "test 8"),
}


@pytest.mark.parametrize("name", DAMAGE)
@pytest.mark.parametrize("first", ["1", "7"])
def test_before_anyone_has_noticed(tmp_path: Path, name: str, first: str) -> None:
    """No watcher runs: what was opened is the past, and every key still works."""
    root = write_collection(tmp_path / "runs", runs=2, images=True)

    async def script(screen: Screen) -> None:
        await screen.press(first)
        DAMAGE[name][0](root)
        await screen.press(*KEYS)
        await screen.settle()

    drive(session_of(root), script)


@pytest.mark.parametrize("name", DAMAGE)
def test_after_the_watcher_has_noticed(tmp_path: Path, name: str) -> None:
    root = write_collection(tmp_path / "runs", runs=2, images=True)
    damage, words = DAMAGE[name]

    async def script(screen: Screen) -> None:
        await screen.press("7")
        await screen.settle()
        revision = screen.session.catalog.revision
        damage(root)
        for _ in range(500):
            await asyncio.sleep(0.02)
            if screen.session.catalog.revision > revision or name == "tables and images deleted":
                break
        else:
            raise AssertionError("no newer catalog came")
        await screen.press(*KEYS)
        await screen.press("1", "g")
        text = await screen.settle()
        if name == "tables and images deleted":
            text = await screen.press("7")
        assert words in " ".join(text.split()), text

    drive(session_of(root), script, follow=[root])


async def test_a_file_that_is_whole_again_shows_again(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    path = root / "run0" / "epochs" / "00003" / "test.npz"
    whole = path.read_bytes()

    async def until(screen: Screen, *wanted: str) -> None:
        for _ in range(300):
            text = await screen.settle()
            if all(word in text for word in wanted):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{wanted} never came:\n{text}")

    async def script(screen: Screen) -> None:
        await screen.press("3")
        await until(screen, "true ↓")
        os.truncate(path, len(whole) // 2)
        await until(screen, "complete npz file")
        path.write_bytes(whole)
        await until(screen, "true ↓")

    await asyncio.to_thread(drive, session_of(root), script, follow=[root])
