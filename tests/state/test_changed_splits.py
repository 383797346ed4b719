"""Splits that hold the samples of another one changed, and whether their pictures are the changed ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.state.changed_splits import unchanged_words
from tests.builders import labels, write_run
from tests.state.test_sensitivity_model import session_of

HEAD = "id,true,path\n"


@pytest.mark.parametrize(
    ("path", "words"),
    [("a.png", "pictures of test, unchanged"), ("blurred/a.png", ""), ("", "")],
    ids=["the same", "its own", "none"],
)
def test_a_changed_split_that_names_the_unchanged_pictures_says_so(tmp_path: Path, path: str, words: str) -> None:
    (tmp_path / "test.csv").write_text(f"{HEAD}0,cat,a.png\n1,cat,b.png\n")
    (tmp_path / "blur.csv").write_text(f"{HEAD}0,cat,{path}\n1,cat,{path and 'c.png'}\n")
    run = write_run(tmp_path / "run", epochs=0, samples={"test": "../test.csv", "test-blur": "../blur.csv"})
    place = run / "epochs" / "00001"
    place.mkdir(parents=True)
    for split in ("test", "test-blur"):
        np.savez(place / f"{split}.npz", sample=np.arange(2), true=labels(2, 2), predicted=labels(2, 2))
    found = session_of(tmp_path).catalog.runs[0]
    assert unchanged_words(found, "test-blur") == words
    assert unchanged_words(found, "test") == ""
