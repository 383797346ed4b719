"""Tags on samples: the journal as it grows, who wins, undo, columns, filters, merges."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clftui.data.catalog import Catalog, open_catalog
from clftui.state.filters import Expression
from clftui.state.journal import append, author, journal
from clftui.state.journal_merge import merge
from clftui.state.later import LATER
from clftui.state.moves import add_filter
from clftui.state.sample_list import SampleList, listing
from clftui.state.sample_tags import TAGS, Tag, give, progress, tag_codes, tag_of, tags_of, take_back
from clftui.state.script import run_script
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session, open_session
from clftui.state.tag_filter import Tagged
from clftui.state.unready import impatient
from tests.builders import write_collection, write_run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "animals")


@pytest.fixture
def catalog(root: Path) -> Catalog:
    return open_catalog([root])


def everything(catalog: Catalog) -> Session:
    session = open_session(catalog)
    selection = replace(session.selection, scope=Scope(part=Part.ALL))
    return replace(session, tab=Tab.SAMPLES, selection=selection)


def listed(session: Session) -> SampleList:
    shown = listing(session)
    assert isinstance(shown, SampleList)
    return shown


def line(name: str, tag: str | None, time: str, **more: object) -> str:
    return json.dumps({"kind": "sample", "split": "test", "id": name, "tag": tag, "time": time, **more})


def test_letters_are_unique_and_no_letter_removes() -> None:
    assert len({tag.letter for tag in TAGS} | {"x", "-"}) == len(TAGS) + 2


@pytest.mark.row("B34")
def test_a_tag_is_a_line_with_who_when_and_the_proposed_class(catalog: Catalog, root: Path) -> None:
    batch = give(catalog, "test", [("0003", Tag.MISLABELLED, "dog")], "run2")
    assert batch.path == root / "triage.jsonl" and not batch.apart and batch.first.before is None
    [written] = [json.loads(each) for each in batch.path.read_text(encoding="utf-8").splitlines()]
    assert {key: written[key] for key in ("kind", "split", "id", "tag", "class", "run", "by")} == {
        "kind": "sample", "split": "test", "id": "0003", "tag": "mislabelled", "class": "dog", "run": "run2",
        "by": author(),
    }  # fmt: skip
    found = tag_of(catalog, "test", "0003")
    assert found is not None and (found.tag, found.proposed, found.time) == (Tag.MISLABELLED, "dog", written["time"])
    assert tag_of(catalog, "train", "0003") is None and tag_of(open_catalog([root]), "test", "0003") == found


def test_undo_appends_what_was_before_and_spares_what_others_did_since(catalog: Catalog, root: Path) -> None:
    give(catalog, "test", [("1", Tag.HARD, None)])
    batch = give(catalog, "test", [("1", Tag.MISLABELLED, "owl"), ("2", Tag.DUPLICATE, None)])
    give(catalog, "test", [("2", Tag.AMBIGUOUS, None)])
    restored, left = take_back(catalog, batch)
    assert left == 1 and [each.name for each in restored.given] == ["1"]
    assert {name: each.tag for name, each in tags_of(catalog, "test").items()} == {"1": Tag.HARD, "2": Tag.AMBIGUOUS}
    assert len((root / "triage.jsonl").read_text(encoding="utf-8").splitlines()) == 5
    first = give(catalog, "test", [("7", Tag.HARD, None)])
    take_back(catalog, first)
    assert tag_of(catalog, "test", "7") is None and "7" not in tags_of(catalog, "test")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([*(tag.value for tag in TAGS), None]), st.integers(0, 50)),
        max_size=20,
    ),
    cuts=st.lists(st.integers(0, 20), max_size=4),
)
def test_however_it_is_read_the_latest_line_about_a_sample_counts(
    tmp_path: Path, lines: list[tuple[str, str | None, int]], cuts: list[int]
) -> None:
    root = Path(tempfile.mkdtemp(dir=tmp_path))
    catalog = Catalog(root, "grown", ())
    expected: dict[str, tuple[int, str | None]] = {}
    for number, (name, tag, second) in enumerate(lines):
        if number in cuts:
            tags_of(catalog, "test")
        with (root / "triage.jsonl").open("a", encoding="utf-8") as file:
            file.write(line(name, tag, f"2026-01-01T00:00:{second:02d}Z") + "\n")
        if second >= expected.get(name, (-1, None))[0]:
            expected[name] = second, tag
    found = {name: each.tag.value for name, each in tags_of(catalog, "test").items()}
    assert found == {name: tag for name, (_, tag) in expected.items() if tag is not None}


def test_a_clock_that_was_set_back_does_not_hide_a_new_tag(catalog: Catalog, root: Path) -> None:
    (root / "triage.jsonl").write_text(line("5", "hard", "2999-01-01T00:00:00+00:00") + "\n", encoding="utf-8")
    assert tag_of(catalog, "test", "5") is not None
    give(catalog, "test", [("5", Tag.DUPLICATE, None)])
    found = tag_of(catalog, "test", "5")
    assert found is not None and found.tag is Tag.DUPLICATE and found.time.startswith("2999-01-01T00:00:00.000001")


def test_what_another_program_writes_rewrites_or_tears_is_followed(catalog: Catalog, root: Path) -> None:
    path = root / "triage.jsonl"
    give(catalog, "test", [("1", Tag.HARD, None)])
    version = journal(catalog).version
    assert journal(catalog).version == version
    with path.open("a", encoding="utf-8") as file:
        file.write(line("2", "ambiguous", "2999-01-01") + "\nno json\n[1]\n" + '{"kind": "sample", "id"')
    assert set(tags_of(catalog, "test")) == {"1", "2"} and journal(catalog).version > version
    give(catalog, "test", [("3", Tag.HARD, None)])
    assert set(tags_of(catalog, "test")) == {"1", "2", "3"}
    path.write_text(line("9", "hard", "2026-01-01"), encoding="utf-8")
    assert set(tags_of(catalog, "test")) == {"9"}
    path.unlink()
    assert not tags_of(catalog, "test")
    path.mkdir()
    assert not tags_of(catalog, "test")


def test_only_new_bytes_are_read(catalog: Catalog, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "triage.jsonl"
    path.write_text("".join(line(str(i % 80), "hard", "2026-01-01") + "\n" for i in range(2000)), encoding="utf-8")
    assert len(tags_of(catalog, "test")) == 80
    sizes: list[int] = []
    read = os.read

    def counted(descriptor: int, n: int) -> bytes:
        data = read(descriptor, n)
        sizes.append(len(data))
        return data

    monkeypatch.setattr(os, "read", counted)
    for _ in range(50):
        tags_of(catalog, "test")
    assert not sizes
    give(catalog, "test", [("0001", Tag.DUPLICATE, None)])
    assert 0 < sum(sizes) < 400


def test_a_draw_does_not_wait_for_a_long_journal(catalog: Catalog, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clftui.state.journal.AT_ONCE", 10)
    (root / "triage.jsonl").write_text(line("1", "hard", "2026-01-01") + "\n", encoding="utf-8")
    with impatient() as draw:
        assert not tags_of(catalog, "test") and draw.missing
    assert LATER.settle()
    with impatient() as draw:
        assert set(tags_of(catalog, "test")) == {"1"} and not draw.missing


def test_tags_of_several_at_once_are_all_there(catalog: Catalog) -> None:
    def work(writer: int) -> None:
        for number in range(20):
            give(catalog, "test", [(f"{writer}-{number}", TAGS[number % 6], None)])

    threads = [threading.Thread(target=work, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tags_of(catalog, "test")) == 80


def test_columns_follow_each_tag(catalog: Catalog) -> None:
    session = everything(catalog)
    shown = listed(session)
    evaluation, table = shown.evaluation, shown.table
    assert not tag_codes(catalog, evaluation, table).any()
    chance, expected = np.random.default_rng(0), np.zeros(evaluation.n, dtype=np.int8)
    for _ in range(30):
        at, code = int(chance.integers(evaluation.n)), int(chance.integers(7))
        give(catalog, "test", [(shown.id_at(at), TAGS[code - 1] if code else None, None)])
        expected[at] = code
        assert np.array_equal(tag_codes(catalog, evaluation, table), expected)
    give(catalog, "test", [("no such sample", Tag.HARD, None)])
    assert np.array_equal(tag_codes(catalog, evaluation, table), expected)
    tagged = int(np.count_nonzero(expected))
    assert progress(session, shown) == (tagged, evaluation.n - tagged)


def test_samples_without_a_table_are_named_by_number(tmp_path: Path) -> None:
    catalog = open_catalog([write_run(tmp_path / "runs" / "bare")])
    session = everything(catalog)
    shown = listed(session)
    assert shown.table is None
    give(catalog, "test", [("4", Tag.HARD, None), ("owl", Tag.HARD, None)])
    assert np.flatnonzero(tag_codes(catalog, shown.evaluation, None)).tolist() == [4]


def test_filters_follow_tags_at_once(catalog: Catalog) -> None:
    session = everything(catalog)
    names = [listed(session).sample_id(index) for index in range(3)]
    hard = add_filter(session, Expression('tag == "hard"'))
    not_tagged = add_filter(session, Tagged(without=True))
    assert listed(hard).n == 0 and listed(not_tagged).n == 80 and hard.confusion().total == 0  # type: ignore[union-attr]
    give(catalog, "test", [(names[0], Tag.HARD, None), (names[1], Tag.DUPLICATE, None)])
    assert [listed(hard).sample_id(0)] == names[:1] and listed(hard).n == 1
    assert listed(not_tagged).n == 78 and hard.confusion().total == 1  # type: ignore[union-attr]
    assert listed(add_filter(session, Expression('tag != ""'))).n == 2
    assert listed(add_filter(session, Tagged("duplicate"))).n == 1
    assert listed(add_filter(session, Tagged("duplicate", without=True))).n == 79
    give(catalog, "test", [(names[0], None, None)])
    assert listed(hard).n == 0
    assert Tagged("hard", without=True).describe() == "not tagged hard" and Tagged().describe() == "tagged"


def test_two_journals_become_one_without_loss(tmp_path: Path) -> None:
    mine = open_catalog([write_collection(tmp_path / "mine", runs=1)])
    other = tmp_path / "other.jsonl"
    give(mine, "test", [("1", Tag.HARD, None), ("2", Tag.HARD, None)])
    same = (tmp_path / "mine" / "triage.jsonl").read_text(encoding="utf-8").splitlines()[0]
    lines = [line("2", "duplicate", "2999-01-01"), line("1", "ambiguous", "2020-01-01", by="bo@x"), same, "torn {"]
    other.write_text("\n".join([*lines, '{"kind": "pair", "true": "cat", "predicted": "dog", "reason": "abstract"}\n']))
    assert merge(mine, other) == (3, 1, 1) and merge(mine, other) == (0, 4, 1)
    assert {name: each.tag for name, each in tags_of(mine, "test").items()} == {"1": Tag.HARD, "2": Tag.DUPLICATE}
    assert len((tmp_path / "mine" / "triage.jsonl").read_text(encoding="utf-8").splitlines()) == 5


@pytest.mark.row("N12")
def test_scripts_tag_only_where_that_is_asked_for(catalog: Catalog) -> None:
    session = everything(catalog)
    script = ['tag "0004" "mislabelled" "dog"', 'tag "0005" "hard"', 'tag "0005" none', 'tag "cat" -> "dog" "part of"']
    again, problems = run_script(session, script)
    assert not problems and not tags_of(catalog, "test")
    _, problems = run_script(session, script, tags=True)
    assert not problems and set(tags_of(catalog, "test")) == {"0004"}
    assert journal(catalog).pairs["cat", "dog"].value == "part of"
    bad = ['tag "1" "bored"', "tag", 'tag "1"', 'tag "a" -> "b" "bored"', "tag 3 4", 'tag "1" "hard" "x" "y"']
    _, problems = run_script(again, bad, tags=True)
    assert len(problems) == len(bad) and len(tags_of(catalog, "test")) == 1


def test_entries_that_are_none_are_passed_over(catalog: Catalog, root: Path) -> None:
    append(catalog, [{"kind": "reviewed", "what": "cell cat->dog"}])
    odd = [
        {"kind": "sample", "split": 1, "id": "a", "tag": "hard"},
        {"kind": "sample", "split": "test", "id": "a", "tag": 3},
        {"kind": "pair", "true": "cat", "predicted": None},
        {"kind": "reviewed"},
        {"kind": 7},
        {},
    ]
    with (root / "triage.jsonl").open("a", encoding="utf-8") as file:
        file.write("".join(json.dumps(each) + "\n" for each in odd))
        file.write(line("b", "a tag to come", "2026-01-01") + "\n" + line("c", "hard", "yesterday") + "\n")
    assert set(tags_of(catalog, "test")) == {"c"} and set(journal(catalog).reviewed) == {"cell cat->dog"}
