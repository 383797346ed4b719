"""ImageFolder: images in folders named as their classes, which give the true labels that predictions lack."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath

import numpy as np

from clftui.data.imports.beside import Options, array_run, listed
from clftui.data.imports.classes import ClassList, class_file
from clftui.data.imports.names import SPLITS, ArrayName, array_name
from clftui.data.imports.npy import ANSWERS, Named, named_arrays
from clftui.data.run import Run
from clftui.schema import FormatError

ENDINGS = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
MOST_IMAGES = 2_000_000
MOST_TRIED = 12
"""Folders beside a table that are looked into for images."""


@dataclass(frozen=True)
class ImageTree:
    """`paths` of all images relative to `root`, in the order of a sorted walk, and their `labels`: class names."""

    root: Path
    classes: tuple[str, ...]
    paths: tuple[str, ...]
    labels: tuple[str, ...]

    @cached_property
    def by_path(self) -> dict[str, str]:
        """The class of each relative path."""
        return dict(zip(self.paths, self.labels, strict=True))

    @cached_property
    def place(self) -> dict[str, str]:
        """The relative path of each bare file name; "" where images of several folders are called so."""
        out: dict[str, str] = {}
        for path in self.paths:
            name = path.rpartition("/")[2]
            out[name] = path if name not in out else ""
        return out


def image_tree(root: Path) -> ImageTree | None:
    """The images below `root`, which has at least two folders with images and nothing but folders above them."""
    folders = [each for each in listed(root)[1] if each.name.casefold() not in SPLITS and _has_images(each)]
    if len(folders) < 2:
        return None
    paths: list[str] = []
    labels: list[str] = []
    for folder in folders:
        for path in _walk(folder):
            paths.append(os.path.relpath(path, root).replace(os.sep, "/"))
            labels.append(folder.name)
            if len(paths) >= MOST_IMAGES:
                break
    return ImageTree(root, tuple(folder.name for folder in folders), tuple(paths), tuple(labels))


def _has_images(folder: Path) -> bool:
    """Whether one of the first entries is an image, or of the first folder in it."""
    try:
        with os.scandir(folder) as entries:
            for entry, _ in zip(entries, range(200), strict=False):
                if entry.name.casefold().endswith(ENDINGS):
                    return True
    except OSError:
        return False
    below = listed(folder)[1]
    return bool(below) and any(file.suffix.casefold() in ENDINGS for file in listed(below[0])[0][:200])


def _walk(folder: Path) -> Iterator[str]:
    """torchvision's order: folders sorted, in each its files sorted."""
    for base, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.casefold().endswith(ENDINGS):
                yield str(Path(base, name))


def trees_near(path: Path, images_root: Path | None) -> Iterator[ImageTree]:
    """Image folders around a table: `--images`, its own folder, the folders in it, and those in their splits."""
    tried: list[Path] = [] if images_root is None else [images_root]
    tried += [path.parent, *listed(path.parent)[1][:MOST_TRIED]]
    tried += [below for folder in tuple(tried) for below in listed(folder)[1] if below.name.casefold() in SPLITS]
    for folder in dict.fromkeys(tried):
        tree = image_tree(folder)
        if tree is not None:
            yield tree


@dataclass(frozen=True)
class FromFolders:
    """The true class of each sample ("" where none is found), what was assumed, and the classes where folders say."""

    true: tuple[str, ...]
    note: str
    classes: ClassList | None
    paths: tuple[str, ...] | None = None
    """Paths relative to the table's folder, where bare names were found in class folders."""


