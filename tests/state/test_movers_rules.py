"""Rules in TOML: what they may say, and one clear sentence for what they may not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clftui.analysis.changes import paired_changes
from clftui.analysis.confusion import from_dense
from clftui.analysis.metrics import Metric
from clftui.schema import FormatError
from clftui.state.rules import Rule, broken_rules, cell_of, read_rules, unknown_names


def write(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_rules_are_read(tmp_path: Path) -> None:
    text = """
[[rule]]
class = "cat"
metric = "f1"
min = 0.8
for = 3

[[rule]]
class = "*"
drop = 0.05

[[rule]]
cell = "cat->dog"
sigmas = 3
"""
    assert read_rules(write(tmp_path, text)) == (
        Rule("cat", Metric.F1, "min", 0.8, 3), Rule("*", Metric.RECALL, "drop", 0.05), Rule(cell="cat->dog", sigmas=3.0)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "rule is missing"),
        ("[[rule]", "is no TOML"),
        ("[[rules]]\nclass = 'a'", "rules is not known"),
        ("rule = 3", "is no list of tables"),
        ("[[rule]]\nmin = 0.5", "rule 1 names neither a class nor a cell"),
        ("[[rule]]\nclass='a'\ncell='a->b'", "names both"),
        ("[[rule]]\nclass='a'", "needs one of min, max and drop"),
        ("[[rule]]\nclass='a'\nmin=0.1\nmax=0.2", "needs one of min, max and drop"),
        ("[[rule]]\nclass='a'\nmin=80", "min that is no share from 0 to 1"),
        ("[[rule]]\nclass='a'\nmin=nan", "min that is no share"),
        ("[[rule]]\nclass='a'\nmin=true", "min that is no share"),
        ("[[rule]]\nclass=3\nmin=0.1", "class that is no name"),
        ("[[rule]]\nclass='a'\nmetric='AP'\nmin=0.1", "the metric AP; there are recall, precision, F1"),
        ("[[rule]]\nclass='a'\nmin=0.1\nfor=0", "no whole number of epochs"),
        ("[[rule]]\nclass='a'\nmin=0.1\nfor=1.5", "no whole number of epochs"),
        ("[[rule]]\nclass='a'\nmin=0.1\nsigmas=2", "`sigmas`, which is for cells"),
        ("[[rule]]\nclass='a'\nmin=0.1\nevery=2", "the field every, which no rule has"),
        ("[[rule]]\nclass='a'\nmin=0.1\n[[rule]]\ncell='a->b'", "rule 2 has a cell and no sigmas"),
        ("[[rule]]\ncell='a b'\nsigmas=2", "not written true->predicted"),
        ("[[rule]]\ncell='->b'\nsigmas=2", "not written true->predicted"),
        ("[[rule]]\ncell='a->b'\nsigmas=2\nmin=0.1", "`min`, which is for classes"),
        ("[[rule]]\ncell='a->b'\nsigmas=inf", "no sigmas above 0"),
    ],
)
def test_a_wrong_rule_is_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FormatError) as caught:
        read_rules(write(tmp_path, text))
    message = str(caught.value)
    assert said in message and "\n" not in message and "rules.toml" in message


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_rules(tmp_path / "none.toml")


def test_cells_are_found_also_where_names_hold_arrows() -> None:
    classes = ("a->b", "c", "a", "b->c")
    assert cell_of("a->b->c", classes) in ((0, 1), (2, 3))
    assert cell_of("c -> a", classes) == (1, 2) and cell_of("c->d", classes) is None
    assert unknown_names((Rule("x"), Rule("*"), Rule(cell="c->d", sigmas=1), Rule("c")), classes) == ("x", "c->d")


def test_bounds_need_all_of_their_epochs() -> None:
    low, high = from_dense([[6, 4], [0, 10]]), from_dense([[9, 1], [0, 10]])
    rule = Rule("a", value=0.7, epochs=2)
    names = ("a", "b")
    assert not broken_rules((rule,), names, (low,), None, None), "one epoch is not two"
    assert not broken_rules((rule,), names, (high, low), None, None)
    [found] = broken_rules((rule,), names, (high, low, low), None, None)
    assert (found.name, found.value, found.words) == ("a", 0.6, "recall < 70 % for 2 epochs: 60.0 %")
    most = Rule("*", Metric.PRECISION, "max", 0.95)
    assert [each.name for each in broken_rules((most,), names, (low,), None, None)] == ["a"]
    empty = from_dense([[0, 0], [0, 10]])
    assert not broken_rules((rule, Rule("a", value=0.9)), names, (empty, empty), None, None), "undefined breaks nothing"


def test_drops_are_measured_from_the_reference_or_the_epoch_before_the_first() -> None:
    low, high = from_dense([[6, 4], [0, 10]]), from_dense([[9, 1], [0, 10]])
    names = ("a", "b")
    rule, longer = Rule("a", bound="drop", value=0.2), Rule("a", bound="drop", value=0.2, epochs=2)
    assert broken_rules((rule,), names, (low,), high, None)[0].before == 0.9
    assert not broken_rules((rule,), names, (low,), None, None)
    assert len(broken_rules((rule, longer), names, (high, low), None, None)) == 1
    assert [each.rule for each in broken_rules((rule, longer), names, (high, low, low), None, None)] == [longer]


def test_a_cell_rises_by_standard_errors() -> None:
    true = np.zeros(100, dtype=int)
    before, after = np.zeros(100, dtype=int), np.r_[np.ones(9, dtype=int), np.zeros(91, dtype=int)]
    cells = paired_changes(true, before, after, 2).cells
    rules = Rule(cell="a->b", sigmas=2.9), Rule(cell="a->b", sigmas=3.1)
    [found] = broken_rules(rules, ("a", "b"), (), None, cells)
    assert found.rule == rules[0] and found.value == pytest.approx(3) and found.words == "2.9 sigmas up: 3.0"
    fallen = paired_changes(true, after, before, 2).cells
    assert not broken_rules(rules, ("a", "b"), (), None, fallen)
