"""Commands about the alarm that shows, in every view."""

from __future__ import annotations

from clftui.app.commands import Command
from clftui.state.alarm_strip import dismiss, has_alarm, show

COMMANDS: tuple[Command, ...] = (
    Command("alarm.show", ("a",), "show alarm", "What got worse: the epoch of the alarm and its movers.", "Move",
            step=show, footer=0, when=has_alarm),
    Command("alarm.dismiss", ("escape",), "dismiss", "Dismiss the alarm; without one, one step back.", "Move",
            step=dismiss),
)  # fmt: skip
