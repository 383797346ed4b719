"""Stacks of samples: every sample is in one glyph, no wrong one among right ones, and all find room."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clftui.analysis.stacking import Packing, any_in, glyphs, leading_labels, owners, packing

flags = st.lists(st.booleans(), min_size=1, max_size=60)
sizes = st.integers(1, 7)


@given(flags, sizes, sizes)
def test_a_glyph_stands_for_samples_of_one_kind_in_the_order_of_the_stack(
    wrong: list[bool], per_right: int, per_wrong: int
) -> None:
    packed = Packing(per_right, per_wrong)
    found, owner = glyphs(wrong, packed), owners(wrong, packed)
    members = [np.flatnonzero(owner == at) for at in range(len(found.start))]
    assert sum(len(each) for each in members) == len(wrong)
    for at, inside in enumerate(members):
        kind = bool(found.wrong[at])
        assert [wrong[each] for each in inside] == [kind] * len(inside)
        assert inside[0] == found.start[at] and len(inside) == found.size[at] <= packed[kind]
    assert list(found.start) == sorted(found.start)
    for kind, per in ((False, per_right), (True, per_wrong)):
        assert int((found.wrong == kind).sum()) == -(-wrong.count(kind) // per)


@given(flags, sizes, sizes, st.data())
def test_labels_and_marks_are_those_of_the_samples_inside(
    wrong: list[bool], per_right: int, per_wrong: int, data: st.DataObject
) -> None:
    packed = Packing(per_right, per_wrong)
    found, owner = glyphs(wrong, packed), owners(wrong, packed)
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(wrong), max_size=len(wrong)))
    marked = data.draw(st.lists(st.booleans(), min_size=len(wrong), max_size=len(wrong)))
    leading, held = leading_labels(labels, owner, found), any_in(marked, owner, found)
    for at in range(len(found.start)):
        inside = np.flatnonzero(owner == at)
        assert held[at] == any(marked[each] for each in inside)
        if found.wrong[at]:
            times = Counter(labels[each] for each in inside)
            assert leading[at] == max(times, key=lambda label: times[label])


@pytest.mark.row("O8", "O15")
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 3000)), min_size=1, max_size=12), st.integers(8, 400))
def test_every_stack_has_room_and_one_sample_a_glyph_where_all_fit(
    stacks: list[tuple[int, int]], capacity: int
) -> None:
    right, wrong = zip(*stacks, strict=True)
    packed = packing(right, wrong, capacity)
    for r, w in stacks:
        assert -(-r // packed.right) + -(-w // packed.wrong) <= capacity
    if max(r + w for r, w in stacks) <= capacity:
        assert packed == Packing(1, 1)
    elif max(wrong) <= 0.75 * capacity:
        assert packed.wrong == 1
