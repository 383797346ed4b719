"""The model of one sample alone: who says what about it, what explains it, and its numbers in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from clftui.schema import FormatError
from clftui.state.class_tree import label_of
from clftui.state.explain_settings import Pictures
from clftui.state.explanations import Choice, Explained, choices, current, explained
from clftui.state.sample_answers import RunAnswer, run_answers
from clftui.state.sample_ids import find_row, row_of
from clftui.state.sample_list import SampleList
from clftui.state.sample_past import of_samples
from clftui.state.session import Session
from clftui.state.unready import may_wait
from clftui.text import MINUS, plural, sanitise, short_score

BEST = 5


@dataclass(frozen=True, eq=False)
class Detail:
    """One sample as it shows."""

    session: Session
    shown: SampleList
    sample: str
    row: int
    position: int
    answers: tuple[RunAnswer, ...]

    @cached_property
    def focused(self) -> RunAnswer | None:
        """What the focused run says."""
        return next((item for item in self.answers if item.run is self.shown.run), None)

    @cached_property
    def choices(self) -> tuple[Choice, ...]:
        """All explanations some run has saved of the sample."""
        return choices(self.answers, self.focused)

    @cached_property
    def choice(self) -> Choice | None:
        """The one that shows."""
        return current(self.session, self.choices)

    @cached_property
    def by_run(self) -> tuple[Explained, ...]:
        """What each run has saved by the method that shows; runs that explain nothing at all are left out."""
        choice = self.choice
        if choice is None:
            return ()
        return tuple(explained(item, choice) for item in self.answers if choices((item,)))

    @cached_property
    def by_method(self) -> tuple[Explained, ...]:
        """Everything the focused run has saved, or the first run that has something."""
        item = next((each.item for each in self._focused_first), None)
        return tuple(explained(item, choice) for choice in choices((item,))) if item is not None else ()

    @property
    def _focused_first(self) -> list[Explained]:
        return sorted(self.by_run, key=lambda each: (each.item is not self.focused, bool(each.missing)))

    @property
    def main(self) -> Explained | None:
        """The explanation that stands beside the image: the focused run's, or the first run's that has one."""
        return next(iter(self._focused_first), None)

    @property
    def beside(self) -> tuple[Explained, ...]:
        """The explanations that stand beside the image."""
        main = self.main
        match self.session.explain.pictures:
            case Pictures.RUNS:
                return self.by_run
            case Pictures.METHODS:
                return self.by_method
            case Pictures.PAIR if main is not None:
                return (main,)
        return ()

    @property
    def compared(self) -> tuple[Explained, ...]:
        """What the likeness of maps is told of: the methods where these show, else the runs; the rest by methods."""
        runs = tuple(each for each in self.by_run if each.values is not None)
        if self.session.explain.pictures is Pictures.METHODS or len(runs) < 2:
            return tuple(each for each in self.by_method if each.values is not None)
        return runs

    @property
    def compares_methods(self) -> bool:
        """Whether `compared` holds methods of one run."""
        return len({each.item.run.key for each in self.compared}) < 2

    def words_of(self, name: str) -> str:
        """A class as the hierarchy calls it, for the screen."""
        return sanitise(label_of(self.session, name))

    @cached_property
    def text(self) -> str:
        """The document of a sample that has no image."""
        table, row = self.shown.table, self.row
        if table is None or table.text is None or not 0 <= row < table.n:
            return ""
        return "" if table.paths is not None and table.paths[row] else str(table.text[row])

    @property
    def has_image(self) -> bool:
        """Whether the sample table names a picture."""
        table, row = self.shown.table, self.row
        return table is not None and table.paths is not None and 0 <= row < table.n and bool(table.paths[row])


def detail_of(session: Session, shown: SampleList) -> Detail | None:
    """The focused sample; None where the run has no such sample."""
    name = session.selection.sample or ""
    row = row_of(shown.table, name)
    position = find_row(shown.evaluation, row)
    if position is None:
        return None
    return Detail(session, shown, name, row, position, run_answers(session, shown, row, BEST))


def number_words(detail: Detail) -> tuple[str, ...]:
    """`loss .81`, `margin −.06`, `true is no. 2`, `first right in epoch 4`, `forgotten 2 times`: of the focused run.

    The margin is the true class's score less the best other one's. What was not logged is left out.
    """
    item = detail.focused
    if item is None or item.answer is None or item.evaluation is None or item.position is None:
        return ()
    found = [*_score_words(item)]
    past = of_samples(item.run, item.evaluation, wait=may_wait())
    if past is not None and int(past.seen[item.position]) > 1 and item.answer.true is not None:
        learned, forgotten = int(past.first_learned[item.position]), int(past.forgetting[item.position])
        found.append(f"first right in epoch {learned}" if learned else "never right")
        if learned:
            found.append(f"forgotten {plural(forgotten, 'time')}" if forgotten else "never forgotten")
    return tuple(found)


def _score_words(item: RunAnswer) -> list[str]:
    answer = item.answer
    assert answer is not None and item.evaluation is not None and item.position is not None
    if answer.true is None:
        return []
    found = []
    try:
        logged = item.evaluation.loss(np.asarray([item.position]))
    except FormatError:
        logged = None
    score = answer.true_score
    if logged is not None and np.isfinite(logged[0]):
        found.append(f"loss {logged[0]:.2f}")
    elif np.isfinite(score):
        found.append(f"loss {abs(np.log(max(score, 1e-30))):.2f}")
    others = [value for name, value in answer.top if name != answer.true]
    if np.isfinite(score) and others:
        margin = score - others[0]
        sign = MINUS if margin < 0 else "+"
        found.append(f"margin {sign}{short_score(abs(margin))}")
    if answer.true_rank > 0 and (answer.kept is None or answer.true_rank <= answer.kept):
        found.append(f"true is no. {answer.true_rank}")
    return found
