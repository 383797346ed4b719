"""The cell under the cursor in two arms, in words."""

from __future__ import annotations

import math

from clftui.analysis.significance import two_proportion
from clftui.schema import FormatError
from clftui.state.matrix_cells import whole_of
from clftui.state.matrix_difference import UNPAIRED, Arm, Test, cell_test
from clftui.state.matrix_model import Matrix
from clftui.state.matrix_words import Sentence
from clftui.state.session import Session
from clftui.state.settings import Share
from clftui.text import count, percent, sanitise, signed

SMALLEST_P = 0.001


def difference_sentence(session: Session, matrix: Matrix, other: Arm) -> Sentence:
    """`cat as dog: B 7 of 57, 12.3 %, A 3 of 57, 5.3 %: +7.0 points, p 0.13 (McNemar)`."""
    row, column = matrix.pair
    true, predicted = (sanitise(matrix.names[item]) for item in (row, column))
    title = f"{true} right" if row == column else f"{true} as {predicted}"
    if not (other.known[row] and other.known[column]):
        words = f"{sanitise(other.name)} does not have both classes"
        return Sentence(title, words, words)
    share = matrix.settings.share
    arms = [
        (each.cell(row, column), whole_of(each, share, row, column)) for each in (matrix.confusion, other.confusion)
    ]
    shown = [_arm_words(name, k, n) for name, (k, n) in zip((other.here, other.name), arms, strict=True)]
    (k, n), (their_k, their_n) = arms
    if not (n and their_n):
        words = f"{shown[0]}, {shown[1]}"
        return Sentence(title, words, words)
    change = f"{signed(100 * (k / n - their_k / their_n))} points"
    if share is Share.COUNTS and n == their_n:
        change = f"{_signed_count(k - their_k)}, {change}"
    p = _p_words(_test(session, matrix, other, arms))
    rates = ", ".join(
        f"{sanitise(name)} {percent(k / n)} %" for name, (k, n) in zip((other.here, other.name), arms, strict=True)
    )
    return Sentence(title, f"{shown[0]}, {shown[1]}: {change}{p}", f"{rates}: {change}{p.partition(' (')[0]}")


def _arm_words(name: str, k: int, n: int) -> str:
    if not n:
        return f"{sanitise(name)} undefined"
    return f"{sanitise(name)} {count(k)} of {count(n)}, {percent(k / n)} %"


def _signed_count(value: int) -> str:
    return f"{'+' if value > 0 else '−' if value < 0 else '±'}{count(abs(value))}"


def _test(session: Session, matrix: Matrix, other: Arm, arms: list[tuple[int, int]]) -> Test:
    if matrix.settings.share in (Share.COLUMN, Share.TOTAL):
        (k, n), (their_k, their_n) = arms
        return Test(float(two_proportion(k, n, their_k, their_n)), UNPAIRED)
    true, predicted = (tuple(matrix.classes[i] for i in matrix.members(item).tolist()) for item in matrix.pair)
    try:
        return cell_test(session, other.session, true, predicted)
    except FormatError:
        return Test(float("nan"), "")


def _p_words(test: Test) -> str:
    if math.isnan(test.p):
        return ""
    p = f"< {SMALLEST_P}" if test.p < SMALLEST_P else f"{test.p:.3f}" if test.p < 0.1 else f"{test.p:.2f}"
    return f", p {p} ({test.method})"
