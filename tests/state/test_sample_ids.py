"""Samples by name: ids, the same sample in another run, tags of classes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.state.sample_ids import class_tags, id_of, position_in, row_of
from clftui.state.sample_list import (
    SampleList,
    index_of,
    listing,
    move,
)
from clftui.state.session import Session, open_session
from tests.builders import write_collection, write_run


def shown_in(session: Session) -> SampleList:
    shown = listing(session)
    assert isinstance(shown, SampleList), shown
    return shown


def test_repeated_ids_stay_apart(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=1)
    table = root / "samples" / "test.csv"
    table.write_text("id,true\n" + "same,cat\n" * 80, encoding="utf-8")
    session = open_session(open_catalog([root]))
    shown = shown_in(session)
    for index in range(shown.n):
        assert row_of(shown.table, shown.sample_id(index)) == shown.row(index)
    assert index_of(move(session, 0, 4), shown) == 4


def test_ids_of_rows_without_a_table() -> None:
    assert (id_of(None, 7), row_of(None, "7"), row_of(None, "seven")) == ("7", 7, -1)


@pytest.mark.parametrize(
    ("classes", "tags"),
    [
        (("T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt"), "t r p d c s h"),
        (("0", "1", "10"), "0 1 10"),
        (("O", "o", "0"), "O o 0"),
        (("cat", "cat2", "cat3"), "c a t"),
        (("漢字かな", "quick"), "a q"),
    ],
)
def test_class_tags(classes: tuple[str, ...], tags: str) -> None:
    assert list(class_tags(classes)) == tags.split(" ")


def test_tags_are_unique_up_to_26_classes() -> None:
    assert len(set(class_tags(tuple(f"class {i}" for i in range(26))))) == 26
    assert class_tags(tuple(f"name{i}" for i in range(27)))[0] == "nam"


def test_the_same_sample_in_a_run_with_another_table(tmp_path: Path) -> None:
    """By id: the other run's table is turned round and lacks one sample."""
    root = write_collection(tmp_path / "runs", runs=2)
    lines = (root / "samples" / "test.csv").read_text(encoding="utf-8").splitlines()
    turned = [lines[0], *reversed(lines[2:])]
    (root / "samples" / "turned.csv").write_text("\n".join(turned) + "\n", encoding="utf-8")
    description = json.loads((root / "run1" / "run.json").read_text(encoding="utf-8"))
    description["samples"] = {"test": "../samples/turned.csv"}
    (root / "run1" / "run.json").write_text(json.dumps(description), encoding="utf-8")
    catalog = open_catalog([root])
    a, b = (catalog.run(f"run{i}") for i in (0, 1))
    assert a is not None and b is not None
    here, there = a.evaluation("test"), b.evaluation("test")
    assert here is not None and there is not None
    table = a.samples("test")
    assert position_in(b, there, (table, here), 0) is None
    for row in (1, 17, 79):
        position = position_in(b, there, (table, here), row)
        assert position is not None
        other = b.samples("test")
        assert other is not None and table is not None
        assert other.ids[there.sample[position]] == table.ids[row]


def test_runs_without_tables_share_samples_where_all_labels_agree(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_run(tmp_path / "runs" / name, seed=ord(name))
    write_run(tmp_path / "runs" / "c", n=60)
    catalog = open_catalog([tmp_path / "runs"])
    runs = {run.name: run for run in catalog.runs}
    evaluations = {name: run.evaluation("test") for name, run in runs.items()}
    a, b, c = (evaluations[name] for name in "abc")
    assert a is not None and b is not None and c is not None
    assert position_in(runs["b"], b, (None, a), 5) == 5
    assert position_in(runs["c"], c, (None, a), 5) is None
