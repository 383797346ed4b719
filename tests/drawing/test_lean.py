"""Rich's text in fewer bytes looks the same."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from clftui.drawing.lean import lean
from tests.drawing.seen import seen

COLUMNS = 60
colours = st.sampled_from([None, "#102030", "#ff0000", "red", "bright_blue", "color(99)"])
flags = st.sampled_from([None, True])
styles = st.builds(
    Style, color=colours, bgcolor=colours, bold=flags, dim=flags, italic=flags, underline=flags, reverse=flags
)
pieces = st.lists(st.builds(Segment, st.text(" a", min_size=1, max_size=4), st.none() | styles), max_size=12)


def screen(text: str) -> pyte.Screen:
    made = pyte.Screen(COLUMNS, 1)
    pyte.Stream(made).feed(text)
    return made


@given(pieces, st.sampled_from(["truecolor", "256", "standard"]))
def test_every_cell_looks_the_same_in_no_more_bytes(made: list[Segment], colours: str) -> None:
    console = Console(force_terminal=True, color_system=colours, width=COLUMNS)  # type: ignore[arg-type]
    whole = Strip(made).render(console)
    short = lean(whole)
    # What follows is written in the terminal's own colours after both.
    assert seen(screen(short + "z")) == seen(screen(whole + "z"))
    assert len(short) <= len(whole)


def test_repeated_colours_and_the_ink_of_blanks_are_not_sent() -> None:
    one, two = "\x1b[38;2;9;9;9;48;2;1;2;3mab\x1b[0m", "\x1b[38;2;8;8;8;48;2;1;2;3m  \x1b[0m"
    assert lean(one + two + one) == "\x1b[38;2;9;9;9;48;2;1;2;3mab  ab\x1b[0m"


@pytest.mark.parametrize("text", ["", "plain", "\x1b[1mbold\x1b[22;4mlines below", "\x1b[3;4H\x1b[7mx\x1b[0m"])
def test_other_text_stays(text: str) -> None:
    assert lean(text) == text
