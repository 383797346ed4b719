"""What may be undone after a restart: one's own tags that hold, the last ones first, each once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.data.catalog import Catalog, open_catalog
from clftui.state.journal_undo import Earlier, last_given
from clftui.state.sample_tags import Batch, Tag, give, tag_of, tags_of, take_back
from clftui.storage import append_line
from clftui.widgets.frame import BreadcrumbBar
from tests.app.piloted import app_of
from tests.app.test_flow import line, running
from tests.builders import write_collection, write_run

TAG_AND_DIE = """
import os, signal, sys
from pathlib import Path
from clftui.data.catalog import open_catalog
from clftui.state.sample_tags import Tag, give
catalog = open_catalog([Path(sys.argv[1])])
give(catalog, "test", [("0003", Tag.HARD, None)])
give(catalog, "test", [("0003", Tag.MISLABELLED, "dog"), ("0007", Tag.MISLABELLED, "cat")])
os.kill(os.getpid(), signal.SIGKILL)
"""


def found(catalog: Catalog) -> Earlier | None:
    told = last_given(catalog)
    assert told is not None
    return told[0]


def undo(catalog: Catalog) -> Batch:
    earlier = found(catalog)
    assert earlier is not None
    restored, left = take_back(catalog, earlier.batch)
    assert not left
    return restored


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs")


def killed(root: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", TAG_AND_DIE, str(root)], check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.row("O6")
async def test_after_a_kill_the_app_undoes_what_was_given_before_it(root: Path) -> None:
    killed(root)
    async with running(root) as pilot:
        catalog = app_of(pilot).main.now.catalog
        await pilot.press("7", "u")
        assert "Undone what you gave in an earlier session, 20" in line(pilot, BreadcrumbBar)
        held = tags_of(catalog, "test")
        assert {name: each.tag for name, each in held.items()} == {"0003": Tag.HARD}
        await pilot.press("t", "a")
        assert tag_of(catalog, "test", "0003") != held["0003"], "the sample of the undone tag is focused"
        await pilot.press("u")
        assert "Undone: #0003 is hard" in line(pilot, BreadcrumbBar)
        await pilot.press("u")
        assert not tags_of(catalog, "test")
        await pilot.press("u")
        assert "Nothing was tagged by you here" in line(pilot, BreadcrumbBar)


def test_tags_given_at_once_are_undone_at_once_and_what_was_before_is_there_again(root: Path) -> None:
    killed(root)
    catalog = open_catalog([root])
    assert {each.name for each in undo(catalog).given} == {"0003", "0007"}
    assert {name: each.tag for name, each in tags_of(catalog, "test").items()} == {"0003": Tag.HARD}
    lines = [json.loads(each) for each in (root / "triage.jsonl").read_text().splitlines()]
    assert {each["undoes"] for each in lines[3:]} == {lines[1]["time"]}
    undo(catalog)
    assert not tags_of(catalog, "test") and found(catalog) is None


def test_others_tags_and_what_was_tagged_anew_are_left_alone(root: Path) -> None:
    catalog = open_catalog([root])
    give(catalog, "test", [("0001", Tag.HARD, None), ("0002", Tag.HARD, None)])
    theirs = {"kind": "sample", "split": "test", "tag": "duplicate", "class": None, "by": "anna@gpu7"}
    for name, time in (("0002", "2199-01-01T00:00:00+00:00"), ("0005", "2020-01-01T00:00:00+00:00")):
        append_line(root / "triage.jsonl", json.dumps({**theirs, "id": name, "time": time}))
    assert [each.name for each in undo(catalog).given] == ["0001"]
    assert found(catalog) is None
    assert {name: each.by for name, each in tags_of(catalog, "test").items()} == dict.fromkeys(
        ("0002", "0005"), "anna@gpu7"
    )


def test_broken_lines_and_a_missing_journal_have_nothing_to_undo(root: Path) -> None:
    catalog = open_catalog([root])
    assert found(catalog) is None
    (root / "triage.jsonl").write_text('{"kind": "sample", "id": 4}\nno json\n{"kind": "pair", "undoes": 3}\n{"kin')
    assert found(catalog) is None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.none(), st.tuples(st.sampled_from(["0", "1", "2"]), st.sampled_from([*Tag, None])))))
def test_undoing_is_a_stack(steps: list[tuple[str, Tag | None] | None]) -> None:
    """None undoes; the state is that of a list of states which an undo goes back in."""
    with tempfile.TemporaryDirectory() as folder:
        catalog = open_catalog([write_run(Path(folder) / "runs" / "a", epochs=1, n=8)])
        states: list[dict[str, Tag]] = [{}]
        for step in steps:
            if step is not None:
                give(catalog, "test", [(*step, None)])
                changed = {**states[-1], step[0]: step[1]}
                states.append({name: tag for name, tag in changed.items() if tag is not None})
            elif len(states) > 1:
                undo(catalog)
                states.pop()
            else:
                assert found(catalog) is None
            assert {name: each.tag for name, each in tags_of(catalog, "test").items()} == states[-1]
