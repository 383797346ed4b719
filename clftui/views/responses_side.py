"""Beside a response map: the samples that a unit answers most to, as pictures with the unit's maps, or as lines."""

from __future__ import annotations

from clftui.data.images import Picture, Unreadable
from clftui.data.samples import SampleTable
from clftui.drawing.canvas import BOLD, Canvas, Span
from clftui.state.class_tree import labels_of
from clftui.state.peers import table_of
from clftui.state.responses_model import ResponseMap
from clftui.state.responses_unit import Answers, UnitMaps, map_of, unit_maps
from clftui.state.responses_words import number
from clftui.state.sample_answers import answers_at
from clftui.state.sample_ids import id_of
from clftui.state.session import Session
from clftui.text import shorten
from clftui.views.sample_parts import verdict_colour, wrapped
from clftui.widgets.responses_layout import Plan
from clftui.widgets.saliency import draw_map
from clftui.widgets.thumbnail import Thumbnails

ACROSS, DOWN = 14, 7
"""Cells of a picture: a square on the screen."""
GAP = 2
LOOKED_AT = 24
"""Samples among which a picture is looked for."""
CONTOUR = 0.5
"""The level of a map whose contour is drawn."""
NONE_RECORDED = (
    "Class means alone were recorded: which samples answer most is not known. `clftui respond` records them."
)


class StrongestSamples:
    """Draws the pane and owns its decoded pictures."""

    def __init__(self) -> None:
        self.thumbnails = Thumbnails(lambda: None)
        self._waiting = False

    @property
    def busy(self) -> bool:
        """Whether pictures that show are still being decoded."""
        return self._waiting or self.thumbnails.store.pending

    def rest(self) -> None:
        """Nothing of it shows."""
        self.thumbnails.begin()
        self.thumbnails.end()
        self._waiting = False

    def draw(self, canvas: Canvas, plan: Plan, session: Session, shown: ResponseMap, found: Answers | None) -> None:
        """The strongest samples, as many as fit."""
        p, x, width = canvas.palette, plan.side_x, plan.side_width
        self._waiting = False
        self.thumbnails.begin()
        unit = shown.unit if found is None else found.unit
        canvas.text(x, 0, f"Strongest for unit {unit}", p.text, attrs=BOLD, width=width)
        if found is None:
            for y, line in enumerate(wrapped(NONE_RECORDED, width, 6), 2):
                canvas.text(x, y, line, p.muted)
        elif not found.strongest.size:
            canvas.text(x, 2, "No sample is answered.", p.muted, width=width)
        else:
            table = table_of(shown.run, shown.evaluation.split)
            if table is not None and _pictured(table, shown, found):
                self._pictures(canvas, plan, session, shown, found, table)
            else:
                _draw_lines(canvas, plan, session, shown, found, table)
        self.thumbnails.end()

    def _pictures(
        self, canvas: Canvas, plan: Plan, session: Session, shown: ResponseMap, found: Answers, table: SampleTable
    ) -> None:
        across = max((plan.side_width + GAP) // (ACROSS + GAP), 1)
        down = max((canvas.height - 1) // (DOWN + 1), 1)
        positions = found.strongest[: across * down]
        maps = unit_maps(shown, found.unit)
        if maps is not None:
            used = len(f"Strongest for unit {found.unit}") + 1
            words = shorten(maps.method, plan.side_width - used)
            canvas.text(plan.side_x + used, 0, words, canvas.palette.muted)
        answers = answers_at(shown.evaluation, positions)
        labels = labels_of(session)
        for place, (position, answer) in enumerate(zip(positions.tolist(), answers, strict=True)):
            x = plan.side_x + place % across * (ACROSS + GAP)
            y = 1 + place // across * (DOWN + 1)
            row = int(shown.evaluation.sample[position])
            if not self._picture(canvas, x, y, table, row, maps):
                self._waiting = True
            true = labels.get(answer.true or "", answer.true or "no label")
            value = number(float(found.values[position]))
            verdict = (answer.verdict.glyph, verdict_colour(canvas.palette, answer.verdict))
            _caption(canvas, x, y + DOWN, ACROSS, verdict, true, value)

    def _picture(self, canvas: Canvas, x: int, y: int, table: SampleTable, row: int, maps: UnitMaps | None) -> bool:
        """Whether the picture, or why there is none, is there."""
        values = map_of(maps.file, tuple(maps.rows.tolist()), row) if maps is not None else None
        if values is None:
            return self.thumbnails.draw(canvas, x, y, ACROSS, DOWN, table, row) is not None
        found = self.thumbnails.pixels(ACROSS, DOWN, table, row)
        if found is None or isinstance(found, Unreadable):
            self.thumbnails.draw(canvas, x, y, ACROSS, DOWN, table, row)
            return found is not None
        assert isinstance(found, Picture)
        draw_map(canvas, x, y, ACROSS, DOWN, found.pixels, values, CONTOUR)
        return True


def _pictured(table: SampleTable, shown: ResponseMap, found: Answers) -> bool:
    """Whether any of the strongest samples has a picture."""
    rows = shown.evaluation.sample[found.strongest[:LOOKED_AT]]
    return table.paths is not None and any(0 <= row < table.n and table.paths[row] for row in rows.tolist())


def _caption(canvas: Canvas, x: int, y: int, width: int, verdict: tuple[str, int], true: str, value: str) -> None:
    """`✓ T-shirt  24.7`: whether the run is right, the true class, the response."""
    p = canvas.palette
    name = shorten(true, max(width - 3 - len(value), 1))
    canvas.line(x, y, [Span(f"{verdict[0]} ", verdict[1]), Span(name, p.text)])
    canvas.text(x, y, value, p.muted, width=width, align="right")


def _draw_lines(
    canvas: Canvas, plan: Plan, session: Session, shown: ResponseMap, found: Answers, table: SampleTable | None
) -> None:
    """A line a sample, where there are no pictures: its class, its id, its response."""
    p = canvas.palette
    positions = found.strongest[: max(canvas.height - 2, 0)]
    labels = labels_of(session)
    for y, (position, answer) in enumerate(
        zip(positions.tolist(), answers_at(shown.evaluation, positions), strict=True), 2
    ):
        half = plan.side_width // 2
        true = labels.get(answer.true or "", answer.true or "no label")
        value = number(float(found.values[position]))
        verdict = (answer.verdict.glyph, verdict_colour(p, answer.verdict))
        _caption(canvas, plan.side_x, y, plan.side_width, verdict, shorten(true, half - 2), value)
        name = id_of(table, int(shown.evaluation.sample[position]))
        canvas.text(plan.side_x + half + 1, y, shorten(name, max(half - len(value) - 2, 1), middle=True), p.faint)
