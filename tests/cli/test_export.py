"""`clftui export`, `clftui list`, cells as arguments, and the reports about triage: what colleagues and pipes get."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from clftui.data.catalog import open_catalog
from clftui.export import run_export, run_list
from clftui.opening import LaunchError, make_session
from clftui.report import Options, render
from clftui.report.exports import kind_of
from clftui.report.issues import data as issues
from clftui.report.link_folder import fill, safe_name
from clftui.report.tagged import Row, tagged_rows
from clftui.report.triage import data as triage
from clftui.state.filters import FilterError
from clftui.state.moves import add_filter
from clftui.state.named_cell import named_cell
from clftui.state.sample_tags import Tag, give, tags_of
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.tag_filter import Tagged
from clftui.state.triage import Reason, tag_pair
from tests.builders import write_collection, write_run
from tests.cli.test_cli import clftui


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = write_collection(tmp_path / "animals", images=True)
    give(open_catalog([found]), "test", [
        ("0003", Tag.MISLABELLED, "dog"), ("0070", Tag.MISLABELLED, None), ("0005", Tag.BAD_IMAGE, None),
        ("0009", Tag.HARD, None), ("0009", None, None),
    ], "run2")  # fmt: skip
    return found


@pytest.fixture
def session(root: Path) -> Session:
    return open_session(open_catalog([root]))


def chosen(*paths: Path, **more: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {"run": None, "split": None, "epoch": None, "filters": (), "images": None}
    return {**nothing, "sample_set": "digits", "paths": tuple(paths), **more}


def export(root: Path, what: str, output: Path | None = None, **more: Any) -> int:
    given = {"tags": (), "every": False, "journals": (), **more}
    filters = given.pop("filters", ())
    split = given.pop("split", None)
    return run_export(chosen(root, filters=filters, split=split), what=what, output=output, **given)


@pytest.mark.row("P17", "B34")
def test_a_relabel_list_says_what_a_label_should_be(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert export(root, "relabel") == 0
    rows = list(csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert [(row["id"], row["given"], row["proposed"], row["tag"]) for row in rows] == [
        ("0003", "cat", "dog", "mislabelled"), ("0070", "owl", "", "mislabelled"),
    ]  # fmt: skip
    assert list(rows[0]) == ["id", "path", "given", "proposed", "tag", "by", "time", "split"]
    assert rows[0]["path"] == str(root / "images" / "0003.png") and "@" in rows[0]["by"] and rows[0]["time"]


def test_paths_json_and_fiftyone(root: Path, tmp_path: Path) -> None:
    for what in ("paths", "json", "fiftyone"):
        assert export(root, what, tmp_path / what) == 0
    images = [root / "images" / f"{name}.png" for name in ("0003", "0005", "0070")]
    assert (tmp_path / "paths").read_text(encoding="utf-8").splitlines() == list(map(str, images))
    found = json.loads((tmp_path / "json").read_text(encoding="utf-8"))["tags"]
    assert [each["tag"] for each in found] == ["mislabelled", "bad image", "mislabelled"]
    dataset = json.loads((tmp_path / "fiftyone").read_text(encoding="utf-8"))
    samples = dataset["samples"]
    assert (dataset["name"], dataset["media_type"]) == ("clftui-tags", "image"), "FiftyOne loads none without a name"
    assert samples[0]["filepath"] == str(images[0]) and samples[0]["tags"] == ["mislabelled", "test"]
    assert samples[0]["ground_truth"] == {"_cls": "Classification", "label": "cat"}
    assert samples[0]["proposed"]["label"] == "dog" and "proposed" not in samples[1]


def test_a_mask_is_over_the_whole_split(root: Path, tmp_path: Path) -> None:
    assert export(root, "mask", tmp_path / "issues.npy") == 0
    mask = np.load(tmp_path / "issues.npy")
    assert mask.dtype == np.bool_ and mask.shape == (80,) and np.flatnonzero(mask).tolist() == [3, 70]
    rows = list(csv.reader((tmp_path / "issues.csv").read_text(encoding="utf-8").splitlines()))
    assert (
        rows[0] == ["id", "issue"] and rows[4] == ["0003", "true"] and rows[5] == ["0004", "false"] and len(rows) == 81
    )
    assert export(root, "mask", tmp_path / "all.npy", tags=("any",)) == 0
    assert np.flatnonzero(np.load(tmp_path / "all.npy")).tolist() == [3, 5, 70]


def test_folders_are_only_added_to(root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "links"
    assert export(root, "symlinks", folder) == 0
    assert (folder / "mislabelled" / "cat" / "0003.png").readlink() == root / "images" / "0003.png"
    assert (folder / "bad image" / "cat" / "0005.png").is_symlink()
    before = sorted(folder.rglob("*"))
    assert export(root, "symlinks", folder) == 0 and sorted(folder.rglob("*")) == before
    precious = tmp_path / "copies" / "mislabelled" / "cat" / "0003.png"
    precious.parent.mkdir(parents=True)
    precious.write_text("precious", encoding="utf-8")
    for _ in range(2):
        assert export(root, "copies", tmp_path / "copies") == 0
        assert precious.read_text(encoding="utf-8") == "precious"
        assert sorted(path.name for path in precious.parent.iterdir()) == ["0003-2.png", "0003.png"]
    assert (precious.parent / "0003-2.png").read_bytes() == (root / "images" / "0003.png").read_bytes()


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_written_is_told(root: Path, tmp_path: Path) -> None:
    (tmp_path / "shut").mkdir(mode=0o500)
    assert export(root, "symlinks", tmp_path / "shut" / "links") == 2


def test_samples_of_one_name_and_none(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}").mkdir()
        (tmp_path / f"{number}" / "x.png").write_bytes(bytes([number]))
    rows = [Row("test", str(i), tmp_path / f"{i}" / "x.png", "a/b", None, "hard") for i in range(4)]
    rows.append(Row("test", "9", None, None, None))
    placed = fill(tmp_path / "out", rows, copies=True)
    assert (placed.made, placed.there, placed.missing) == (3, 0, 2)
    there = sorted(path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.png"))
    assert there == ["hard/a_b/x-2.png", "hard/a_b/x-3.png", "hard/a_b/x.png"]
    assert fill(tmp_path / "out", rows, copies=True).words == "0 files made, 3 there already, 2 samples without a file"


@pytest.mark.parametrize(
    ("name", "safe"),
    [("a/b", "a_b"), ("..", "__"), (".", "_"), ("", "_"), ("a\x1b[2Jb\n", "a·[2Jb"), ("T-shirt", "T-shirt")],
)
def test_names_of_folders_stay_inside(name: str, safe: str) -> None:
    assert safe_name(name) == safe and len(safe_name(name * 500).encode()) <= 200


def test_tags_splits_filters_and_samples_without_a_tag(root: Path, session: Session) -> None:
    assert [row.id for row in tagged_rows(session, {"bad image"})] == ["0005"]
    assert not tagged_rows(session, splits=("train",))
    assert [row.id for row in tagged_rows(add_filter(session, Tagged("mislabelled", without=True)))] == ["0005"]
    assert export(root, "paths", tags=("hard",), every=True, filters=('tag == ""', 'true == "fox"')) == 0
    give(session.catalog, "train", [("1", Tag.HARD, None)])
    orphan = next(row for row in tagged_rows(session) if row.split == "train")
    assert (orphan.path, orphan.given, orphan.tag) == (None, None, "hard")


def test_every_sample_that_passes_can_be_exported(root: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert export(root, "relabel", every=True, filters=('true == "cat"',)) == 0
    rows = list(csv.DictReader(io.StringIO(capfdbinary.readouterr().out.decode())))
    assert len(rows) == 20 and [row["tag"] for row in rows if row["tag"]] == ["mislabelled"]


def test_journals_of_others_are_taken_in(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    theirs = tmp_path / "theirs.jsonl"
    theirs.write_text(
        '{"kind":"sample","split":"test","id":"0009","tag":"hard","time":"2999-01-01"}\n', encoding="utf-8"
    )
    for words in ("1 line added, 0 there already", "0 lines added, 1 there already"):
        assert export(root, "relabel", journals=(theirs,)) == 0
        assert words in capsys.readouterr().err
    assert tags_of(open_catalog([root]), "test")["0009"].tag is Tag.HARD
    assert export(root, "relabel", journals=(tmp_path / "gone.jsonl",)) == 2
    assert "does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"what": "symlinks"}, "name it with --output"),
        ({"what": "mask"}, "two files"),
        ({"what": "json", "filters": ("nonsense >",)}, "cannot be read"),
        ({"what": "json", "filters": ("nonsense > 1",)}, "nonsense is no column"),
        ({"what": "json", "output": Path("/nowhere/x.json")}, "cannot be written"),
    ],
)
def test_mistakes_are_one_sentence(
    root: Path, more: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(root, **more) == 2
    error = capsys.readouterr().err
    assert error.startswith("Error: ") and words in error and error.count("\n") == 1


def listed(*words: object, **more: Any) -> int:
    given = {"zero": False, "ids": False, "top": None, **more}
    return run_list(chosen(*map(Path, map(str, words))), **given)


def test_list_prints_paths_for_a_pipe(root: Path, session: Session, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    evaluation = session.evaluation()
    assert evaluation is not None
    assert listed(root, "wrong and confidence > .5") == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    sure = (evaluation.true != evaluation.predicted) & (evaluation.confidence() > 0.5)
    order = sorted(np.flatnonzero(sure).tolist(), key=lambda at: -evaluation.confidence()[at])
    assert lines == [str(root / "images" / f"{evaluation.sample[at]:04d}.png") for at in order] and lines
    assert listed(root, 'tag == "bad image"', zero=True) == 0
    assert capfdbinary.readouterr().out.decode() == f"{root / 'images' / '0005.png'}\0"
    assert listed(root, 'tag != ""', ids=True, top=2) == 0
    assert len(capfdbinary.readouterr().out.decode().splitlines()) == 2
    assert listed(root) == 0
    assert len(capfdbinary.readouterr().out.decode().splitlines()) == 80
    assert listed(root, "wrong ==") == 2
    assert b"cannot be read" in capfdbinary.readouterr().err


def test_a_line_break_in_a_name_makes_no_two_lines(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    root = write_collection(tmp_path / "odd", runs=1)
    rows = "".join(f'{i},cat,"a\nb{i}.png"\n' for i in range(80))
    (root / "samples" / "test.csv").write_text("id,true,path\n" + rows, encoding="utf-8")
    assert listed(root) == 0
    captured = capfdbinary.readouterr()
    assert len(captured.out.splitlines()) == 80 and b"80 paths hold a line break" in captured.err
    assert listed(root, zero=True) == 0
    assert capfdbinary.readouterr().out.count(b"\0") == 80


def test_from_the_shell(root: Path) -> None:
    done = clftui("export", root, "--what", "paths", "--tag", "bad image")
    assert done.stdout == f"{root / 'images' / '0005.png'}\n"
    done = clftui("list", root, 'tag == "bad image"', "--ids")
    assert done.stdout == "0005\n"
    command = f"{sys.executable} -m clftui list {root} | head -1"
    piped = subprocess.run(command, shell=True, capture_output=True, text=True, check=True, timeout=60)
    assert piped.stdout.endswith(".png\n") and not piped.stderr


@pytest.mark.row("P11")
def test_reports_say_what_the_app_says(session: Session) -> None:
    tag_pair(session.catalog, "cat", "dog", Reason.PART_OF)
    found = triage(session, Options())
    assert found["counts"] == {"mislabelled": 2, "ambiguous": 0, "bad image": 1, "duplicate": 0, "hard": 0,
                               "collect more": 0}  # fmt: skip
    assert [each["id"] for each in found["tags"]] == ["0003", "0005", "0070"]
    assert found["tags"][0] == found["tags"][0] | {"given": "cat", "proposed": "dog", "split": "test", "run": "run2"}
    assert found["pairs"] == [{"true": "cat", "predicted": "dog", "reason": "part of"}] and len(found["journals"]) == 1
    text = render(session, "triage", "text")
    assert "3 tagged samples" in text and "mislabelled 2, bad image 1" in text and "cat -> dog: part of" in text
    listed = issues(session, Options(top=3))["issues"]
    assert {each["kind"] for each in listed} <= {"alarm", "mover", "block outlier", "label suspect", "always wrong"}
    suspects = [each for each in listed if each["kind"] == "label suspect"]
    assert len(suspects) == 3 and suspects[0]["score"] >= suspects[1]["score"] >= suspects[2]["score"]
    assert set(listed[0]) == {"kind", "what", "why", "split", "id", "true", "predicted", "score", "tag", "done"}
    assert "left" in render(session, "issues", "text")
    nothing = replace(session, catalog=replace(session.catalog, runs=()))
    assert "Nothing deserves a look" in render(nothing, "issues", "text")


def test_a_cell_among_the_arguments_is_where_one_starts(root: Path, tmp_path: Path) -> None:
    session = make_session(chosen(root, Path("dog->owl"), metric=None, hierarchy=None))
    assert (session.tab, session.selection.true, session.selection.predicted) == (Tab.MATRIX, "dog", "owl")
    assert session.selection.scope.is_cell
    with pytest.raises(LaunchError, match="there is no class bird"):
        make_session(chosen(root, Path("dog->bird"), metric=None, hierarchy=None))
    with pytest.raises(LaunchError, match="does not exist"):
        make_session(chosen(root, Path("dog"), metric=None, hierarchy=None))
    arrow = write_run(tmp_path / "dog->owl")
    assert make_session(chosen(arrow, metric=None, hierarchy=None)).tab is Tab.RUNS
    assert named_cell("a->b -> c", ["a->b", "c"]) == ("a->b", "c") and named_cell("c→c", ["c"]) == ("c", "c")
    with pytest.raises(FilterError, match="write true->predicted"):
        named_cell("cat", ["cat"])


@pytest.mark.row("N12")
def test_replay_tags_again_where_that_is_asked_for(root: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.clf"
    script.write_text('tab "matrix"\ntag "0042" "hard"\n', encoding="utf-8")
    given = chosen(root, metric=None, hierarchy=None, replay=script)
    catalog = make_session(given).catalog
    assert "0042" not in tags_of(catalog, "test")
    make_session({**given, "replay_tags": True})
    assert tags_of(catalog, "test")["0042"].tag is Tag.HARD


def test_the_ending_of_a_name_says_what_is_written() -> None:
    names = {"a.csv": "relabel", "b.txt": "paths", "c.json": "json", "d.fiftyone.json": "fiftyone", "e.npy": "mask",
             "out/": "symlinks"}  # fmt: skip
    assert {name: kind_of(name) for name in names} == names and kind_of("x.tiff") is None


def test_a_split_without_samples_has_no_mask(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "b" / "m", epochs=1)
    np.savez(folder / "epochs" / "00001" / "test.npz", confusion=np.full((4, 4), 1, dtype=np.int64))
    assert export(tmp_path / "b", "mask", tmp_path / "x.npy") == 2
    assert listed(tmp_path / "b") == 2
    assert not tagged_rows(open_session(open_catalog([tmp_path / "b"])))
