"""Zoom levels of the matrix and what a step of the cursor is in each."""

from __future__ import annotations

from dataclasses import replace

from clftui.state import matrix_box
from clftui.state.matrix_box import LISTED
from clftui.state.matrix_cells import items_a_pixel
from clftui.state.matrix_model import clamped, point, readable
from clftui.state.moves import cycle, say
from clftui.state.session import Session
from clftui.state.settings import NEAR, PIXELS, Against, CellEncoding, MatrixSettings, Pool, Scaling, Zoom
from clftui.text import count

_STRENGTHS = range(20)
_OUT = tuple(Zoom)
"""From the farthest to the nearest."""
_WORDS = {
    Zoom.OVERVIEW: "All classes on one screen",
    Zoom.PIXEL: "A class is a pixel",
    Zoom.SHADE: "Cells show a shade",
    Zoom.NUMBER: "Cells show a number",
    Zoom.WIDE: "Cells show a number and its share",
}


def to_zoom(session: Session, level: Zoom) -> Session:
    """Show the matrix at a zoom level; the cursor keeps its class pair."""
    holds = session.matrix.cell
    words = _WORDS[level]
    if session.matrix.against is not Against.NOTHING and level in NEAR:
        words = "Cells show a difference and its share" if level is Zoom.WIDE else "Cells show a difference"
    elif level in NEAR and holds is not CellEncoding.NUMBER:
        words = f"Cells show {'an' if holds is CellEncoding.IMAGE else 'a'} {holds.value}"
        words += ", a large one" if level is Zoom.WIDE else ""
    return say(replace(session, matrix=replace(session.matrix, zoom=level)), f"{words}.")


def zoom(session: Session, by: int, page: tuple[int, int]) -> Session:
    """One level nearer (`by` 1) or farther (-1); `page` is how many rows and columns show now."""
    here = readable(session)
    n = here.n if here is not None else 0
    now = session.matrix.zoom_of(n)
    all_shown = page[0] >= n and page[1] >= n
    levels = [level for level in _OUT if not (all_shown and level in PIXELS) or level is now]
    at = levels.index(now) + by
    if at < 0:
        return say(session, f"All {count(n)} classes show already; z zooms in.")
    if at >= len(levels):
        return say(session, "This is as near as it gets; Z zooms out.")
    return to_zoom(session, levels[at])


def toggle_pool(session: Session) -> Session:
    """Largest cell or sum in the pixels of the overview."""
    pool = cycle(session.matrix.pool)
    words = "the largest of its cells" if pool is Pool.MAX else "the sum of its cells"
    return say(replace(session, matrix=replace(session.matrix, pool=pool)), f"A pixel shows {words}.")


def next_scaling(session: Session) -> Session:
    """Another way from values to shades."""
    return _scaled(session, replace(session.matrix, scaling=cycle(session.matrix.scaling)))


def step_strength(session: Session, by: int) -> Session:
    """Lift small values more (`by` 1) or less."""
    strength = clamped(session.matrix.strength + by, _STRENGTHS[-1])
    return _scaled(session, replace(session.matrix, strength=strength))


def is_adjustable(session: Session) -> bool:
    """Whether the scaling has a strength."""
    return session.matrix.scaling in (Scaling.EXPONENT, Scaling.CLIP)


def _scaled(session: Session, settings: MatrixSettings) -> Session:
    words = {
        Scaling.LOG: "Shades follow the logarithm",
        Scaling.LINEAR: "Shades follow the value itself",
        Scaling.EXPONENT: f"Shades follow v^{settings.exponent:.2f}; , and ; change the exponent",
        Scaling.CLIP: f"Shades are full from {100 * settings.exponent:.0f} % of the largest value; , and ; change that",
    }
    return say(replace(session, matrix=settings), f"{words[settings.scaling]}.")


def toggle_halo(session: Session) -> Session:
    """Rims around pixels that show."""
    halo = not session.matrix.halo
    words = "Pixels grow a faint rim: an artificial shade, there are no samples in it" if halo else "No rims"
    return say(replace(session, matrix=replace(session.matrix, halo=halo)), f"{words}.")


def move(session: Session, rows: int, columns: int, page: tuple[int, int]) -> Session:
    """The cursor some rows and columns of what shows: in the overview by whole pixels, to their largest mistake."""
    here = readable(session)
    if here is None or session.matrix.pane in LISTED or session.matrix.zoom_of(here.n) is not Zoom.OVERVIEW:
        return matrix_box.move(session, rows, columns)
    per = items_a_pixel(here.n, page[0])
    return at_pixel(session, here.cursor[0] // per + rows, here.cursor[1] // per + columns, per)


def at_pixel(session: Session, row: int, column: int, per: int) -> Session:
    """The cursor in a pixel of `per` x `per` items (clamped): on its largest mistake, or where it is in there."""
    here = readable(session)
    if here is None:
        return session
    last = (here.n - 1) // per
    areas = [
        slice(per * place, min(per * (place + 1), here.n)) for place in (clamped(row, last), clamped(column, last))
    ]
    return point(session, here, areas[0], areas[1])
