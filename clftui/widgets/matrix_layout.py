"""Where the parts of the matrix lie on a screen of a given size: plain arithmetic, no drawing.

From the top: a line of axes and legend, column labels, the grid, the margin of the columns, the read-out. From the
left: row labels, the grid, the margin of the rows, its past. What does not fit goes in the opposite order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from clftui.state.matrix_cells import items_a_pixel
from clftui.state.settings import PIXELS, Zoom

if TYPE_CHECKING:
    from clftui.widgets.matrix_epochs_layout import StripContent, StripPlan

SCALE_MAX = 3
"""How many times its least size a shaded cell grows where all classes fit."""
WIDE = 9
"""The least width of a wide cell, its gap included."""
WIDEST = 13
SHARE_WIDTH = 5
INTERVAL_WIDTH = 10
SPARK_WIDTH = 11
EDGE = 1


@dataclass(frozen=True)
class Content:
    """What the layout depends on, besides the size: `n` classes, the width of numbers and names, and what there is."""

    n: int
    number_width: int
    """Columns of the widest number; 0 where cells show shades alone."""
    name_width: int
    """Columns of the longest class name."""
    epochs: int
    """Epochs of the run on this split; sparklines need two."""
    zoom: Zoom = Zoom.NUMBER
    left: int = 0
    """Columns at the left for the groups of the hierarchy."""
    strips: StripContent | None = None
    """What cells hold of their history; None where they hold a number or a shade."""
    image_rows: int = 0
    """Rows of the smallest image that cells may hold; 0 where they hold none."""


class Layout(NamedTuple):
    """Positions in cells of the widget; -1 for a part that has no room."""

    label_width: int
    head_height: int
    """Rows of the column labels; more than one stand upright."""
    x: int
    y: int
    """The grid's top left."""
    cell_width: int
    cell_height: int
    seams: bool
    """Whether half rows between the cells let them touch (a cell is then two rows high and its number in between)."""
    rows: int
    columns: int
    """How many of the matrix show at once."""
    share_x: int
    interval_x: int
    spark_x: int
    foot_y: int
    sentence_y: int
    runs_y: int
    half: bool = False
    """Whether a screen row holds two of the matrix's (a cell is then a pixel: a column wide, half a row high)."""
    per: int = 1
    """How many items a row, and a column, stands for: more than one in the overview."""
    numbers: bool = False
    """Whether cells hold numbers."""
    wide: bool = False
    """Whether a cell is a blank row, rows of its own and a blank column: room for more than a number."""
    strip_x: int = -1
    """The rows' margin as a strip of shades."""
    label_x: int = EDGE
    """Where the row labels begin."""
    strips: StripPlan | None = None
    """How cells hold strips of epochs; None where they hold none."""
    track_x: int = -1
    """Where what stands beside the rows' strips begins."""
    images: bool = False
    """Whether cells hold images."""

    @property
    def width(self) -> int:
        """Columns of the grid."""
        return self.columns * self.cell_width

    @property
    def height(self) -> int:
        """Rows of the grid, the last seam included."""
        if self.half:
            return (self.rows + 1) // 2
        return self.rows * self.cell_height + (1 if self.seams or self.wide else 0)

    def middle(self, row: int) -> int:
        """The screen row in the middle of the shown row `row`, where its number and label stand."""
        if self.half:
            return self.y + row // 2
        if self.wide:
            return self.y + row * self.cell_height + self.cell_height // 2
        return self.y + row * self.cell_height + (1 if self.seams else (self.cell_height - 1) // 2)

    def row_at(self, y: int) -> int | None:
        """Which shown row a screen row belongs to, the upper one of two."""
        inside = self.y <= y < self.y + self.height
        if self.half:
            return 2 * (y - self.y) if inside else None
        return min((y - self.y) // self.cell_height, self.rows - 1) if inside and self.rows else None

    def column_at(self, x: int) -> int | None:
        """Which shown column a screen column belongs to."""
        return (x - self.x) // self.cell_width if self.x <= x < self.x + self.width else None


def arrange(width: int, height: int, content: Content) -> Layout:
    """The layout of `content` on `width` x `height` cells: roomy where all classes fit that way, else tight."""
    layout = _arrange(width - content.left, height, content)
    return _moved(layout, content.left) if content.left else layout


def _moved(layout: Layout, by: int) -> Layout:
    """`layout` further to the right."""
    names = ("share_x", "interval_x", "spark_x", "strip_x", "track_x")
    places = {name: x + by for name in names if (x := getattr(layout, name)) >= 0}
    return layout._replace(x=layout.x + by, label_x=layout.label_x + by, **places)


def _arrange(width: int, height: int, content: Content) -> Layout:
    if content.zoom in PIXELS:
        return _pixels(width, height, content)
    if content.strips is not None:
        from clftui.widgets.matrix_epochs_layout import arrange_strips  # Loaded when strips are first asked for.

        return arrange_strips(width, height, content, content.strips)
    if content.image_rows:
        from clftui.widgets.matrix_images import arrange_images  # Loaded when images are first asked for.

        return arrange_images(width, height, content)
    label = label_width(width, content.name_width)
    x = min(EDGE + label + 1, max(width - 1, 0))
    share, interval, spark = _margins(width, x, content)
    room = max(width - x - EDGE - share - interval - spark, 1)
    below = below_grid(height)
    if content.zoom is Zoom.WIDE:
        cell_width, cell_height, seams, head = max(content.number_width + 2, WIDE), 3, False, 1
        cell_width = max(cell_width, min(content.name_width + 1, room // max(content.n, 1), WIDEST))
    elif content.number_width:
        tall = height - below - 2
        if spark and not _number_cell(room, tall, content)[2] and _number_cell(room + spark, tall, content)[2]:
            # Cells that touch show the blocks: worth more than the past of the margin.
            room, spark = room + spark, 0
        cell_width, cell_height, seams = _number_cell(room, tall, content)
        if content.left and interval and content.n * cell_width > room and content.n * cell_width <= room + interval:
            room, interval, spark = room + interval + spark, 0, 0
        head = 1
    else:
        head = 5 if height >= 30 else 3 if height >= 14 else 1
        scale = _scale(room, height - below - 2, content.n)
        cell_width, cell_height, seams = 2 * scale, scale, False
        head = min(head, content.name_width) if scale == 1 else 1
    y = 1 + head if height > head + 2 else min(1, height - 1)
    columns = min(content.n, max(room // cell_width, 1))
    wide = content.zoom is Zoom.WIDE
    tall = height - below - y - (1 if seams or wide else 0)
    rows = min(content.n, max(tall // cell_height, 1))
    grid = (rows * cell_height + (1 if seams or wide else 0), columns * cell_width)
    feet = feet_of(y + grid[0], height, below)
    return Layout(
        label_width=label,
        head_height=head,
        x=x,
        y=y,
        cell_width=cell_width,
        cell_height=cell_height,
        seams=seams,
        rows=rows,
        columns=columns,
        share_x=x + grid[1] + 1 if share else -1,
        interval_x=x + grid[1] + 1 + share if interval else -1,
        spark_x=x + grid[1] + 1 + share + interval if spark else -1,
        foot_y=feet["foot_y"],
        sentence_y=feet["sentence_y"],
        runs_y=feet["runs_y"],
        numbers=content.number_width > 0,
        wide=wide,
    )


def _pixels(width: int, height: int, content: Content) -> Layout:
    """Square pixels, two a cell: as many as fit, or so many items a pixel that all fit."""
    label = label_width(width, content.name_width)
    x = min(EDGE + label + 1, max(width - 1, 0))
    below = below_grid(height)
    y = 2 if height > 3 else min(1, height - 1)
    strip = 2 if width - x >= 12 else 0
    across, down = max(width - x - EDGE - strip, 1), max(2 * (height - below - y), 1)
    per = items_a_pixel(content.n, min(across, down)) if content.zoom is Zoom.OVERVIEW else 1
    all_of_them = items_a_pixel(content.n, per)
    rows, columns = min(all_of_them, down), min(all_of_them, across)
    feet = feet_of(y + (rows + 1) // 2, height, below)
    return Layout(
        label_width=label,
        head_height=1,
        x=x,
        y=y,
        cell_width=1,
        cell_height=1,
        seams=False,
        rows=rows,
        columns=columns,
        share_x=-1,
        interval_x=-1,
        spark_x=-1,
        foot_y=feet["foot_y"],
        sentence_y=feet["sentence_y"],
        runs_y=feet["runs_y"],
        half=True,
        per=per,
        strip_x=x + columns + 1 if strip else -1,
    )


def label_width(width: int, names: int) -> int:
    """Columns of the row labels."""
    most = 24 if width >= 160 else 18 if width >= 110 else 9 if width >= 50 else 5
    # The margin below has its name, "precision", in the same column.
    return max(min(names, most), min(9, most))


def _margins(width: int, x: int, content: Content) -> tuple[int, int, int]:
    """Columns of the rows' margin: its share, the interval, the sparkline; each with the gap before what follows."""
    left = width - x - 4 * max(content.number_width + 2, 2)
    share = SHARE_WIDTH + 2 if left >= 8 else 0
    interval = INTERVAL_WIDTH + 1 if share and left >= 26 else 0
    fits = width - x - share - interval - SPARK_WIDTH - 2 >= content.n * max(content.number_width + 2, 5)
    spark = SPARK_WIDTH + 1 if interval and content.epochs > 1 and (width >= 140 or (width >= 100 and fits)) else 0
    return share, interval, spark


def below_grid(height: int) -> int:
    """Rows under the grid: its margin, then the read-out of the cell, then that of the runs, then a blank."""
    if height >= 24:
        return 4
    return 3 if height >= 14 else 2 if height >= 10 else 1 if height >= 6 else 0


def feet_of(bottom: int, height: int, below: int) -> dict[str, int]:
    """The rows under a grid that ends before row `bottom`."""
    gap = 1 if below >= 4 else 0
    sentence = bottom + gap + (1 if below >= 2 else 0)
    return {
        "foot_y": bottom if below >= 2 else -1,
        "sentence_y": sentence if below >= 1 and sentence < height else -1,
        "runs_y": sentence + 1 if below >= 3 and sentence + 1 < height else -1,
    }


def _number_cell(room: int, height: int, content: Content) -> tuple[int, int, bool]:
    """(width, height, seams) of a cell with a number."""
    roomy, tight = max(content.number_width + 3, 7), max(content.number_width + 2, 5)
    if content.n * tight > room:
        # Where not all classes fit, one blank between numbers shows a few more of them.
        tight = max(content.number_width + 1, 5)
    seams = content.n * roomy <= room and 2 * content.n + 1 <= height
    least = roomy if seams else tight
    if content.n * least <= room:
        # Room to spare goes to the column labels.
        least = max(least, min(content.name_width + 1, room // content.n, WIDEST))
    return least, 2 if seams else 1, seams


def _scale(room: int, height: int, n: int) -> int:
    return max(min(room // (2 * n), height // n, SCALE_MAX), 1) if n else 1