def true_classes(path: Path, given: Sequence[str], images_root: Path | None) -> FromFolders | None:
    """True classes of the images called `given` in the table at `path`, by the folders they lie in; None without."""
    own = _by_their_folders(given)
    if own is not None:
        names = sorted(set(own))
        tree = next((t for t in trees_near(path, images_root) if set(names) <= set(t.classes)), None)
        if tree is not None:
            names = list(tree.classes)
        listed_as = ClassList(tuple(names), path.parent / "the names of the folders")
        paths = _moved(path, given, tree) if tree is not None and images_root is None else None
        return FromFolders(tuple(own), "true classes are the images' folders", listed_as, paths)
    bare = [PurePath(name.replace("\\", "/")).name for name in given]
    for tree in trees_near(path, images_root):
        places, told = _places(tree, given, bare)
        lost = sum(not place for place in places)
        if lost < len(places):
            note = f"true classes are the folders in {tree.root.name}{told}"
            note += f"; {lost} of {len(places)} images were not found there, or in two of them" if lost else ""
            labels = tuple(tree.by_path[place] if place else "" for place in places)
            base = os.path.relpath(tree.root, path.parent if images_root is None else images_root)
            paths = tuple(
                os.path.normpath(f"{base}/{place}") if place else name
                for name, place in zip(given, places, strict=True)
            )
            return FromFolders(labels, note, ClassList(tree.classes, tree.root), paths)
        if all(name in tree.place for name in bare):
            problem = f"names images that lie in several class folders of {tree.root.name}"
            raise FormatError(path, "", problem, "write them with their folder, cat/1.jpg (timm's --fullname)")
    return None


def _places(tree: ImageTree, given: Sequence[str], bare: Sequence[str]) -> tuple[list[str], str]:
    """The path in `tree` of each image, "" where nothing tells which; and what was assumed.

    Where names repeat in several classes (`0.png` in each) they say nothing but their order, which must be that of the
    folders: sorted as torchvision does, or as timm does, 10 behind 9.
    """
    found = [
        name if name in tree.by_path else tree.place.get(short, "") for name, short in zip(given, bare, strict=True)
    ]
    if all(found) or len(bare) != len(tree.paths):
        return found, ""
    for order in (tree.paths, sorted(tree.paths, key=_natural)):
        if [path.rpartition("/")[2] for path in order] == list(bare):
            return list(order), ", in the order of their sorted paths: file names repeat in several classes"
    return found, ""


def _natural(path: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", path.casefold())]


def _moved(path: Path, given: Sequence[str], tree: ImageTree) -> tuple[str, ...] | None:
    """Paths in `tree` for those that lead nowhere from the table; None where the first one leads somewhere."""
    if (path.parent / given[0]).exists():
        return None
    base = os.path.relpath(tree.root, path.parent)
    ends = ["/".join(PurePath(name.replace("\\", "/")).parts[-2:]) for name in given]
    return tuple(
        os.path.normpath(f"{base}/{end}") if end in tree.by_path else name
        for name, end in zip(given, ends, strict=True)
    )


def _by_their_folders(given: Sequence[str]) -> list[str] | None:
    """The folder of each path, where every path has one and they differ."""
    parts = [PurePath(name.replace("\\", "/")).parts for name in given]
    if not parts or any(len(each) < 2 for each in parts):
        return None
    folders = [each[-2] for each in parts]
    distinct = set(folders)
    return folders if 2 <= len(distinct) < max(3, len(folders)) and not distinct <= {*SPLITS, "images"} else None


def image_array_run(folder: Path, files: Sequence[Path], options: Options) -> tuple[Run, set[Path]] | None:
    """Arrays of predictions in a folder of class folders, one row an image in sorted order; None for other folders."""
    arrays = [
        f for f in files if f.suffix.casefold() in (".npy", ".npz") and array_name(f.stem).role in (*ANSWERS, None)
    ]
    if not arrays or any(array_name(f.stem).role == "true" for f in files):
        return None
    tree = next((t for t in (image_tree(options.images_root or folder), image_tree(folder)) if t is not None), None)
    if tree is None:
        return None
    named = [each for file in arrays for each in named_arrays(file)]
    fits = any(len(tree.paths) in each.values.shape for each in named)
    if not fits or any(each.about.role == "true" for each in named):
        return None
    split = next((each.about.split for each in named if each.about.split), None)
    number = {name: at for at, name in enumerate(tree.classes)}
    names = np.array(tree.classes)
    paths = [os.path.relpath(tree.root / each, folder.parent) for each in tree.paths]
    beside = [
        Named(tree.root, "labels", ArrayName("true", split, None), np.array([number[label] for label in tree.labels])),
        Named(tree.root, "paths", ArrayName("path", split, None), np.array(paths)),
        Named(tree.root, "classes", ArrayName("classes", split, None), names),
    ]
    run = array_run(folder.name, folder, named, beside, options, class_file([folder]))
    note = "true classes are the images' folders, predictions in the order of their sorted paths"
    return replace(run, notes=(note, *run.notes)), set(arrays)
