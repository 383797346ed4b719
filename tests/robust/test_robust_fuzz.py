"""A slice of the proof that damaged files cost a sentence at most; `python -m tests.proofs.fuzz_files` is the whole."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from clftui.data.catalog import Problem
from tests.proofs import fuzz_files


def test_sixty_damaged_files(tmp_path: Path) -> None:
    with fuzz_files.limited_memory(fuzz_files.MEMORY):
        figures = fuzz_files.fuzz(tmp_path, range(60))
    assert figures.failures == []
    assert figures.rounds == 60 and len(figures.files) >= 5
    assert 5 < figures.complained < 60, "some damage must be noticed, and not all of it matters"


def test_whole_files_have_nothing_to_complain_of(tmp_path: Path) -> None:
    fuzz_files.write_everything(tmp_path)
    assert not fuzz_files.look(tmp_path, random.Random(0))


def test_the_proof_notices_errors_and_unclean_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bool:
        raise KeyError("on purpose")

    monkeypatch.setattr(fuzz_files, "look", broken)
    assert len(fuzz_files.fuzz(tmp_path, range(3)).failures) == 3
    for message in ("two\nlines.", "no end", "an \x1b[31m escape.", "x" * 1001 + ".", "ValueError('x')."):
        with pytest.raises(AssertionError):
            fuzz_files.check_sentence(Problem(tmp_path, message).message)
    for form in ("text", "json", "md"):
        with pytest.raises(AssertionError):
            fuzz_files.check_output("a \x9b31m name", form)
