"""Words found in their text, wrapped and styled by weight; nothing of a document reaches the terminal raw."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.bundled import bundled_folder
from clftui.data.weighted_text import Document, Sentence, Word
from clftui.drawing.canvas import BOLD, ITALIC, UNDERLINE, Canvas
from clftui.drawing.palette import Depth, load_theme
from clftui.text import sanitise, text_width
from clftui.widgets.text_document import document_lines, draw_line, number_of, numbered_lines, pieces, shares

DARK = load_theme(Path(bundled_folder("themes")) / "dark.toml")
MONO = DARK.at(Depth.MONO)
words = st.lists(
    st.tuples(st.text(st.characters(codec="utf-8"), min_size=1, max_size=14), st.floats(-3, 3)), max_size=8
)


def document(*sentences: list[tuple[str, float]], weight: float = math.nan) -> Document:
    made = tuple(Sentence(tuple(Word(*word) for word in each), weight) for each in sentences)
    return Document(0, 1, 0, made)


@pytest.mark.row("O10")
def test_words_are_found_in_the_text_whatever_their_case() -> None:
    text = "Tell me: is my bank's card OK? It costs 3.50!"
    found = pieces(text, document([("tell", 0.1), ("bank's", 0.9), ("ok", 0.3)], [("costs", 1.0)]))
    assert ["".join(piece.text for piece in sentence) for sentence in found] == [
        "Tell me: is my bank's card OK?",
        "It costs 3.50!",
    ]
    assert [(p.text, p.weight) for p in found[0] if not math.isnan(p.weight)] == [
        ("Tell", 0.1),
        ("bank's", 0.9),
        ("OK", 0.3),
    ]


def test_parts_of_words_are_joined_and_unknown_words_stand_alone() -> None:
    (found,) = pieces("unbelievable", document([("un", 0.2), ("##believ", 0.9), ("##able", 0.1)]))
    assert [piece.text for piece in found] == ["un", "believ", "able"]
    assert len(document_lines("unbelievable", document([("un", 0.2), ("##believ", 0.9)]), 40, DARK, False)) == 1
    (bare,) = pieces("something else", document([("not", 1.0), ("there", 0.5)]))
    assert [piece.text for piece in bare] == ["not", " ", "there", " "]


@given(st.lists(words, max_size=4), st.integers(1, 30), st.text(max_size=60))
def test_lines_fit_and_nothing_is_lost(sentences: list[list[tuple[str, float]]], width: int, text: str) -> None:
    made = document(*sentences)
    for lines in (document_lines(text, made, width, DARK, True), numbered_lines(made, width, MONO, True)):
        for line in lines:
            said = "".join(span.text for span in line.spans)
            assert sanitise(said).split() == said.split(), "safe for a terminal"
    for line in document_lines(text, made, width, DARK, True):
        # A wide character does not fit a single column.
        assert sum(text_width(span.text) for span in line.spans) <= max(width, 2)
    shown = "".join(span.text for line in document_lines("", made, width, DARK, True) for span in line.spans)
    wanted = "".join(sanitise(part) for each in sentences for word, _ in each for part in word.split())
    assert shown.replace(" ", "") == wanted.replace(" ", "")


@pytest.mark.row("O10")
def test_weights_show_without_colour() -> None:
    made = document([("strong", 1.0), ("middle", 0.5), ("weak", 0.2), ("none", 0.01), ("against", -0.9)])
    (line,) = document_lines("strong middle weak none against", made, 60, MONO, True)
    styles = {span.text: span.attrs for span in line.spans}
    assert styles["strong"] == BOLD | UNDERLINE and styles["middle"] == UNDERLINE
    assert styles["weak"] == styles["none"] == 0 and styles["against"] == BOLD | ITALIC
    assert {span.text: span.fg for span in line.spans}["none"] == MONO.faint


def test_sentences_carry_the_height_of_their_share() -> None:
    made = Document(0, 1, 0, tuple(Sentence((Word("w", 1.0),), weight) for weight in (0.05, 0.5, 1.0)))
    assert shares(made) == [0.05, 0.5, 1.0]
    summed = document([("a", 1.0), ("b", -1.0)], [("c", 0.5)])
    assert shares(summed) == [1.0, 0.25]
    canvas = Canvas(10, 3, MONO)
    for y, line in enumerate(document_lines("", made, 8, MONO, False)):
        draw_line(canvas, 0, y, 10, line)
    assert [row[0] for row in canvas.rows_text()] == ["▁", "▅", "█"]


def test_numbers_stand_under_their_words() -> None:
    upper, lower = numbered_lines(document([("a", 12.04), ("longer", -0.25)]), 40, DARK, True)
    assert "".join(span.text for span in lower.spans).split() == ["+12.0", "−0.2"]
    assert len("".join(span.text for span in upper.spans)) == len("".join(span.text for span in lower.spans))
    assert number_of(0.349, False) == ".35" and number_of(1.0, False) == "1.00" and number_of(-0.01, True) == "+0.0"
