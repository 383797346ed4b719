"""Commands that draw a chart over the whole screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clftui.state.epochs_detail import detail
from clftui.state.moves import say

if TYPE_CHECKING:
    from clftui.app.main_screen import MainScreen


def enlarge(screen: MainScreen) -> None:
    """The curves of the selected class, cell or group, large and with axes."""
    shown = detail(screen.now, wait=True)
    if shown is None or not shown.curves:
        screen.act(lambda session: say(session, "There are no curves of what is selected."))
        return
    from clftui.app.dialogs.plot import PlotDialog  # plotext is loaded when it is first asked for.

    screen.app.push_screen(PlotDialog(shown, screen.app.palette))  # type: ignore[attr-defined]
