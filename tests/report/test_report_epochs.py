"""`--view epochs`: every number is that of the run's own confusions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clftui.analysis.metrics import Metric, accuracy, per_class
from clftui.data.catalog import open_catalog
from clftui.report import Options, render
from clftui.state.moves import select
from clftui.state.session import Session, open_session
from tests.builders import CLASSES, write_run


@pytest.fixture
def session(tmp_path: Path) -> Session:
    write_run(tmp_path / "a", epochs=4, seed=1, skill=0.8)
    write_run(tmp_path / "b", epochs=2, seed=2, classes=(*CLASSES[:3], "yak"))
    return select(open_session(open_catalog([tmp_path])), run="a")


@pytest.mark.row("C9")
def test_json_has_every_class_in_every_epoch(session: Session) -> None:
    for metric in (Metric.RECALL, Metric.F1):
        chosen = replace(session, ranking=replace(session.ranking, metric=metric))
        found = json.loads(render(chosen, "epochs", "json"))["data"]
        assert found["metric"] == metric.value and sorted(found["classes"]) == sorted(CLASSES)
        for entry in found["runs"]:
            run = chosen.catalog.run(entry["run"])
            assert run is not None and tuple(entry["epochs"]) == run.epochs("test")
            for at, epoch in enumerate(entry["epochs"]):
                evaluation = run.evaluation("test", epoch)
                assert evaluation is not None
                assert entry["accuracy"][at] == accuracy(evaluation.confusion)
                own = per_class(evaluation.confusion, metric)
                for name, values in zip(found["classes"], entry["values"], strict=True):
                    index = run.class_index.get(name)
                    if index is None:
                        assert values[at] is None
                    else:
                        assert values[at] == pytest.approx(own[index], rel=1e-6)
            for values, best in zip(entry["values"], entry["best_epoch"], strict=True):
                known = [value for value in values if value is not None]
                assert best == (entry["epochs"][values.index(max(known))] if known else None)


def test_text_has_a_line_a_class_and_run_within_the_range(session: Session) -> None:
    shown = render(select(session, span=(2, 3)), "epochs", "csv", Options(top=1)).splitlines()
    assert shown[0] == "class,run,first,best,best epoch,last,last epoch,beyond chance"
    assert [line.split(",")[:2] for line in shown[1:3]] == [["accuracy", "a"], ["accuracy", "b"]]
    assert len(shown) == 5 and [line.split(",")[6] for line in shown[3:]] == ["3", "2"]
    assert "recall over the epochs, test" in render(session, "epochs", "text")
