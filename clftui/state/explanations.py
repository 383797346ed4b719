"""What was saved to explain one sample: the maps or weighted texts of every compared run, and which of them shows."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from clftui.analysis.saliency import COMPARED_SIDE, Measure, similarity_matrix
from clftui.data.explanations import MapFile, Method, methods
from clftui.data.weighted_text import Document, Keyword, TextFile, TextIndex
from clftui.schema import FormatError
from clftui.state.later import LATER, weak
from clftui.state.moves import say
from clftui.state.sample_answers import RunAnswer
from clftui.state.session import Session
from clftui.state.unready import may_wait, note_missing
from clftui.text import sanitise

PREDICTED, TRUE = "predicted", "true"


@dataclass(frozen=True)
class Choice:
    """An explanation method, and of what: the predicted class, the true one, another one by name, or a unit."""

    method: str
    aim: str

    @property
    def words(self) -> str:
        """`LayerCAM of the predicted class`"""
        return f"{sanitise(self.method)} of {_aim_words(self.aim)}" if self.aim else sanitise(self.method)


def _aim_words(aim: str) -> str:
    return f"the {aim} class" if aim in (PREDICTED, TRUE) else sanitise(aim)


@dataclass(frozen=True, eq=False)
class Explained:
    """One run's explanation of the sample by one method, or why there is none."""

    item: RunAnswer
    choice: Choice
    of: str = ""
    """The class or unit explained, for the screen."""
    epoch: int = 0
    """Of the weights it was made with; 0 unknown."""
    values: NDArray[np.float32] | None = None
    """(h, w) in 0..1."""
    document: Document | None = None
    signed: bool = False
    """Whether words of this method can speak against the class."""
    missing: str = ""
    """Why there is nothing to show; also that a map is zero throughout."""
    key: Hashable = None
    """Names the map: equal keys are one map."""

    @property
    def is_zero(self) -> bool:
        """Whether there is a map and it explains nothing."""
        return self.values is not None and not self.values.any()

    @property
    def waits(self) -> bool:
        return self.missing == READING


READING = "reading…"


def choices(answers: tuple[RunAnswer, ...], focused: RunAnswer | None = None) -> tuple[Choice, ...]:
    """All explanations of the sample that some run has, those of the focused run first."""
    ordered = sorted(answers, key=lambda item: item is not focused)
    return tuple(dict.fromkeys(choice for item in ordered for choice in _choices(item)))


def _choices(item: RunAnswer) -> Iterator[Choice]:
    for method in _methods(item):
        try:
            aims = [_aim(item, target, is_unit) for _, target, is_unit in _targets(item, method)]
        except FormatError:
            aims = [""]
        yield from (Choice(method.name, aim) for aim in ([""] if method.trouble else aims))


def _methods(item: RunAnswer) -> tuple[Method, ...]:
    return methods(item.run.path, item.evaluation.split) if item.evaluation is not None else ()


def _row(item: RunAnswer) -> int:
    assert item.evaluation is not None and item.position is not None
    return int(item.evaluation.sample[item.position])


def _targets(item: RunAnswer, method: Method) -> list[tuple[int, int, bool]]:
    """(place in the file, target, whether it is a unit) of each explanation of the sample, the epoch's own first.

    An epoch that shows may be another than the one that was explained: the nearest one before it counts, or the first.
    """
    if item.position is None or item.evaluation is None:
        return []
    found: list[tuple[int, int, int, bool]] = []
    if method.maps is not None:
        file, row = method.maps, _row(item)
        found = [(at, int(file.epoch[at]), int(file.target[at]), bool(file.of_unit[at])) for at in _rows_of(file, row)]
    elif method.text is not None and (index := text_index(method.text)) is not None:
        found = [(int(at), 0, int(index.target[at]), False) for at in index.rows_of(_row(item))]
    shown = item.evaluation.epoch
    known = {epoch for _, epoch, _, _ in found}
    best = max((epoch for epoch in known if epoch <= shown), default=min(known, default=0))
    return [(at, target, unit) for at, epoch, target, unit in found if epoch == best]


@lru_cache(maxsize=64)
def _rows_of(file: MapFile, row: int) -> tuple[int, ...]:
    return tuple(file.rows_of(row).tolist())


def _aim(item: RunAnswer, target: int, is_unit: bool) -> str:
    if is_unit:
        return f"unit {target}"
    name = _class(item, target)
    answer = item.answer
    if answer is not None and name is not None:
        if name == answer.predicted:
            return PREDICTED
        if name == answer.true:
            return TRUE
    return name or ""


