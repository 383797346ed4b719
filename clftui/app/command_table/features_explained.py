"""Commands of the explained variant of Features."""

from __future__ import annotations

from functools import partial

from clftui.app.commands import Command
from clftui.state import explained_view as steps
from clftui.state.explained_order import Shown
from clftui.state.explained_settings import Column, Task
from clftui.state.explained_table import names_of
from clftui.state.features_settings import FeaturesVariant
from clftui.state.sample_detail_steps import next_measure, step_threshold
from clftui.state.selection import Tab
from clftui.state.session import Session

ONLY = frozenset({Tab.FEATURES})
FACE = frozenset({FeaturesVariant.EXPLAINED.value})

_TASKS = {
    Task.MODELS: "Explanations of one image by many models.",
    Task.CLASSES: "Explanations of one model, class by class.",
    Task.SAMPLES: "Explanations of one model, image by image.",
}


def _shown(session: Session) -> Shown | None:
    return steps.now(session)


def _has_rows(session: Session) -> bool:
    return _shown(session) is not None


def _is_explained(session: Session) -> bool:
    return bool(names_of(session))


def _has_maps(session: Session) -> bool:
    shown = _shown(session)
    return shown is not None and not shown.of_text


def _compares(session: Session) -> bool:
    shown = _shown(session)
    return shown is not None and not shown.of_text and len(shown.rows.sources) > 1


COMMANDS: tuple[Command, ...] = (
    Command("explained.task", ("b",), "task", "Many models on one image, one model over classes, one model over "
            "images.", "Show", step=steps.step_task, tabs=ONLY, faces=FACE, footer=3),
    Command("explained.of", ("i",), "rows", "Rows: the samples of the class, of the cell, those of Samples, all; of "
            "one image A to D or all runs.", "Select", step=steps.next_of, tabs=ONLY, faces=FACE, footer=4),
    Command("explained.sort", ("o",), "sort", "Sort by the next column; O turns the order around.", "Order",
            step=steps.next_sort, tabs=ONLY, faces=FACE, footer=8, when=_has_rows, shown_keys="o O"),
    Command("explained.turn", ("O",), "turn order", "The same order, the other way round.", "Order",
            step=steps.turn_sort, tabs=ONLY, faces=FACE, when=_has_rows, in_help=False),
    Command("explained.method", ("x",), "method", "The next explanation method, here and in a sample alone.", "Show",
            step=steps.next_method, tabs=ONLY, faces=FACE, footer=12, when=_is_explained),
    Command("explained.aim", ("c",), "of which class", "Explanations of the predicted class or of the true one.",
            "Show", step=steps.toggle_aim, tabs=ONLY, faces=FACE, footer=14, when=_has_rows),
    Command("explained.higher", (">",), "threshold", "The contour a twentieth higher, or lower.", "Show",
            step=partial(step_threshold, by=1), tabs=ONLY, faces=FACE, footer=16, when=_has_maps, shown_keys="< >"),
    Command("explained.lower", ("<",), "lower threshold", "The contour a twentieth lower.", "Show",
            step=partial(step_threshold, by=-1), tabs=ONLY, faces=FACE, when=_has_maps, in_help=False),
    Command("explained.measure", ("m",), "measure", "Compare the runs' maps by L1, MSE, SSIM or hash.", "Show",
            step=next_measure, tabs=ONLY, faces=FACE, footer=18, when=_compares),
    Command("explained.search", ("/",), "find rows", "Only rows whose name or classes hold a text; an empty line "
            "lists all.", "Select", effect="explained_search", tabs=ONLY, faces=FACE),
    Command("explained.bigger", ("z",), "row height", "Higher rows with larger pictures; Z lower ones.", "Show",
            step=partial(steps.resize, by=1), tabs=ONLY, faces=FACE, footer=22, when=_has_maps, shown_keys="z Z"),
    Command("explained.smaller", ("Z",), "lower rows", "Lower rows; the lowest have no pictures.", "Show",
            step=partial(steps.resize, by=-1), tabs=ONLY, faces=FACE, when=_has_maps, in_help=False),
    *(Command(f"explained.{task.value}", (), f"{task.value} explained", words, "Show",
              step=partial(steps.open_task, task=task)) for task, words in _TASKS.items()),
    *(Command(f"explained.sort_{column.name.lower()}", (), f"by {column.value}", f"Sort by {column.words}.", "Order",
              step=partial(steps.sort_by, column=column), tabs=ONLY, faces=FACE) for column in Column),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("acc. class conf.", "accuracy of the run, its accuracy on the true class, and how sure it is of this sample"),
    ("contour | explanation", "the picture with what reaches the threshold outlined, and under its heat"),
    ("38 %  ∅ 0 %", "the share of the picture inside the contour; ∅: the map is zero throughout and explains nothing"),
    ("▁▃█ Δ .12", "colours inside the contour, dark to light, and how far they are from the mean of the class"),
    ("alike", "Algorithm 2: the mean over pairs of runs; of one image, of a run against the others"),
    ("●  ·", "beside the table: a run's accuracy on the class over its overall one; dots: as good as overall"),
    ("computed 3,072 of 10,000", "the order waits until every map has been read"),
)
