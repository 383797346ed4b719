"""Latent subclasses as values: which samples, their parts, the layers around, what keys do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.intervals import wilson
from clftui.state import features_view, subclasses_layers, subclasses_view
from clftui.state.filters import Expression
from clftui.state.listed_filter import InPart
from clftui.state.moves import select
from clftui.state.sample_list import Nothing, SampleList, listing
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.subclasses_layers import layer_lines, look_through, ranked
from clftui.state.subclasses_members import MOST, members, sources
from clftui.state.subclasses_model import Pending, Shown, cursor, id_at, shown, units
from clftui.state.subclasses_settings import Arranged, Which
from clftui.state.subclasses_words import counted, suggestion
from tests.idle_worker import give_up_slow
from tests.parted import kinds_of, parted, work_here


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    give_up_slow()
    work_here(monkeypatch)
    return parted(tmp_path / "all")


def of(session: Session) -> Shown:
    found = shown(session, wait=True)
    assert isinstance(found, Shown)
    return found


def on(session: Session, name: str) -> Session:
    return select(session, true=name)


@pytest.mark.row("B25")
def test_a_class_of_two_kinds_is_parted_by_the_layer_that_tells_them(session: Session) -> None:
    found = of(on(session, "cat"))
    assert found.parts == found.kinds.suggested == 2
    kind = kinds_of()[found.kinds.members.positions]
    for facts in found.facts:
        own = found.order[facts.start : facts.end]
        assert len(set(kind[own].tolist())) == 1 and set(facts.faces.tolist()) <= set(own.tolist())
    assert sum(facts.n for facts in found.facts) == found.kinds.n
    assert "2 parts suggested" in suggestion(found.kinds)


def test_a_class_of_one_kind_is_not_parted_nor_are_two_in_a_layer_that_does_not_tell_them(session: Session) -> None:
    assert of(on(session, "owl")).parts == 1
    early = replace(session, features=replace(session.features, layer="early"))
    assert of(on(early, "cat")).parts == 1
    assert suggestion(of(on(early, "cat")).kinds).startswith("no split suggested: ")


def test_a_sample_that_every_unit_answers_alike_is_left_out_and_counted(session: Session) -> None:
    found = of(on(session, "cat"))
    assert found.kinds.n == 39 and found.kinds.members.constant == 1
    assert counted(found.kinds) == "39 of 40 samples, 1 answered by all units alike"
    assert 7 not in found.kinds.members.positions


def test_parts_tell_how_right_their_samples_are(session: Session) -> None:
    found = of(on(session, "cat"))
    evaluation = found.kinds.members.evaluation
    for facts in found.facts:
        at = found.kinds.members.positions[found.order[facts.start : facts.end]]
        wrong = evaluation.predicted[at] != 0
        assert facts.right == int((~wrong).sum())
        low, high = wilson(facts.right, facts.n)
        assert (facts.share, facts.low, facts.high) == (facts.right / facts.n, float(low), float(high))
        counts = np.bincount(evaluation.predicted[at][wrong], minlength=4)
        assert facts.others == counts.max() and (facts.other < 0 or counts[facts.other] == counts.max())


def test_the_units_that_part_are_those_that_were_made_to(session: Session) -> None:
    shares = units(of(on(session, "cat")))
    assert shares is not None
    assert sorted(np.argsort(-shares)[:2].tolist()) == [3, 5]


@pytest.mark.row("B25")
def test_layers_in_their_order_tell_how_far_their_parts_agree(session: Session) -> None:
    session = on(session, "cat")
    lines = layer_lines(session, of(session), wait=True)
    assert [line.source.name for line in lines] == ["early", "deep"]
    assert [line.kinds.suggested for line in lines if line.kinds] == [1, 2]
    assert np.isnan(lines[0].agrees) and abs(lines[1].agrees) < 0.3


def test_both_orders_keep_parts_together(session: Session) -> None:
    session = on(session, "cat")
    turned = subclasses_view.next_order(session)
    assert turned.notice == "Samples in spectral order."
    spectral = of(turned)
    assert spectral.arranged is Arranged.SPECTRAL
    for found in (of(session), spectral):
        assert np.all(np.diff(found.label[found.order]) >= 0)
        assert sorted(found.order.tolist()) == list(range(found.kinds.n))


def test_keys_ask_for_more_parts_and_for_the_suggestion(session: Session) -> None:
    session = on(session, "cat")
    of(session)
    more = subclasses_view.more_parts(session, 1)
    assert of(more).parts == 3 and "2 suggested" in more.notice
    assert of(subclasses_view.as_suggested(more)).parts == 2
    fewer = subclasses_view.more_parts(subclasses_view.more_parts(session, -1), -1)
    assert of(fewer).parts == 1 and fewer.notice == "1 part is the least."
    assert of(subclasses_view.on_class(more, "dog")).parts == 1


def test_the_cursor_goes_through_samples_parts_and_classes(session: Session) -> None:
    session = on(session, "cat")
    found = of(session)
    assert cursor(session, found) == 0
    down = features_view.move(session, 1, 0, (10, 1))
    assert cursor(down, found) == 4
    assert cursor(features_view.move(down, 10**6, 0, (10, 1)), found) == found.kinds.n - 1
    second = subclasses_view.next_part(session)
    assert found.part_at(cursor(second, found)).number == 2
    assert second.selection.sample == id_at(found, int(found.facts[1].faces[0]))
    beside = features_view.move(session, 0, 1, (10, 1))
    assert beside.selection.true != "cat" and beside.selection.sample is None


@pytest.mark.row("B25")
def test_enter_opens_the_samples_of_the_part_alone(session: Session) -> None:
    session = subclasses_view.next_part(on(session, "cat"))
    found = of(session)
    assert features_view.below(session) == "part 2"
    there = features_view.drill(session)
    listed = listing(there)
    assert there.tab is Tab.SAMPLES and isinstance(listed, SampleList)
    facts = found.facts[1]
    wanted = found.kinds.members.positions[found.order[facts.start : facts.end]]
    assert sorted(listed.positions.tolist()) == sorted(wanted.tolist())
    assert there.filters[-1].describe() == "part 2 of 2 of cat at deep"
    assert isinstance(there.filters[-1], InPart)


def test_a_part_is_selected_and_left_out_again(session: Session) -> None:
    session = on(session, "cat")
    chosen = subclasses_view.choose(session)
    assert len(chosen.selection.chosen) == of(session).facts[0].n
    assert not subclasses_view.choose(chosen).selection.chosen


def test_samples_of_the_predicted_class_and_of_the_cell(session: Session) -> None:
    session = select(session, true="cat", predicted="dog")
    evaluation = session.evaluation()
    assert evaluation is not None
    predicted = subclasses_view.next_which(session)
    own = of(predicted).kinds.members
    assert own.about.which is Which.PREDICTED and set(evaluation.predicted[own.positions].tolist()) == {1}
    for facts in of(predicted).facts:
        at = own.positions[of(predicted).order[facts.start : facts.end]]
        assert facts.right == int((evaluation.true[at] == 1).sum())
    cell = subclasses_view.next_which(predicted)
    found = shown(cell, wait=True)
    if isinstance(found, Shown):
        assert set(evaluation.true[found.kinds.members.positions].tolist()) == {0}
    else:
        assert isinstance(found, Nothing) and "cat → dog" in found.sentence


def test_classes_are_looked_through_and_the_clearest_comes_first(session: Session) -> None:
    subclasses_layers._known.clear()
    assert subclasses_view.next_parted(session).notice.startswith("No class is known to fall into parts (0 of 4")
    assert not look_through(session, wait=True)
    lines, known = ranked(session)
    assert known == 4 and [line.name for line in lines] == ["cat"]
    assert subclasses_view.next_parted(on(session, "owl")).selection.true == "cat"


def test_filters_narrow_the_samples(session: Session) -> None:
    session = on(replace(session, filters=(Expression("predicted == 'cat'"),)), "cat")
    own = of(session).kinds.members
    assert set(own.evaluation.predicted[own.positions].tolist()) == {0}


def test_of_many_samples_a_seeded_share_is_compared(tmp_path: Path) -> None:
    session = on(parted(tmp_path / "many", n=4 * (MOST + 200)), "dog")
    source = sources(session)[-1]
    from clftui.state.subclasses_members import about

    subject = about(session)
    assert subject is not None
    found = members(session, source, subject)
    assert not isinstance(found, Nothing)
    assert (found.n, found.whole) == (MOST, MOST + 200)
    evaluation = found.evaluation
    of_all = np.bincount(evaluation.predicted[evaluation.true == 1], minlength=4) / found.whole
    drawn = np.bincount(evaluation.predicted[found.positions], minlength=4) / found.n
    np.testing.assert_allclose(drawn, of_all, atol=0.002)


def test_class_means_alone_are_said_to_be_too_little(tmp_path: Path) -> None:
    found = shown(parted(tmp_path / "means", values=False))
    assert isinstance(found, Nothing) and "class means alone were recorded" in found.sentence
    none = shown(parted(tmp_path / "none", layers=()))
    assert isinstance(none, Nothing) and "clftui respond" in none.sentence


def test_features_of_the_evaluation_stand_for_a_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from clftui.state.features_settings import FeaturesVariant
    from tests.mapped import mapped, write_mapped

    work_here(monkeypatch)
    session = features_view.open_variant(mapped(write_mapped(tmp_path)), FeaturesVariant.SUBCLASSES)
    assert [source.name for source in sources(session)] == ["features"]
    assert of(on(session, "owl")).kinds.members.values.shape[1] == 3


def test_until_the_worker_answers_it_is_said_what_it_does(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from clftui.state import map_tasks
    from clftui.state.later import Later
    from clftui.worker.client import WORKER

    gate, call = threading.Event(), WORKER.call
    monkeypatch.setattr(WORKER, "call", lambda *given: gate.wait(10) and call(*given))
    slow = Later()
    monkeypatch.setattr(map_tasks, "SLOW", slow)
    found = shown(on(session, "fox"))
    assert isinstance(found, Pending) and found.words == "Comparing 40 samples of fox at deep"
    gate.set()
    assert slow.settle()
    assert isinstance(shown(on(session, "fox")), Shown)
