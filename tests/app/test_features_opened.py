"""Features opened at one of its variants, by the command line, and what `e` writes of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clftui.app.export import suggested_name, view_of
from clftui.cli import REPORT_VIEWS
from clftui.launch import opened_so
from clftui.plain import CHOICES
from clftui.report import Options, render
from clftui.schema import FormatError
from clftui.state.features_settings import FeaturesVariant
from clftui.state.filters import FilterError
from clftui.state.selection import Tab
from clftui.state.session import Session
from tests.matrices import COUNTS, session_on


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return session_on(tmp_path / "runs", {"a": [COUNTS]})


@pytest.mark.parametrize("variant", FeaturesVariant)
def test_the_command_line_opens_every_variant(session: Session, variant: FeaturesVariant) -> None:
    if variant is FeaturesVariant.RESPONSES:
        there, tab = opened_so(session, "features")
    else:
        assert variant.value in (CHOICES["--view"] or ())
        there, tab = opened_so(session, variant.value)
    assert tab == Tab.FEATURES.value and there.features.variant is variant


def test_other_views_are_opened_as_ever(session: Session) -> None:
    assert opened_so(session, "samples") == (session, "samples") and opened_so(session, None) == (session, None)
    there, tab = opened_so(session, "pairs")
    assert tab == Tab.MATRIX.value and there.features == session.features


@pytest.mark.parametrize("variant", FeaturesVariant)
def test_export_writes_the_report_of_the_variant(session: Session, variant: FeaturesVariant) -> None:
    shown = replace(session, tab=Tab.FEATURES, features=replace(session.features, variant=variant))
    view = view_of(shown)
    assert view in REPORT_VIEWS and suggested_name(shown) == f"{view}.md"
    own = {"sensitivity": "perturb", "explanations": "clftui explain"}.get(view, "respond")
    with pytest.raises((FilterError, FormatError), match=own):
        render(shown, view, "text", Options())
