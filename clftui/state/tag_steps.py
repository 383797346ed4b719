"""What tagging is about, and where it leads: the samples meant, the classes to propose, the next sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from clftui.schema import FormatError
from clftui.state.class_tree import label_of
from clftui.state.filter_steps import add
from clftui.state.moves import say, select
from clftui.state.sample_answers import answers_at
from clftui.state.sample_ids import row_of
from clftui.state.sample_list import Nothing, SampleList, index_of, is_listed, listing
from clftui.state.sample_order import Positions
from clftui.state.sample_tags import Batch, Tag, progress, tag_codes, tag_of
from clftui.state.session import Session
from clftui.state.tag_filter import Tagged
from clftui.state.unready import impatient
from clftui.text import count, plural, sanitise

PROPOSED = 5
"""Classes offered for a mislabelled sample."""


@dataclass(frozen=True, eq=False)
class Target:
    """The samples that a tag is meant for."""

    shown: SampleList
    positions: Positions
    """(m,) in the evaluation."""
    chosen: bool
    """Whether they were selected by hand, or are a whole list, and not just the focused one."""

    @property
    def split(self) -> str:
        return self.shown.evaluation.split

    @property
    def n(self) -> int:
        return int(self.positions.size)

    @property
    def names(self) -> tuple[str, ...]:
        """Their ids."""
        listed = self.shown
        return tuple(listed.id_at(position) for position in self.positions.tolist())

    @property
    def words(self) -> str:
        """`#6024`, or `14 samples`."""
        return f"#{sanitise(self.names[0])}" if self.n == 1 else plural(self.n, "sample")


def target(session: Session) -> Target | None:
    """The selected samples of the list, else the focused one; None where there is none."""
    shown = _list(session)
    if shown is None:
        return None
    chosen = chosen_positions(session, shown)
    if chosen.size:
        return Target(shown, chosen, True)
    if not is_listed(session, shown):
        return None
    return Target(shown, shown.positions[[index_of(session, shown)]], False)


def whole_list(session: Session) -> Target | None:
    """The selected samples of the list, else all of it."""
    shown = _list(session)
    if shown is None:
        return None
    chosen = chosen_positions(session, shown)
    return Target(shown, chosen if chosen.size else shown.positions, True)


def _list(session: Session) -> SampleList | None:
    shown = listing(session)
    return shown if isinstance(shown, SampleList) and shown.n else None


def chosen_positions(session: Session, shown: SampleList) -> Positions:
    """Those of a list's positions that are selected by hand, in its order."""
    split = shown.evaluation.split
    rows = [row_of(shown.table, name) for where, name in session.selection.chosen if where == split]
    if not rows:
        return np.zeros(0, dtype=np.int64)
    return shown.positions[np.isin(shown.evaluation.sample[shown.positions], rows)]


class Proposal(NamedTuple):
    """A class that a sample may belong to, and its score."""

    name: str
    score: float


def proposals(about: Target) -> tuple[Proposal, ...]:
    """The best classes of one sample but for the one it has, best first; none where no scores were logged."""
    [answer] = answers_at(about.shown.evaluation, about.positions[:1], PROPOSED + 1)
    found = [Proposal(name, score) for name, score in answer.top if name != answer.true]
    if not found and answer.predicted is not None and answer.predicted != answer.true:
        found = [Proposal(answer.predicted, answer.confidence)]
    return tuple(found[:PROPOSED])


def predicted_classes(about: Target) -> tuple[str | None, ...]:
    """The predicted class of each sample; None where it is the one that the sample has, or there is no answer."""
    evaluation = about.shown.evaluation.real  # Tags are kept: they tell of what was logged, whatever is supposed.
    true, predicted = evaluation.true[about.positions], evaluation.predicted[about.positions]
    names = (*evaluation.classes, None)
    return tuple(names[p] if p != t else None for t, p in zip(true.tolist(), predicted.tolist(), strict=True))


def next_name(session: Session, about: Target) -> str | None:
    """The id of the sample after the focused one; None after the last, and where several were tagged."""
    if about.chosen:
        return session.selection.sample
    index = index_of(session, about.shown) + 1
    return about.shown.sample_id(index) if index < about.shown.n else None


