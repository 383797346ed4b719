"""Commands of one sample alone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from clftui.app.commands import Command
from clftui.state import sample_detail_steps as steps
from clftui.state.sample_detail import Detail
from clftui.state.selection import Tab
from clftui.state.session import Session
from clftui.state.unready import impatient

ONLY = frozenset({Tab.SAMPLES})


def _asked(about: Callable[[Detail], bool]) -> Callable[[Session], bool]:
    """Whether something is so of the sample that shows, as far as that can be told at once: footers do not wait."""

    def when(session: Session) -> bool:
        with impatient():
            detail = steps.of(session)
            return detail is not None and about(detail)

    return when


_is_explained = _asked(lambda detail: bool(detail.choices))
_has_map = _asked(lambda detail: any(each.values is not None for each in detail.by_run))
_has_several = _asked(lambda detail: len(detail.compared) > 1)


COMMANDS: tuple[Command, ...] = (
    Command("detail.jump", ("enter",), "go to nearest", "The nearest sample under the cursor, alone; j k choose it.",
            "Move", step=steps.jump, tabs=ONLY, footer=6, alone=True),
    Command("detail.method", ("x",), "method", "The next explanation saved of this sample: method, and of which class.",
            "Show", step=steps.next_method, tabs=ONLY, footer=3, when=_is_explained, alone=True),
    Command("detail.higher", (">",), "threshold", "The contour a twentieth higher, or lower.", "Show",
            step=partial(steps.step_threshold, by=1), tabs=ONLY, footer=4, when=_has_map, shown_keys="< >", alone=True),
    Command("detail.lower", ("<",), "lower threshold", "The contour a twentieth lower.", "Show",
            step=partial(steps.step_threshold, by=-1), tabs=ONLY, when=_has_map, in_help=False, alone=True),
    Command("detail.more", ("z",), "pictures", "The image alone, with the focused run's map, every run's, every "
            "method's; Z the other way.", "Show", step=partial(steps.step_pictures, by=1), tabs=ONLY, footer=5,
            when=_has_map, shown_keys="z Z", alone=True),
    Command("detail.fewer", ("Z",), "fewer pictures", "Fewer pictures beside each other.", "Show",
            step=partial(steps.step_pictures, by=-1), tabs=ONLY, when=_has_map, in_help=False, alone=True),
    Command("detail.measure", ("m",), "measure", "Compare maps by L1, MSE, SSIM or hash.", "Show",
            step=steps.next_measure, tabs=ONLY, footer=8, when=_has_several, alone=True),
    Command("detail.distance", ("n",), "distance", "Nearest samples by cosine or L2.", "Show",
            step=steps.next_distance, tabs=ONLY, footer=36, alone=True),
    Command("detail.section", ("v",), "first part", "What comes first at the right: best classes, nearest samples, "
            "likeness of maps, colours.", "Show", step=steps.next_section, tabs=ONLY, footer=7, alone=True),
)  # fmt: skip

READING: tuple[tuple[str, str], ...] = (
    ("⣏ contour", "where the saliency map reaches the threshold; the share of the image inside is beside it"),
    ("L1 MSE hash", "distances of two maps, 0 = alike; SSIM is a similarity, 1 = alike; strong cells are unlike"),
    ("– zero map", "a map that is zero throughout explains nothing, and is like no other"),
    ("dark ▁▃█ light", "intensities of the pixels inside the contour beside the mean of the true class"),
    ("= same bytes", "the same file or text elsewhere: in another split, leakage"),
    ("≈ near-duplicate", "ten times nearer than the nearest neighbours of 95 in 100 samples are"),
    ("▁ ▄ █ at the left", "how much a sentence weighs; bold and underlined words weigh most, italic ones are against"),
)
