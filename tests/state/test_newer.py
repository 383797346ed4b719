"""Runs that are renamed, deleted or moved out of reach while one looks at them."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.state import moves
from clftui.state.newer import newer
from clftui.state.selection import Tab
from clftui.state.session import Session, open_session
from clftui.state.versus import Kind, Versus
from tests.builders import write_collection, write_epoch, write_run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_collection(tmp_path / "runs", runs=5)


def opened(root: Path) -> Session:
    """run4 is the best, so A to D are run4, run3, run2, run1."""
    return open_session(open_catalog([root]))


def again(session: Session, root: Path) -> Session:
    """As the app takes what the watcher brings."""
    return newer(session, open_catalog([root], previous=session.catalog))


def letters(session: Session) -> dict[str, str]:
    return {letter: run.name for letter, run in session.lettered}


def test_a_renamed_folder_moves_nothing(root: Path) -> None:
    session = moves.select(moves.focus_run(opened(root), "run3"), true="owl", predicted="cat")
    (root / "run3").rename(root / "zebra")
    after = again(session, root)
    assert after.catalog is not session.catalog and after.selection == session.selection and not after.notice
    assert after.run is not None and after.run.path == root / "zebra" and after.run.name == "run3"


def test_a_run_that_is_called_after_its_folder_is_known_by_its_file(root: Path) -> None:
    about = json.loads((root / "run3" / "run.json").read_text(encoding="utf-8"))
    del about["name"]
    (root / "run3" / "run.json").write_text(json.dumps(about), encoding="utf-8")
    session = moves.go(moves.focus_run(opened(root), "run3"), Tab.MATRIX)
    session = replace(session, versus=Versus(Kind.RUN, "run3"))
    (root / "run3").rename(root / "zebra")
    after = again(session, root)
    assert after.selection.run == "zebra" and after.versus.name == "zebra" and not after.notice
    assert letters(after) == {"A": "run4", "B": "zebra", "C": "run2", "D": "run1"}
    assert moves.back(after).selection.run == "zebra"


def test_a_copy_that_takes_the_place_of_a_run_is_known_by_what_it_says(root: Path) -> None:
    session = moves.focus_run(opened(root), "run2")
    shutil.copytree(root / "run2", root / "moved", copy_function=shutil.copyfile)
    shutil.rmtree(root / "run2")
    after = again(session, root)
    assert after.run is not None and after.run.path == root / "moved" and not after.notice


def test_a_second_run_of_the_same_name_takes_no_letter_away(root: Path) -> None:
    session = opened(root)
    write_run(root / "other" / "run4", seed=9)
    after = again(session, root)
    assert after.selection.run == "run4" and len(letters(after)) == 4
    assert after.run is not None and after.run.path == root / "run4"


@pytest.mark.parametrize("tab", [Tab.RUNS, Tab.MATRIX, Tab.SAMPLES])
def test_a_deleted_run_is_told_of_once_and_its_neighbour_is_focused(root: Path, tab: Tab) -> None:
    session = moves.go(moves.focus_run(opened(root), "run3"), tab)
    shutil.rmtree(root / "run3")
    after = again(session, root)
    assert after.notice == "run3 has gone: removed, or renamed beyond recognition."
    assert after.selection.run == "run2" and after.tab is tab
    assert letters(after) == {"A": "run4", "C": "run2", "D": "run1"}  # nobody changes colour
    write_epoch(root / "run0", 4, "test", classes=4, n=80, seed=5, skill=0.5)
    assert not again(moves.cleared(after), root).notice
    given = moves.toggle_letter(moves.focus_run(after, "run0"))
    assert letters(given) == {"A": "run4", "B": "run0", "C": "run2", "D": "run1"}


def test_the_last_row_falls_to_the_one_before(root: Path) -> None:
    session = moves.focus_run(opened(root), "run0")
    shutil.rmtree(root / "run0")
    assert again(session, root).selection.run == "run1"


def test_another_run_that_goes_moves_nothing(root: Path) -> None:
    session = opened(root)
    shutil.rmtree(root / "run0")
    after = again(session, root)
    assert after.selection == session.selection and "run0 has gone" in after.notice


def test_many_at_once_are_counted(root: Path) -> None:
    session = opened(root)
    for name in ("run0", "run1", "run2", "run3"):
        shutil.rmtree(root / name)
    assert again(session, root).notice.startswith("run0, run1, run2 and 1 more run have gone")


def test_a_run_whose_description_breaks_says_how(root: Path) -> None:
    session = opened(root)
    (root / "run4" / "run.json").write_text("{", encoding="utf-8")
    after = again(session, root)
    assert "run.json" in after.notice and "gone" not in after.notice
    assert after.selection.run == "run3"


def test_a_folder_out_of_reach_for_a_moment_costs_no_letter(root: Path) -> None:
    session = moves.select(moves.focus_run(opened(root), "run2"), epoch=2, true="owl")
    root.rename(root.parent / "away")
    empty = again(session, root)
    assert empty.run is None and not empty.lettered and empty.notice
    (root.parent / "away").rename(root)
    back = again(moves.cleared(empty), root)
    assert back.selection == session.selection and not back.notice


def test_back_to_a_run_that_has_gone_leads_to_one_that_is_there(root: Path) -> None:
    session = moves.go(moves.focus_run(opened(root), "run3"), Tab.MATRIX)
    session = moves.focus_run(session, "run2")
    shutil.rmtree(root / "run3")
    returned = moves.back(again(session, root))
    assert returned.tab is Tab.RUNS and returned.run is not None


def test_when_all_lettered_runs_go_the_others_get_letters(root: Path) -> None:
    session = opened(root)
    for number in range(1, 5):
        shutil.rmtree(root / f"run{number}")
    after = again(session, root)
    assert letters(after) == {"A": "run0"} and after.selection.run == "run0"


def test_arrivals_are_epochs_beyond_those_at_the_start(root: Path) -> None:
    session = opened(root)
    assert not session.alarms.arrived
    write_epoch(root / "run0", 4, "test", classes=4, n=80, seed=5, skill=0.5)
    write_epoch(root / "run1", 3, "test", classes=4, n=80, seed=5, skill=0.5)  # logged again
    write_run(root / "copied", seed=8)
    after = again(session, root)
    assert after.alarms.arrived == {(str(root / "run0"), "test", 4)}
    write_epoch(root / "run0", 5, "test", classes=4, n=80, seed=6, skill=0.5)
    write_run(root / "started", seed=8, epochs=1, state="running")
    later = again(after, root)
    assert later.alarms.arrived == {(str(root / "run0"), "test", 5), (str(root / "started"), "test", 1)}
    (root / "run0").rename(root / "elsewhere")
    assert again(later, root).alarms == later.alarms
