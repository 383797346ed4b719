"""What changing the samples costs, as text and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from clftui.data.catalog import open_catalog
from clftui.report import Options, render
from clftui.state.filters import FilterError
from clftui.state.session import Session, open_session
from tests.builders import write_collection
from tests.changed_splits import write_changed


def session_of(root: Path) -> Session:
    return open_session(open_catalog([root]), split="test")


@pytest.mark.row("B29")
def test_json_has_every_node_under_every_change(tmp_path: Path) -> None:
    whole = json.loads(render(session_of(write_changed(tmp_path)), "sensitivity", "json"))["data"]
    assert (whole["base"], whole["epoch"], whole["metric"]) == ("test", 3, "recall")
    assert [each["name"] for each in whole["changes"]] == ["grayscale", "rotate90"]
    assert [(each["name"], each["kind"]) for each in whole["of"]] == [
        ("all classes", "all"), ("pets", "group"), ("cat", "class"), ("dog", "class"),
        ("wild", "group"), ("fox", "class"), ("owl", "class"),
    ]  # fmt: skip
    cat = whole["of"][2]
    assert cat["path"] == ["pets", "cat"] and cat["n"] == 20
    assert cat["under"][1]["change"] == pytest.approx(-0.75)
    sets = whole["sets"]
    assert sets["n"] == sum(each["count"] for each in sets["patterns"]) == 80
    assert sets["splits"] == ["test", "test-grayscale", "test-rotate90"]


def test_text_says_what_is_right_where(tmp_path: Path) -> None:
    text = render(session_of(write_changed(tmp_path)), "sensitivity", "text", Options(level=1))
    assert "Sensitivity of cnn, test, epoch 3: recall" in text
    assert "  16: test, test-grayscale right; test-rotate90 wrong" in text
    assert "pets" in text and "cat " not in text


def test_top_keeps_what_loses_most(tmp_path: Path) -> None:
    whole = json.loads(render(session_of(write_changed(tmp_path)), "sensitivity", "json", Options(top=2)))["data"]
    assert [each["name"] for each in whole["of"]] == ["all classes", "cat", "owl"]


def test_without_changed_splits_it_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilterError, match="clftui perturb"):
        render(session_of(write_collection(tmp_path, runs=1)), "sensitivity", "text")
