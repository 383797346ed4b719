"""What to collect: each reason appears where the numbers give it, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from clftui.analysis.collect import Kind, SampleScores, Suggestion, collect_suggestions, needed
from clftui.analysis.confusion import count, from_dense
from clftui.analysis.intervals import wilson

NAMES = ["ant", "bee", "cow"]

pytestmark = pytest.mark.row("P17")


def by_class(suggestions: list[Suggestion]) -> dict[str, Suggestion]:
    return {s.name: s for s in suggestions}


def test_a_good_run_suggests_nothing() -> None:
    assert collect_suggestions(from_dense(np.diag([500, 500, 500]) + 2), NAMES) == []


def test_few_or_no_samples_ask_to_measure_first() -> None:
    c = from_dense([[500, 5, 0], [1, 7, 0], [0, 0, 0]])
    found = by_class(collect_suggestions(c, NAMES))
    assert set(found) == {"bee", "cow"}
    assert found["cow"].kinds == (Kind.MEASURE,) and "no sample" in found["cow"].reasons[0]
    assert found["bee"].kinds == (Kind.MEASURE,)
    assert found["bee"].reasons[0].startswith("only 8 samples here: its recall lies anywhere in 53–98 %")
    assert f"about {needed(7 / 8) - 8} more" in found["bee"].reasons[0]
    low, high = wilson(7, 8)
    assert (found["bee"].low, found["bee"].high) == (float(low), float(high))
    assert np.isnan(found["cow"].recall)


def test_needed_samples_give_the_arm_they_promise() -> None:
    for share in (0.3, 0.5, 0.9):
        n = needed(share)
        low, high = wilson(round(share * n), n)
        assert float(high - low) / 2 == pytest.approx(0.05, abs=0.003)
    assert needed(1.0) == needed(0.9)


def test_priority_is_the_gap_to_the_mean_and_orders() -> None:
    c = from_dense([[90, 10, 0], [30, 70, 0], [2, 0, 3]])
    found = collect_suggestions(c, NAMES, top=None)
    mean = (0.9 + 0.7 + 0.6) / 3
    for s in found:
        assert s.priority == pytest.approx(max(0.0, mean - s.low))
    assert [s.name for s in found] == ["cow", "bee"]
    assert [s.name for s in collect_suggestions(c, NAMES, top=1)] == ["cow"]


def test_low_recall_is_said_where_its_whole_interval_is_low() -> None:
    c = from_dense([[920, 40, 40], [150, 700, 150], [40, 40, 920]])
    found = by_class(collect_suggestions(c, NAMES))
    assert Kind.RECALL in found["bee"].kinds and set(found) == {"bee"}
    assert "300 of 1,000 are missed" in found["bee"].reasons[0]


def test_one_sided_and_mutual_confusion_ask_for_different_things() -> None:
    one_sided = from_dense([[160, 40, 0], [2, 198, 0], [0, 0, 200]])
    found = by_class(collect_suggestions(one_sided, NAMES))["ant"]
    assert Kind.CONFUSION in found.kinds and Kind.OVERLAP not in found.kinds
    sentence = found.reasons[found.kinds.index(Kind.CONFUSION)]
    assert sentence == "40 of 200 ant are taken for bee, but 2 of 200 bee for ant: collect ant that look like bee"
    mutual = from_dense([[160, 40, 0], [38, 162, 0], [0, 0, 200]])
    both = by_class(collect_suggestions(mutual, NAMES))
    assert Kind.OVERLAP in both["ant"].kinds and Kind.OVERLAP in both["bee"].kinds
    assert not any(Kind.CONFUSION in s.kinds for s in both.values())
    assert found.confused_with == ((1, 40, 0.2),)


def test_the_lesser_direction_of_a_one_sided_confusion_is_not_blamed() -> None:
    c = from_dense([[120, 80, 0], [20, 180, 0], [0, 0, 200]])
    found = by_class(collect_suggestions(c, NAMES))
    assert Kind.CONFUSION in found["ant"].kinds
    assert "bee" not in found


def test_sure_errors_point_at_labels_and_lead_the_evidence() -> None:
    true = np.array([0] * 6 + [1] * 6 + [-1])
    predicted = np.array([0, 0, 1, 1, 1, -1] + [1] * 6 + [0])
    confidence = np.array([0.9, 0.9, 0.5, 0.97, 0.99, np.nan] + [0.9] * 6 + [1.0])
    true_score = np.array([0.9, 0.9, 0.4, 0.001, 0.2, np.nan] + [0.9] * 6 + [0.0])
    c = count(true, predicted, 3)
    samples = SampleScores(true, predicted, confidence, true_score)
    found = by_class(collect_suggestions(c, NAMES, samples))
    # The suspect label (row 3) leads; then the surest error, the unsure one, and last the one without an answer.
    assert found["ant"].evidence == (3, 4, 2, 5)
    assert found["ant"].kinds[-2:] == (Kind.LABELS, Kind.UNANSWERED)
    assert found["ant"].reasons[-2].startswith("1 of 4 missed samples is predicted otherwise at 90 % or more")
    assert Kind.LABELS not in found["bee"].kinds and found["bee"].evidence == ()
    few = by_class(collect_suggestions(c, NAMES, samples, evidence=2))
    assert few["ant"].evidence == (3, 4)


def test_without_scores_there_is_evidence_but_no_verdict_on_labels() -> None:
    true, predicted = np.array([0, 0, 0, 1]), np.array([1, 0, 2, 1])
    found = by_class(collect_suggestions(count(true, predicted, 3), NAMES, SampleScores(true, predicted)))
    assert found["ant"].evidence == (0, 2)
    assert all(Kind.LABELS not in s.kinds for s in found.values())
    assert collect_suggestions(count(true, predicted, 3), NAMES)[0].evidence == ()


def test_names_in_sentences_cannot_reach_the_terminal_raw() -> None:
    c = from_dense([[160, 40], [2, 198]])
    found = collect_suggestions(c, ["a\x1b[2J", "b\nc"])
    assert found[0].name == "a\x1b[2J"
    assert all(sentence.isprintable() for s in found for sentence in s.reasons)
    assert any("a·[2J are taken for b c" in sentence for sentence in found[0].reasons)


def test_nothing_labelled_suggests_labels_for_all() -> None:
    found = collect_suggestions(from_dense(np.zeros((3, 3))), NAMES, top=None)
    assert [s.kinds for s in found] == [(Kind.MEASURE,)] * 3 and all(s.priority == 0 for s in found)
