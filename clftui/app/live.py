"""What arrives from other threads: newer catalogs and histories. One slot each, newest wins, and a bare message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual.message import Message
from textual.message_pump import MessagePump

from clftui.data.catalog import Catalog
from clftui.data.watch import Watcher


class CatalogChanged(Message):
    """A newer catalog lies in the mailbox."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, CatalogChanged)


class Live:
    """Follows the folders and leaves the newest catalog for the main screen."""

    def __init__(self, paths: Sequence[Path], images_root: Path | None, target: MessagePump) -> None:
        self._watcher = Watcher()
        self._paths, self._images_root, self._target = list(paths), images_root, target
        self._newest: Catalog | None = None

    def start(self, catalog: Catalog) -> None:
        self._watcher.start(self._paths, catalog, self._arrived, images_root=self._images_root)

    def stop(self) -> None:
        self._watcher.stop()

    def take(self) -> Catalog | None:
        """The newest catalog that nobody has taken yet."""
        newest, self._newest = self._newest, None
        return newest

    def _arrived(self, catalog: Catalog) -> None:
        self._newest = catalog
        self._target.post_message(CatalogChanged())
