"""What was done, as lines: from sessions to lines and back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.app.recorder import KEPT, Recorder, new_script
from clftui.state.filter_values import InGroup, Named, NotInTopK, OnlyRight, PredictedScore, TrueScore, WrongInEpochs
from clftui.state.filters import Expression, Filter, FilterError
from clftui.state.flip_filter import Flip, Flipped
from clftui.state.group_filters import Examples
from clftui.state.listed_filter import InPart, RightAtLayer
from clftui.state.map_filter import OnMap
from clftui.state.mover_filter import Moved
from clftui.state.moves import Step, add_filter, back, drill_to_samples, drop_filter, go, select, step_epoch
from clftui.state.sample_history import Became, History
from clftui.state.score_filter import ScoreOf
from clftui.state.script import lines_between, read_script, run_script
from clftui.state.script_values import KNOWN, decoded, encoded
from clftui.state.selection import Part, Scope, Tab
from clftui.state.session import Session
from clftui.state.tag_filter import Tagged
from clftui.state.unit_filter import UnitResponse
from clftui.state.versus import Kind, Versus
from clftui.state.what_if import Amount, WhatIf
from tests.matrices import COUNTS, session_on

EVERY: tuple[Filter, ...] = (
    Expression('confidence > .9 and true == "cat"'),
    OnlyRight(False),
    NotInTopK(5),
    PredictedScore(0.5, 0.75),
    TrueScore(0, 0.1),
    InGroup("pets", frozenset({"cat", "dog"}), predicted=True),
    WrongInEpochs(3),
    Named("likely mislabelled", "confidence > .9"),
    Examples("pets", frozenset({"cat"}), 2),
    Flipped(Flip.NEWLY_WRONG, Versus(Kind.RUN, "b"), (OnlyRight(True), Expression("loss > 1"))),
    Moved(True, "dog", frozenset({"dog"}), Versus(Kind.EPOCH, epoch=2)),
    Became(History.LOST),
    Tagged("bad image", without=True),
    ScoreOf("cat", 0.2, 0.8),
    OnMap("2 of test in a map box", "test", frozenset({"0001", "é\n"})),
    InPart("part 2 of 3 of true Shirt at fc64", "test", frozenset({"0001"})),
    RightAtLayer("1 sample right at fc64, wrong in the output", "test", frozenset({"0001"})),
    UnitResponse("fc64", 35, 0.5),
)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path / "runs", {"a": [COUNTS, COUNTS, COUNTS], "b": [COUNTS]})


@pytest.mark.parametrize("each", EVERY, ids=lambda each: type(each).__name__)
def test_every_kind_of_filter_survives_its_line(session: Session, each: Filter) -> None:
    [line] = lines_between(session, replace(session, filters=(each,)))
    assert line.startswith(("filter ", "keep {"))
    again, problems = run_script(session, [line])
    assert again.filters == (each,) and not problems


def test_no_kind_of_filter_is_forgotten() -> None:
    assert {type(each).__name__ for each in EVERY} | {"Versus", "Scope", "WhatIf", "Amount"} == set(KNOWN)


def test_what_is_supposed_survives_its_line(session: Session) -> None:
    what_if = WhatIf("a", 1.5, (Amount('a "b" >= c', 0.25),), (Amount("cat", 2.0),), (("cat", "dog"), ("x", "y")))
    [line] = lines_between(session, replace(session, what_if=what_if))
    assert line.startswith('what if {"WhatIf"')
    again, problems = run_script(session, [line])
    assert again.what_if == what_if and not problems
    [line] = lines_between(again, session)
    assert line == "what if nothing" and run_script(again, [line])[0].what_if is None
    _, problems = run_script(session, ['what if {"Scope": {}}'])
    assert problems == ['line 1, what if {"Scope": {}}: it is no line of a script']


@given(
    true=st.none() | st.text(max_size=8),
    part=st.sampled_from(Part),
    classes=st.lists(st.text(max_size=5), max_size=3),
    title=st.text(max_size=9),
)
def test_scopes_survive_whatever_their_classes_are_called(
    true: str | None, part: Part, classes: list[str], title: str
) -> None:
    scope = Scope(true, None, part, tuple(classes), (), title)
    assert decoded(encoded(scope)) == scope


@pytest.mark.row("N12")
def test_a_walk_through_the_views_is_walked_again(session: Session) -> None:
    walk: list[Step] = [
        lambda s: go(s, Tab.MATRIX),
        lambda s: select(s, true="dog", predicted="cat"),
        lambda s: add_filter(s, Expression("wrong")),
        lambda s: step_epoch(s, -1),
        lambda s: drill_to_samples(s, Scope("dog", "cat")),
        lambda s: select(s, sample="3", detail=True),
        back,
        lambda s: add_filter(s, NotInTopK(1)),
        lambda s: drop_filter(s, 0),
        lambda s: replace(s, versus=Versus(Kind.BEST)),
        lambda s: select(s, runs=("b", "a"), run="b", group=("pets", "small"), span=(1, 2)),
        lambda s: select(s, group=None, span=None, epoch=None),
    ]
    lines, now = [], session
    for step in walk:
        after = step(now)
        lines += lines_between(now, after)
        now = after
    again, problems = run_script(session, lines)
    assert not problems
    assert (again.tab, again.selection, again.filters, again.versus) == (
        now.tab, now.selection, now.filters, now.versus,
    )  # fmt: skip
    assert 'cell "dog" -> "cat"' in lines and "filter wrong" in lines and "epoch newest" in lines


def test_what_is_not_there_any_more_costs_a_sentence_and_nothing_else(session: Session) -> None:
    lines = [
        "# yesterday", "", 'cell "yak" -> "cat"', 'run "gone"', 'split "train"', "filter confidence >", "keep {}",
        'keep {"Popen": {"args": "ls"}}', 'keep {"NotInTopK": {"k": "5"}}', 'keep {"NotInTopK": {"q": 5}}',
        'tab "nowhere"', 'cell "a', "fly away", "against moon", 'drop filter "x"', 'tab "matrix"',
    ]  # fmt: skip
    after, problems = run_script(session, lines)
    assert after.tab is Tab.MATRIX and after.filters == () and after.selection.run == session.selection.run
    assert len(problems) == len(lines) - 3
    assert problems[0] == 'line 3, cell "yak" -> "cat": there is no class yak'
    assert not any("Traceback" in each or "\n" in each for each in problems)


def test_unknown_dataclasses_are_never_built() -> None:
    wrongs: tuple[object, ...] = (
        {"Session": {}}, {"Scope": {}, "Versus": {}}, [], {"Scope": 3}, {"OnlyRight": {"right": 1}},
    )  # fmt: skip
    for wrong in wrongs:
        with pytest.raises(FilterError):
            decoded(wrong)


def test_names_that_no_line_can_hold_are_escaped(session: Session) -> None:
    odd = select(session, sample="a\nb\u2028\ud800", detail=True)
    [line] = lines_between(session, odd)
    assert "\n" not in line and line.isprintable()
    assert run_script(session, [line])[0].selection.sample == "a\nb\u2028\ud800"


@pytest.mark.row("N12")
def test_a_recorder_writes_where_the_cursor_was_when_it_mattered(tmp_path: Path, session: Session) -> None:
    path, session = tmp_path / "scripts" / "one.clf", replace(session, tab=Tab.RUNS)
    recorder = Recorder(path, session)
    now = go(session, Tab.MATRIX)
    recorder.saw(now)
    for true in ("cat", "dog", "fox"):
        now = select(now, true=true, predicted="cat")
        recorder.saw(now)
    recorder.saw(now)
    now = drill_to_samples(now, Scope("fox", "cat"))
    recorder.saw(now)
    recorder.add('tag "3" "hard"')
    now = select(now, sample="4", detail=False)
    recorder.saw(now)
    recorder.close()
    assert read_script(path) == [
        'tab "matrix"',
        'cell "fox" -> "cat"',
        'tab "samples"',
        'samples {"true": "fox", "predicted": "cat"}',
        'tag "3" "hard"',
        'sample "4"',
    ]
    again, problems = run_script(session, read_script(path))
    assert not problems and again.selection == now.selection


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path: Path, session: Session) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    recorder = Recorder(tmp_path / "file" / "one.clf", session)
    recorder.saw(go(session, Tab.RUNS))
    recorder.saw(go(session, Tab.RANKING))
    recorder.close()


def test_old_scripts_make_room(tmp_path: Path, session: Session) -> None:
    for number in range(KEPT + 5):
        (tmp_path / f"{number:03d}.clf").write_text("", encoding="utf-8")
    path = new_script(session, tmp_path)
    recorder = Recorder(path, session)
    recorder.add("epoch newest")
    assert path.exists() and len(list(tmp_path.glob("*.clf"))) == KEPT
