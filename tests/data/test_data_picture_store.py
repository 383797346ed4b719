"""Decoding behind the screen's back: order, forgetting, announcing once, noticing changed files."""

from __future__ import annotations

import os
import queue
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from clftui.data import picture_store
from clftui.data.images import Picture, Unreadable
from clftui.data.picture_store import PictureStore, Wish


def save(path: Path, level: int) -> Path:
    Image.fromarray(np.full((4, 4, 3), level, np.uint8)).save(path)
    return path


def wish(path: Path | None) -> Wish:
    return Wish(str(path), lambda: path, lambda w, h: (w, h))


def level(store: PictureStore, path: Path) -> int:
    found = store.get(str(path))
    assert isinstance(found, Picture)
    return int(found.pixels[0, 0, 0])


def test_everything_wanted_arrives_and_is_announced(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{i}.png", i) for i in range(12)]
    arrived = threading.Event()
    store = PictureStore(arrived.set)
    assert store.get(str(paths[0])) is None
    store.want([wish(path) for path in paths])
    assert store.settle() and arrived.wait(10)
    assert [level(store, path) for path in paths] == list(range(12))
    store.stop()


def test_one_announcement_between_two_drawings(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{i}.png", i) for i in range(6)]
    calls: queue.Queue[int] = queue.Queue()
    store = PictureStore(lambda: calls.put(1))
    store.want([wish(path) for path in paths])
    assert store.settle()
    assert calls.get(timeout=10) == 1
    store.stop()
    assert calls.empty()


def test_what_left_the_screen_is_forgotten(tmp_path: Path) -> None:
    """The first image blocks both threads' queue; what only the first screen wanted is never opened."""
    gate, opened = threading.Event(), list[str]()

    def find(name: str) -> Path:
        opened.append(name)
        gate.wait(10)
        return tmp_path / name

    def asked(name: str) -> Wish:
        return Wish(name, lambda: find(name), lambda w, h: (w, h))

    store = PictureStore(lambda: None)
    store.want([asked(f"old{i}") for i in range(40)])
    store.want([asked("new")])
    gate.set()
    assert store.settle()
    assert "new" in opened and len(opened) <= picture_store.THREADS + 1
    store.stop()


def test_missing_images_are_results_too(tmp_path: Path) -> None:
    store = PictureStore(lambda: None)
    store.want([wish(tmp_path / "gone.png"), wish(None)])
    assert store.settle()
    for key in (str(tmp_path / "gone.png"), "None"):
        assert isinstance(store.get(key), Unreadable)
    store.stop()


def test_a_changed_file_is_read_again_and_an_unchanged_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_store, "RECHECK_SECONDS", 0.0)
    path, calls = save(tmp_path / "a.png", 10), queue.Queue[int]()
    store = PictureStore(lambda: calls.put(1))
    store.want([wish(path)])
    assert store.settle()
    before = store.get(str(path))
    store.want([wish(path)])
    assert store.settle()
    assert store.get(str(path)) is before
    save(path, 20)
    os.utime(path, ns=(1, 1))
    store.want([wish(path)])
    assert store.settle()
    assert level(store, path) == 20
    store.stop()
    assert [calls.get(timeout=10) for _ in range(2)] == [1, 1]
    assert calls.empty(), "an unchanged file is not announced"


def test_memory_is_bounded(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{i}.png", i) for i in range(10)]
    store = PictureStore(lambda: None, kept_bytes=3 * (48 + 200))
    for path in paths:
        store.want([wish(path)])
        assert store.settle()
    assert [store.get(str(path)) is not None for path in paths] == [False] * 7 + [True] * 3
    store.stop()


def test_stopped_for_good(tmp_path: Path) -> None:
    store = PictureStore(lambda: None)
    store.stop()
    store.want([wish(save(tmp_path / "a.png", 1))])
    assert store.get(str(tmp_path / "a.png")) is None