def _class(item: RunAnswer, target: int) -> str | None:
    return item.run.classes[target] if 0 <= target < len(item.run.classes) else None


def text_index(file: TextFile) -> TextIndex | None:
    """Where a file's documents lie; None in a draw, until it has been read. FormatError where it holds none."""
    found = LATER.get(("text index", weak(file)), file.index, wait=may_wait())
    if found is None:
        note_missing()
    return found


def keywords(explained: Explained, target: str) -> tuple[Keyword, ...] | None:
    """The words of the greatest mean weight where a method explains class `target`; None until they are counted."""
    item = explained.item
    file = next((each.text for each in _methods(item) if each.name == explained.choice.method), None)
    number = item.run.class_index.get(target)
    if file is None or number is None:
        return ()
    try:
        index = text_index(file)
        if index is None:
            return None
        work = LATER.get(
            ("keywords", weak(file, item.run), number), lambda: file.keywords(index, number), wait=may_wait()
        )
    except FormatError:
        return ()
    if work is None:
        note_missing()
    return work


def current(session: Session, found: tuple[Choice, ...]) -> Choice | None:
    """The explanation that shows: the chosen one, one of the same method, or the first."""
    wanted = Choice(session.explain.method or "", session.explain.aim)
    same = next((each for each in found if each.method == wanted.method), None)
    return wanted if wanted in found else same or next(iter(found), None)


def explained(item: RunAnswer, choice: Choice) -> Explained:
    """What a run has saved by the method of `choice`: of its aim where it explains that, else of what it does."""
    method = next((each for each in _methods(item) if each.name == choice.method), None)
    name = sanitise(choice.method)
    if item.answer is None:
        return Explained(item, choice, missing=item.missing)
    if method is None:
        return Explained(item, choice, missing=f"no {name}")
    if method.trouble:
        return Explained(item, choice, missing=method.trouble)
    try:
        return _explained(item, choice, method)
    except FormatError as error:
        return Explained(item, choice, missing=error.brief)


def _explained(item: RunAnswer, choice: Choice, method: Method) -> Explained:
    if method.text is not None and text_index(method.text) is None:
        return Explained(item, choice, missing=READING)
    targets = _targets(item, method)
    if not targets:
        return Explained(item, choice, missing=f"no {sanitise(choice.method)} of this sample")
    at, target, unit = next((each for each in targets if _aim(item, each[1], each[2]) == choice.aim), targets[0])
    of = f"unit {target}" if unit else sanitise(_class(item, target) or "")
    mine = replace_aim(choice, _aim(item, target, unit))
    if method.maps is not None:
        values = map_at(method.maps, at)
        missing = "the map is zero throughout" if not values.any() else ""
        key = (weak(method.maps), at)
        return Explained(item, mine, of, int(method.maps.epoch[at]), values, missing=missing, key=key)
    assert method.text is not None
    index = text_index(method.text)
    assert index is not None
    document = document_at(method.text, index, at)
    return Explained(item, mine, of, document.epoch, document=document, signed=index.signed)


def replace_aim(choice: Choice, aim: str) -> Choice:
    return choice if choice.aim == aim else Choice(choice.method, aim)


@lru_cache(maxsize=128)
def map_at(file: MapFile, at: int) -> NDArray[np.float32]:
    """(h, w) map `at`, the same array as long as it is remembered."""
    values = file.map(at)
    values.setflags(write=False)
    return values


@lru_cache(maxsize=128)
def document_at(file: TextFile, index: TextIndex, at: int) -> Document:
    """Line `at` of a file."""
    return file.document(index, at)


def likeness(shown: tuple[Explained, ...], measure: Measure) -> NDArray[np.float64] | None:
    """(L, L) Algorithm 2 over what is shown; None in a draw, until large maps have been compared."""
    values = [each.values for each in shown]
    cells = max((each.size for each in values if each is not None), default=0)
    key = ("likeness", tuple(each.key for each in shown), measure)
    found = LATER.get(key, lambda: similarity_matrix(values, measure), wait=may_wait() or cells <= 4 * COMPARED_SIDE**2)
    if found is None:
        note_missing()
    return found


def next_choice(session: Session, found: tuple[Choice, ...]) -> Session:
    """The next explanation."""
    now = current(session, found)
    if now is None:
        return say(session, "No run has saved an explanation of this sample.")
    if len(found) == 1:
        return say(session, f"{now.words} is all that was saved.")
    chosen = found[(found.index(now) + 1) % len(found)]
    changed = replace(session, explain=replace(session.explain, method=chosen.method, aim=chosen.aim))
    return say(changed, f"{chosen.words}.")
