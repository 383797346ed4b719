"""Paths of samples, to take along: of the focused one, of those selected, of a whole list."""

from __future__ import annotations

from clftui.state.sample_list import Nothing, SampleList, index_of, listing
from clftui.state.session import Session
from clftui.state.tag_steps import chosen_positions
from clftui.text import sanitise


def copy_text(session: Session, *, whole: bool = False) -> tuple[str, int]:
    """Paths, one a line, and how many: of the focused sample or the whole list, of the selected ones where there are.

    Ids where samples have no path.
    """
    shown = listing(session)
    if isinstance(shown, Nothing) or not shown.n:
        return "", 0
    positions = chosen_positions(session, shown)
    if not positions.size:
        positions = shown.positions if whole else shown.positions[[index_of(session, shown)]]
    lines = [_path_or_id(shown, position) for position in positions.tolist()]
    return "\n".join(lines), len(lines)


def _path_or_id(shown: SampleList, position: int) -> str:
    table, row = shown.table, int(shown.evaluation.sample[position])
    path = table.path_of(row) if table is not None else None
    # A line break in a file name would make two lines of one path.
    return str(path).replace("\n", "\\n") if path is not None else sanitise(shown.id_at(position))
