"""The filter language: what it accepts, what it means, and that it never runs anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clftui.data.catalog import open_catalog
from clftui.data.run import Run
from clftui.state.filters import Expression, FilterError, apply_filters
from clftui.state.session import open_session
from tests.builders import write_collection


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    root = write_collection(tmp_path_factory.mktemp("filters"), runs=1)
    return open_catalog([root]).runs[0]


def passing(run: Run, text: str) -> np.ndarray:
    evaluation = run.evaluation("test", 3)
    assert evaluation is not None
    mask = apply_filters((Expression(text),), evaluation, run.samples("test"))
    assert mask is not None
    return mask


def test_comparisons_names_and_logic(run: Run) -> None:
    evaluation = run.evaluation("test", 3)
    assert evaluation is not None
    confidence, true = evaluation.confidence(), evaluation.true
    sure = confidence > np.float32(0.9)
    assert passing(run, "confidence > .9").tolist() == sure.tolist()
    assert passing(run, 'true == "dog"').tolist() == (true == 1).tolist()
    assert passing(run, 'confidence > .9 and not true == "dog"').tolist() == (sure & (true != 1)).tolist()
    assert (
        passing(run, 'true in ("cat", "owl") or wrong').tolist()
        == (np.isin(true, [0, 3]) | (true != evaluation.predicted)).tolist()
    )
    assert passing(run, ".2 < confidence <= .9").tolist() == ((confidence > np.float32(0.2)) & ~sure).tolist()
    assert passing(run, 'id == "0007"').sum() == 1
    assert passing(run, "true_rank > 1").tolist() == (evaluation.true_rank() > 1).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')", "confidence.real > 1", "[x for x in y]", "lambda: 1", "confidence +",
        "f'{confidence}'", "confidence > (1).bit_length()", "open('x')", "confidence ** 9 > 1", "(a := 1)", "",
    ],
)  # fmt: skip
def test_everything_but_comparisons_is_refused(text: str) -> None:
    with pytest.raises(FilterError):
        Expression(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("nonsense > 1", "nonsense is no column"),
        ("loss > 1", "logged no loss"),
        ("confidence", "not a condition"),
        ("1 < 2", "needs a column"),
        ('confidence > "high"', "beside a number"),
        ('"cat" in true', "`in` is written"),
    ],
)
def test_mistakes_are_told_in_one_sentence(run: Run, text: str, says: str) -> None:
    with pytest.raises((FilterError, TypeError)) as caught:
        passing(run, text)
    assert isinstance(caught.value, FilterError)
    assert says in str(caught.value)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
@settings(max_examples=150)
def test_any_text_is_either_a_filter_or_a_sentence(text: str) -> None:
    try:
        Expression(text)
    except FilterError as error:
        assert "\n" not in str(error) and "\x1b" not in str(error)


def test_undefined_never_passes(tmp_path: Path) -> None:
    from tests.builders import write_run

    write_run(tmp_path / "bare", scores=False)
    session = open_session(open_catalog([tmp_path]))
    run = session.run
    assert run is not None
    assert passing(run, "confidence > 0").sum() == 0
    assert passing(run, "confidence <= 1").sum() == 0
