"""Any text is a filter or a sentence: nothing a person types may do more than that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clftui.data.evaluation import Evaluation
from clftui.data.samples import SampleTable
from clftui.state.filters import Expression, FilterError
from clftui.text import harmless
from tests.builders import write_collection
from tests.robust.screens import Screen, drive, session_of

NAMES = st.sampled_from(["true", "predicted", "confidence", "true_score", "true_rank", "loss", "wrong", "right", "id",
                         "path", "nothing", "__class__", "open"])  # fmt: skip
VALUES = st.sampled_from(["1", "-1", "0.5", "1e999", "9" * 400, '"cat"', "'\\x1b[2J'", "True", "None", "1j", "b'x'",
                          "...", '["cat", 1]', "(1, 2)", "{'a'}", "[]", "[[1]]", "f'{1}'"])  # fmt: skip
OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "and", "or", "+", "**", ",", ":="])


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.tuples(parts, OPERATORS, parts).map(" ".join),
        st.tuples(st.sampled_from(["not ", "-", "~", "lambda: ", "await "]), parts).map("".join),
        parts.map(lambda inner: f"({inner})"),
        parts.map(lambda inner: f"{inner}.real"),
        parts.map(lambda inner: f"{inner}[0]"),
        parts.map(lambda inner: f"{inner}()"),
    )


EXPRESSIONS = st.recursive(st.one_of(NAMES, VALUES), _joined, max_leaves=6)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> tuple[Evaluation, SampleTable | None]:
    session = session_of(write_collection(tmp_path_factory.mktemp("filters") / "runs", runs=1))
    evaluation = session.evaluation()
    assert evaluation is not None and session.run is not None
    return evaluation, session.run.samples("test")


def attempt(text: str, evaluation: Evaluation, samples: SampleTable | None) -> str:
    """What comes of a text: "mask", or the sentence that refuses it."""
    try:
        mask = Expression(text).mask(evaluation, samples)
    except FilterError as error:
        assert str(error) == harmless(str(error)) and "\n" not in str(error)
        return str(error)
    assert mask.dtype == np.bool_ and mask.shape == (evaluation.n,)
    return "mask"


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(EXPRESSIONS, st.text(max_size=30)))
def test_any_text_is_a_mask_or_a_sentence(text: str, one: tuple[Evaluation, SampleTable | None]) -> None:
    attempt(text, *one)
    attempt(text, one[0], None)


@pytest.mark.parametrize("inner", ["-", "not ", "("])
@pytest.mark.parametrize("depth", [60, 400, 1000, 3000, 20_000])
def test_deep_texts(one: tuple[Evaluation, SampleTable | None], inner: str, depth: int) -> None:
    text = inner * depth + "wrong" + ")" * (depth if inner == "(" else 0)
    assert (depth == 60 and inner == "(") or len(attempt(text, *one)) < 400


def test_a_filter_that_cannot_be_answered_is_told_and_kept_out(tmp_path: Path) -> None:
    async def script(screen: Screen) -> None:
        await screen.press("3", "f", *"nothing > 1", "enter")
        assert "nothing is no column" in screen.words
        await screen.press("escape", "f", *"wrong", "enter")
        await screen.settle()
        assert screen.session.filters != () and "wrong" in screen.text

    drive(session_of(write_collection(tmp_path / "runs", runs=2)), script)
