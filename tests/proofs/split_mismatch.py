"""Where runs answer otherwise on one split than on another: the cell that deviates most, by run, with its interval.

    python -m tests.proofs.split_mismatch FOLDER --split test-v2 --against test --cell automobile->truck

The last line says in how many runs the cell of `--cell` rose beyond its test (false discovery rate 5 % over the cells
of a run), and in how many no other cell rose more.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from clftui.data.catalog import open_catalog
from clftui.state.comparison import comparison
from clftui.state.movers import Mover, mover_at, movers_between
from clftui.state.session import open_session
from clftui.state.versus import Kind, Versus


def told(mover: Mover) -> str:
    return (
        f"{mover.name:22} {100 * mover.before:5.1f} to {100 * mover.after:5.1f} %  "
        f"{100 * mover.change:+5.1f} [{100 * mover.low:+5.1f}, {100 * mover.high:+5.1f}]  q {mover.q:.1g}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--split", required=True)
    parser.add_argument("--against", required=True)
    parser.add_argument("--cell", required=True)
    chosen = parser.parse_args()
    session = open_session(open_catalog((chosen.folder,)), split=chosen.split)
    runs, confirmed, most = 0, 0, 0
    for run in session.catalog.runs:
        here = replace(session, selection=replace(session.selection, run=run.key))
        compared = comparison(here, Versus(Kind.SPLIT, chosen.against), run)
        if compared is None:
            continue
        cells = movers_between(compared, None)[0].cells
        runs += 1
        rise = np.where(np.isnan(cells.p), -1.0, cells.changes.change)
        top = mover_at(cells, int(np.argmax(rise)), run.classes, None)
        all_cells = (mover_at(cells, at, run.classes, None) for at in range(len(rise)))
        wanted = next((each for each in all_cells if each.name == chosen.cell), None)
        risen = wanted is not None and wanted.worse and wanted.q <= 0.05
        confirmed += risen
        most += top.name == chosen.cell
        other = "" if wanted is None or wanted == top else f"; {told(wanted)}"
        print(f"{run.name:44} {int(cells.significant.sum()):3} movers  {told(top)}{other}")
    print(f"{chosen.cell}: confirmed in {confirmed} of {runs} runs, the greatest rise in {most}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
