"""Commands that filter samples: ready-made filters for the palette, and the keys that step one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from clftui.app.command_table.conditions import has_epochs, has_samples, has_scores
from clftui.app.commands import Command
from clftui.state import filter_steps
from clftui.state.filter_values import NotInTopK, OnlyRight, PredictedScore, TrueScore
from clftui.state.filters import Filter
from clftui.state.selection import LETTERS
from clftui.state.session import Session

TOPS = (2, 3, 5, 10)
FLIPS = ("newly wrong", "newly right", "wrong differently")


def _add(new: Filter) -> Callable[[Session], Session]:
    return lambda session: filter_steps.add(session, new)


def _has_epochs(session: Session) -> bool:
    return has_samples(session) and has_epochs(session)


def _has_letters(right: str, wrong: str, session: Session) -> bool:
    given = {letter for letter, _ in session.lettered}
    return has_samples(session) and {right, wrong} <= given


def _has_runs(session: Session) -> bool:
    return has_samples(session) and len(session.catalog.runs) > 1


def _has_groups(session: Session) -> bool:
    return has_samples(session) and session.catalog.hierarchy is not None


def _preset(
    name: str, label: str, sentence: str, step: Callable[[Session], Session], when: Callable[[Session], bool],
    *keys: str,
) -> Command:  # fmt: skip
    return Command(f"filter.{name}", keys, label, f"Filter: {sentence}.", "Select", step=step, when=when)


def _compared(right: str, wrong: str) -> Command:
    step = partial(filter_steps.compared, right=right, wrong=wrong)
    sentence = f"right in {right}, wrong in {wrong}"
    return _preset(f"{right}_not_{wrong}".lower(), f"{right} right, {wrong} wrong", sentence, step,
                   partial(_has_letters, right, wrong))  # fmt: skip


def _flipped(words: str, session: Session) -> Session:
    from clftui.state.flip_filter import Flip, Flipped  # The start does without comparisons.

    return filter_steps.add(session, Flipped(Flip(words), session.versus))


COMMANDS: tuple[Command, ...] = (
    Command("filter.more_epochs", ("w",), "epochs wrong", "Keep samples that were wrong in one epoch more, or fewer.",
            "Select", step=lambda session: filter_steps.step_epochs_wrong(session, 1), when=_has_epochs,
            shown_keys="w W"),
    Command("filter.fewer_epochs", ("W",), "fewer epochs wrong", "Keep samples that were wrong in one epoch fewer.",
            "Select", step=lambda session: filter_steps.step_epochs_wrong(session, -1), when=_has_epochs,
            in_help=False),
    _preset("wrong", "wrong only", "wrong only", _add(OnlyRight(False)), has_samples),
    _preset("right", "right only", "right only", _add(OnlyRight(True)), has_samples),
    *(_preset(f"top{k}", f"not in top {k}", f"true class not in the top {k}", _add(NotInTopK(k)), has_scores)
      for k in TOPS),
    _preset("sure", "sure mistakes", "sure mistakes, wrong with a score over .9", _add(filter_steps.SURE_MISTAKES),
            has_scores),
    _preset("mislabelled", "likely mislabelled",
            "likely mislabelled, predicted score over .9 and true score under .05", _add(filter_steps.MISLABELLED),
            has_scores, "M"),
    _preset("score_high", "score over .9", "predicted score of .9 or more", _add(PredictedScore(low=0.9)), has_scores),
    _preset("score_low", "score under .5", "predicted score of .5 or less", _add(PredictedScore(high=0.5)),
            has_scores),
    _preset("true_score_low", "true score under .05", "true score of .05 or less", _add(TrueScore(high=0.05)),
            has_scores),
    *(_preset(words.replace(" ", "_"), words, f"{words}, against what the app compares with", partial(_flipped, words),
              has_samples) for words in FLIPS),
    _preset("class", "this class", "only samples of the true class under the cursor", filter_steps.only_class,
            has_samples),
    _preset("group", "this group", "only samples of the smallest group around the class under the cursor",
            filter_steps.only_group, _has_groups),
    *(_compared(right, wrong) for right in LETTERS for wrong in LETTERS if right != wrong),
    _preset("all_wrong", "wrong in all runs", "wrong in every run of the collection", filter_steps.all_wrong,
            _has_runs),
    _preset("runs_differ", "runs differ", "some runs right, some wrong", filter_steps.some_wrong, _has_runs),
)  # fmt: skip