def tagged(session: Session, batch: Batch, following: str | None) -> Session:
    """After tagging: the next sample is focused, what was selected is so no more, and a sentence counts."""
    done = frozenset((each.split, each.name) for each in batch.given)
    moved = select(session, chosen=session.selection.chosen - done)
    if following is not None:
        moved = select(moved, sample=following)
    where = f"; the runs' folder is not to be written, so in {batch.path}" if batch.apart else ""
    last = " That was the last one." if following is None else ""
    return say(_again(moved), f"{_given_words(session, batch)}{where}; {_progress_words(moved)}.{last}")


def undone(session: Session, batch: Batch, kept: int, given: str = "") -> Session:
    """After undoing: the sample is focused again. `given` is the time, ISO 8601, of a tag of an earlier session."""
    again = _again(session)
    if not batch.given:
        return say(again, "Not undone: it has been tagged anew since.")
    first = batch.first
    if first.split == session.selection.split:
        again = select(again, sample=first.name)
    left = f"; {plural(kept, 'sample')} tagged anew since stay" if kept else ""
    when = f" what you gave in an earlier session, {given[:10]} {given[11:16]} UTC" if given else ""
    return say(again, f"Undone{when}: {_given_words(session, batch)}{left}; {_progress_words(again)}.")


def _again(session: Session) -> Session:
    # The journal is no part of the session: a new revision makes the views look at it again.
    return replace(session, revision=session.revision + 1)


def _given_words(session: Session, batch: Batch) -> str:
    first = batch.first
    what = first.tag.value if first.tag is not None else "not tagged any more"
    if len({(each.tag, each.proposed) for each in batch.given}) > 1 and first.tag is not Tag.MISLABELLED:
        what = "as before"
    elif first.tag is not None and len(batch.given) == 1 and first.proposed:
        what += f", rather {sanitise(label_of(session, first.proposed))}"
    if len(batch.given) > 1:
        return f"{plural(len(batch.given), 'sample is', 'samples are')} {what}"
    return f"#{sanitise(first.name)} is {what}"


def progress_words(session: Session, shown: SampleList | None = None) -> str:
    """`tagged 14, left 96 · 3 selected` of the list; empty where nothing is tagged or selected, or while it is read."""
    try:
        with impatient():
            shown = shown or _list(session)
            found = progress(session, shown) if shown is not None else None
    except FormatError:
        return ""
    if shown is None or found is None:
        return ""
    words = [found.words] if found.tagged else []
    n = chosen_positions(session, shown).size
    return " · ".join([*words, *([f"{count(n)} selected"] if n else [])])


def _progress_words(session: Session) -> str:
    shown = _list(session)
    return progress(session, shown).words if shown is not None else "the list is done"


def next_untagged(session: Session) -> Session:
    """Focus the next sample of the list that has no tag, round and round."""
    shown = _list(session)
    if shown is None:
        return session
    codes = tag_codes(session.catalog, shown.evaluation, shown.table)[shown.positions]
    free = np.flatnonzero(codes == 0)
    if not free.size:
        return say(session, f"All {count(shown.n)} samples of the list are tagged.")
    after = free[free > index_of(session, shown)]
    at = int(after[0] if after.size else free[0])
    return say(select(session, sample=shown.sample_id(at)), f"{count(free.size)} of {count(shown.n)} have no tag.")


def choose(session: Session) -> Session:
    """Select the focused sample, or leave it out again; the next one is focused."""
    shown = _list(session)
    if shown is None or not is_listed(session, shown):
        return say(session, "There is no sample here to select.")
    index = index_of(session, shown)
    one = (shown.evaluation.split, shown.sample_id(index))
    changed = select(session, chosen=session.selection.chosen ^ {one})
    if not session.selection.detail:
        changed = select(changed, sample=shown.sample_id(min(index + 1, shown.n - 1)))
    n = chosen_positions(changed, shown).size
    them = "it" if n == 1 else "them"
    return say(changed, f"{plural(n, 'sample')} selected; t tags {them}." if n else "No sample is selected.")


def choose_none(session: Session) -> Session:
    """Select nothing."""
    return say(select(session, chosen=frozenset()), "No sample is selected.")


def only_tagged(session: Session, tag: str = "", *, without: bool = False) -> Session:
    """Filter by tags."""
    return add(session, Tagged(tag, without))


def had(session: Session, about: Target) -> str:
    """`, now ambiguous`: what a single sample is tagged already."""
    now = tag_of(session.catalog, about.split, about.names[0]) if about.n == 1 else None
    return f", now {now.tag.value}" if now is not None else ""


def is_listing(session: Session) -> bool:
    """Whether there are samples to tag."""
    shown = listing(session)
    return not isinstance(shown, Nothing) or shown.waiting
