"""Keywords of classes against tf-idf by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from clftui.analysis.keywords import class_keywords

TEXTS = ("Pay my bill", "pay the bill please", "Play the song", "play a song, a song", "the weather")


@pytest.mark.row("O11")
def test_words_that_tell_a_class_come_first() -> None:
    found = class_keywords(TEXTS, np.array([0, 0, 1, 1, -1]), 3, top=2)
    assert found == (("bill", "pay"), ("play", "song"), ())


def test_weights_are_shares_of_documents_times_rarity() -> None:
    words = class_keywords(TEXTS, np.array([0, 0, 1, 1, 1]), 2, top=9)[1]
    shares = {"play": (2, 2), "song": (2, 2), "the": (2, 3), "weather": (1, 1)}
    weight = {word: own / 3 * log(6 / (every + 1)) for word, (own, every) in shares.items()}
    assert list(words) == sorted(weight, key=lambda word: (-weight[word], word))


def test_a_word_of_every_document_tells_nothing() -> None:
    assert class_keywords(("the cat", "the dog"), np.array([0, 1]), 2) == (("cat",), ("dog",))
