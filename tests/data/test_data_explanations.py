"""Saved explanations read row by row; what is broken becomes one sentence that names file and field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data import explanations
from clftui.data.explanations import MapFile, Target, methods
from clftui.data.weighted_text import TextFile
from clftui.schema import FormatError
from clftui.storage import NpzFile
from tests.explained import write_maps, write_texts


@pytest.fixture
def maps() -> np.ndarray[Any, np.dtype[np.float16]]:
    return np.random.default_rng(1).random((12, 5, 6)).astype(np.float16)


@pytest.mark.row("V10")
def test_one_map_is_read_without_the_others(
    tmp_path: Path, maps: np.ndarray[Any, np.dtype[np.float16]], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = MapFile(write_maps(tmp_path, "cam", maps, sample=np.arange(12)[::-1].copy(), target=np.arange(12)))
    whole = NpzFile.read

    def read(self: NpzFile, name: str) -> Any:
        assert name != "maps", "no map file is read whole"
        return whole(self, name)

    monkeypatch.setattr(NpzFile, "read", read)
    assert (file.n, file.shape) == (12, (5, 6))
    assert file.rows_of(2).tolist() == [9] and file.rows_of(99).size == 0
    np.testing.assert_array_equal(file.map(9), maps[9].astype(np.float32))
    assert file.target_of(9) == Target("class", 9) and file.epoch.tolist() == [3] * 12


def test_a_map_may_explain_a_unit_and_say_no_epoch(tmp_path: Path, maps: np.ndarray[Any, Any]) -> None:
    kinds = np.array(["class", "unit"])[np.arange(12) % 2]
    place = tmp_path / "explanations" / "m"
    place.mkdir(parents=True)
    np.savez(place / "test.npz", sample=np.arange(12), maps=maps, target_kind=kinds, target=np.full(12, 7))
    file = MapFile(place / "test.npz")
    assert file.target_of(0) == Target("class", 7) and file.target_of(1) == Target("unit", 7)
    assert file.epoch.tolist() == [0] * 12


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"maps": np.zeros((12, 30), np.float16)}, "maps has dtype float16 and shape (12, 30)"),
    ({"maps": np.zeros((12, 5, 6), np.uint8)}, "maps has dtype uint8"),
    ({"maps": np.zeros((12, 0, 6), np.float16)}, "maps of 0 × 6"),
    ({"sample": np.arange(11)}, "sample has dtype int64 and shape (11,)"),
    ({"sample": np.zeros(12)}, "sample has dtype float64"),
    ({"target": np.zeros((12, 2), int)}, "target has dtype int64 and shape (12, 2)"),
    ({"target_kind": np.zeros(12, int)}, "target_kind has dtype int64"),
]


@pytest.mark.parametrize(("change", "words"), WRONG)
def test_what_is_wrong_is_a_method_with_a_sentence(
    tmp_path: Path, maps: np.ndarray[Any, Any], change: dict[str, Any], words: str
) -> None:
    write_maps(tmp_path, "good", maps)
    (tmp_path / "explanations" / "wrong").mkdir()
    held: dict[str, Any] = {"sample": np.arange(12), "maps": maps, **change}
    np.savez(tmp_path / "explanations" / "wrong" / "test.npz", **held)
    good, wrong = methods(tmp_path, "test")
    assert good.maps is not None and not good.trouble
    assert wrong.maps is None and words in wrong.trouble and "wrong/test.npz" in wrong.trouble


@pytest.mark.parametrize("value", [1.5, -0.2, np.nan, np.inf])
def test_values_outside_0_to_1_are_refused_map_by_map(tmp_path: Path, maps: np.ndarray[Any, Any], value: float) -> None:
    maps[4, 2, 2] = value
    file = MapFile(write_maps(tmp_path, "cam", maps))
    with pytest.raises(FormatError, match=r"maps holds .* in map 4; divide each map by its maximum"):
        file.map(4)
    assert file.map(3).max() <= 1


def test_files_that_are_no_npz_or_cut_short(tmp_path: Path, maps: np.ndarray[Any, Any]) -> None:
    path = write_maps(tmp_path, "cut", maps)
    path.write_bytes(path.read_bytes()[:400])
    (tmp_path / "explanations" / "text").mkdir()
    (tmp_path / "explanations" / "text" / "test.npz").write_text("no zip", encoding="utf-8")
    (tmp_path / "explanations" / "empty").mkdir()
    (tmp_path / "explanations" / ".hidden").mkdir()
    found = methods(tmp_path, "test")
    assert [each.name for each in found] == ["cut", "text"]
    assert all("npz" in each.trouble for each in found)
    assert methods(tmp_path / "nowhere", "test") == ()


def test_methods_that_come_or_change_are_seen_and_others_stay_the_same(
    tmp_path: Path, maps: np.ndarray[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explanations, "RECHECK_SECONDS", 0.0)
    assert methods(tmp_path, "test") == ()
    write_maps(tmp_path, "a", maps)
    (first,) = methods(tmp_path, "test")
    write_maps(tmp_path, "b", maps)
    again, second = methods(tmp_path, "test")
    assert again is first and second.name == "b"
    write_maps(tmp_path, "a", maps[:5])
    changed, _ = methods(tmp_path, "test")
    assert changed is not first and changed.maps is not None and changed.maps.n == 5
    assert methods(tmp_path, "train") == ()


def sentences(*words: tuple[str, float]) -> list[dict[str, Any]]:
    return [{"words": [list(word) for word in words]}]


@pytest.mark.row("O10")
def test_documents_are_read_line_by_line(tmp_path: Path) -> None:
    path = write_texts(
        tmp_path, "attention",
        [{"sample": row, "epoch": 2, "target": row % 2, "sentences": sentences(("naïve", 0.25), (str(row), 0.5))}
         for row in range(9)],
    )  # fmt: skip
    file = TextFile(path)
    index = file.index()
    assert index.sample.tolist() == list(range(9)) and not index.signed and index.broken == 0
    (at,) = index.rows_of(7)
    document = file.document(index, int(at))
    assert (document.sample, document.epoch, document.target) == (7, 2, 1)
    assert [(word.text, word.weight) for word in document.words] == [("naïve", 0.25), ("7", 0.5)]
    path.write_text("x" * path.stat().st_size, encoding="utf-8")
    with pytest.raises(FormatError, match="was changed while it was read"):
        file.document(index, int(at))


def test_broken_lines_are_counted_and_odd_weights_are_nothing(tmp_path: Path) -> None:
    path = write_texts(tmp_path, "m", [{"sample": 1, "sentences": [{"weight": "much", "words": [["a", -2], ["b", None],
                                        ["c"], 7, ["d", 1e400]]}]}])  # fmt: skip
    with path.open("a", encoding="utf-8") as out:
        out.write('not json\n\n{"sample": -1, "sentences": []}\n{"sample": 2, "sentences": [3]}\n{"sample": 3, "sent')
    file = TextFile(path)
    index = file.index()
    assert index.sample.tolist() == [1] and index.broken == 3 and index.signed
    document = file.document(index, 0)
    assert [(word.text, word.weight) for word in document.words] == [("a", -2.0), ("b", 0.0), ("d", 0.0)]
    assert np.isnan(document.sentences[0].weight)


def test_a_file_without_any_explanation_is_refused(tmp_path: Path) -> None:
    path = write_texts(tmp_path, "m", [])
    assert TextFile(path).index().sample.size == 0
    path.write_text("a\nb\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"test.jsonl holds 2 lines and none is an explanation; write lines such as"):
        TextFile(path).index()


@pytest.mark.row("O10")
def test_keywords_are_the_words_of_greatest_mean_weight_in_a_class(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    vocabulary = [f"w{i}" for i in range(12)]
    documents, weights = [], dict[str, list[float]]()
    for row in range(40):
        words = [(str(rng.choice(vocabulary)), round(float(rng.random()), 3)) for _ in range(6)]
        documents.append({"sample": row, "target": row % 2, "sentences": sentences(*words)})
        if row % 2 == 1:
            for name in {name for name, _ in words}:
                weights.setdefault(name, []).append(max(weight for word, weight in words if word == name))
    file = TextFile(write_texts(tmp_path, "m", documents))
    found = file.keywords(file.index(), 1, limit=5)
    wanted = sorted(((float(np.mean(w)), n) for n, w in weights.items() if len(w) >= 3), key=lambda p: (-p[0], p[1]))
    assert [each.text for each in found] == [name for _, name in wanted[:5]]
    assert [each.weight for each in found] == pytest.approx([mean for mean, _ in wanted[:5]])
    assert [each.documents for each in found] == [len(weights[name]) for _, name in wanted[:5]]
