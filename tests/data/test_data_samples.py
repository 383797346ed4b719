"""Sample tables: CSV as people write it, images that moved, and which rows of two tables are the same samples."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.data.catalog import open_catalog
from clftui.data.imports.table import strings
from clftui.data.samples import SampleTable, read_samples, same_samples, shared_rows
from clftui.schema import FormatError
from tests.builders import write_collection


def table(tmp_path: Path, text: str, name: str = "t.csv") -> SampleTable:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return read_samples(path)


def test_text_stays_text(tmp_path: Path) -> None:
    read = table(tmp_path, '\ufeffid,true,text,site\r\n007,"cat, big","two\nlines ""here""",A\r\n010,dog,,B\r\n')
    assert read.n == 2 and read.ids.tolist() == ["007", "010"]
    assert read.true is not None and read.true.tolist() == ["cat, big", "dog"]
    assert read.text is not None and read.text.tolist() == ['two\nlines "here"', ""]
    assert read.group_columns == ("site",) and read.columns["site"].tolist() == ["A", "B"]
    assert read.paths is None and read.path_of(0) is None and read.notes == ()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(*[st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))] * 2), min_size=1)
)
def test_any_text_survives(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "text"), *rows])
    read = read_samples(path)
    assert read.ids.tolist() == [row[0] for row in rows]
    assert read.text is not None and read.text.tolist() == [row[1] for row in rows]


def test_uneven_rows_keep_their_numbers(tmp_path: Path) -> None:
    read = table(tmp_path, "id,true,path\n1,cat\n2,dog,b.png,more\n3,owl,c.png\n")
    assert (
        read.ids.tolist() == ["1", "2", "3"]
        and read.paths is not None
        and read.paths.tolist() == ["", "b.png", "c.png"]
    )
    assert read.notes == ("2 rows were filled or cut to 3 cells",)


def test_repeated_ids_are_told(tmp_path: Path) -> None:
    read = table(tmp_path, "id,true\n1,a\n2,a\n1,b\n1,b\n")
    assert read.duplicate_ids == 2 and read.notes == ("2 rows repeat an id",)


def test_without_an_id_column(tmp_path: Path) -> None:
    assert table(tmp_path, "true,path\na,x.png\nb,y.png\n").ids.tolist() == ["x.png", "y.png"]
    assert table(tmp_path, "true\na\nb\n").ids.tolist() == ["0", "1"]


@pytest.mark.parametrize(("text", "word"), [("", "no header"), ("\n1,2\n", "no header"), ('id\n"open', "")])
def test_bad_tables(tmp_path: Path, text: str, word: str) -> None:
    if not word:  # an open quote: everything after it is one cell, nothing is lost
        assert table(tmp_path, text).ids.tolist() == ["open"]
        return
    with pytest.raises(FormatError, match=word):
        table(tmp_path, text)


def test_names_that_are_not_utf8_still_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"id,path\n1,caf\xe9.png\n")
    read = read_samples(path)
    assert read.n == 1 and len(read.digest) == 16
    found = read.path_of(0)
    assert found is not None and found.name.encode("utf-8", "surrogateescape") == b"caf\xe9.png"


def test_paths_are_relative_to_the_table(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    read = table(tmp_path / "samples", "id,path\n1,../images/a.png\n2,/data/b.png\n3,\n")
    assert [read.path_of(row) for row in range(3)] == [tmp_path / "images" / "a.png", Path("/data/b.png"), None]
    assert read.path_of(3) is None and read.path_of(-1) is None


@pytest.mark.row("P14")
def test_images_that_moved(tmp_path: Path) -> None:
    (tmp_path / "new" / "val").mkdir(parents=True)
    for name in ("val/a.png", "b.png"):
        (tmp_path / "new" / name).write_bytes(b"x")
    path = tmp_path / "t.csv"
    path.write_text("id,path\n1,../images/val/a.png\n2,/old/disk/images/b.png\n3,c.png\n", encoding="utf-8")
    read = read_samples(path, images_root=tmp_path / "new")
    found = [read.path_of(row) for row in range(3)]
    assert found == [tmp_path / "new/val/a.png", tmp_path / "new/b.png", tmp_path / "new/c.png"]


def test_same_and_shared(tmp_path: Path) -> None:
    a = table(tmp_path, "id,true\nx,1\ny,1\nz,1\ny,2\n", "a.csv")
    b = table(tmp_path, "id,true\nx,1\ny,1\nz,1\ny,5\n", "b.csv")
    c = table(tmp_path, "id,true\nw,1\nz,1\nx,1\n", "c.csv")
    assert same_samples(a, a) and same_samples(a, b) and not same_samples(a, c)
    assert not same_samples(a, None) and not same_samples(None, None)
    ours, theirs = shared_rows(a, c)
    assert ours.tolist() == [0, 2] and theirs.tolist() == [2, 1]
    assert shared_rows(a, b)[0].tolist() == [0, 1, 2, 3]
    # "1","2" and "12" must not hash like "1,2" split elsewhere.
    d, e = (SampleTable(Path(n), {"id": strings(ids)}) for n, ids in (("d", ["ab", "c"]), ("e", ["a", "bc"])))
    assert not same_samples(d, e)


def test_a_table_is_read_once_for_all_runs_and_again_when_it_changes(tmp_path: Path) -> None:
    root = write_collection(tmp_path / "runs", runs=2)
    catalog = open_catalog([root])
    first, second = (run.samples("test") for run in catalog.runs)
    assert first is not None and first is second and first.n == 80
    path = root / "samples" / "test.csv"
    path.write_text(path.read_text(encoding="utf-8") + "more,cat,\n", encoding="utf-8")
    again = open_catalog([root], previous=catalog).runs[0].samples("test")
    assert again is not None and again.n == 81
    assert catalog.runs[0].samples("val") is None


def test_a_hundred_thousand_rows_are_quick(tmp_path: Path) -> None:
    rows = "".join(f"{row:06d},class{row % 10},../images/{row:06d}.png,{row % 3}\n" for row in range(100_000))
    path = tmp_path / "big.csv"
    path.write_text("id,true,path,site\n" + rows, encoding="utf-8")
    started = time.process_time()
    read = read_samples(path)
    spent = time.process_time() - started
    assert read.n == 100_000 and read.ids[-1] == "099999"
    assert spent < 1.5  # half a second of an idle core; the margin is for a shared one
