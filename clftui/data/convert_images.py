"""The images of imported samples: referred to where they are, or copied beside the runs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from clftui.data.samples import SampleTable
from clftui.schema import FormatError
from clftui.text import plural

FOLDER = "images"


class Images:
    """Paths of images as the new table gives them; with `copy` the images lie in `dest`/images/<split>."""

    def __init__(self, dest: Path, copy: bool) -> None:
        self.copied = 0
        self._dest = dest
        self._copy = copy
        self._missing: set[Path] = set()

    def notes(self) -> list[str]:
        """One sentence where images were not found."""
        if not self._missing:
            return []
        lost = plural(len(self._missing), "image was", "images were")
        return [f"{lost} not found; --images ROOT says where they are"]

    def placed(self, split: str, table: SampleTable, folder: Path) -> list[str]:
        """(n,) the path of each row for a table in `folder`, whether its file is there or not."""
        given = table.paths.tolist() if table.paths is not None else []
        places = [table.path_of(row) for row in range(table.n)]
        found = [path if path is not None and path.is_file() else None for path in places]
        self._missing.update(at for at, path in zip(places, found, strict=True) if at is not None and path is None)
        parents = {path.absolute().parent for path in found if path is not None}
        root = Path(os.path.commonpath(parents)) if parents else Path()
        out = []
        for name, at, path in zip(given, places, found, strict=True):
            if path is not None and self._copy:
                at = self._dest / FOLDER / split / path.absolute().relative_to(root)
                self._put(path, at)
            elif Path(name).is_absolute() or (path is None and table.images_root is not None):
                # What was looked for in another folder, in vain, is best told as it was given.
                at = None
            out.append(name if at is None else Path(os.path.relpath(at, folder)).as_posix())
        return out

    def _put(self, path: Path, place: Path) -> None:
        size = path.stat().st_size
        if place.exists():
            if place.stat().st_size != size:
                raise FormatError(place, "", "is there already and is another image", "choose another folder")
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(f".{place.name}.part")
        shutil.copyfile(path, partial)
        partial.replace(place)
        self.copied += 1
