"""Finds the function a user names on the command line: `module:function`, or `path/to/file.py:function`."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from types import ModuleType
from typing import Any

from clftui.text import sanitise, shorten

_LONGEST = 200


class SubjectError(Exception):
    """The user's model cannot be used; one sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sanitise(sentence))


def brief(error: BaseException) -> str:
    """What an error of the user's code says, on one line: `KeyError: 'fc.weight'`."""
    words = shorten(str(error), _LONGEST)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def import_function(spec: str) -> Callable[..., Any]:
    """The function of `module:function` or `file.py:function`; the working folder counts as a place of modules."""
    place, colon, name = spec.rpartition(":")
    if not colon or not place or not name:
        raise SubjectError(f"{spec} names no function; write module:function or path/to/file.py:function")
    module = _from_file(Path(place)) if place.endswith(".py") else _from_name(place)
    found = getattr(module, name, None)
    if callable(found):
        function: Callable[..., Any] = found
        return function
    there = [each for each, value in vars(module).items() if callable(value) and not each.startswith("_")]
    near = get_close_matches(name, there, 4, 0.4) or there[:4]
    what = "is no function" if found is not None else "is not there"
    raise SubjectError(f"{name} {what} in {place}{'; it has ' + ', '.join(near) if near else ''}")


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise SubjectError(f"{path} does not exist; name the file that holds your function")
    # As Python does for a script: what lies beside the file can be imported.
    _findable(path.parent)
    found = importlib.util.spec_from_file_location(path.stem, path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    before = sys.modules.get(path.stem)
    sys.modules[path.stem] = module
    try:
        found.loader.exec_module(module)
    except Exception as error:
        raise _failed(str(path), error) from error
    finally:
        if before is not None:
            sys.modules[path.stem] = before
    return module


def _from_name(name: str) -> ModuleType:
    _findable(Path())
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            remedy = "run clftui where it can be imported, or write path/to/file.py:function"
            raise SubjectError(f"there is no module {name}; {remedy}") from error
        raise _failed(name, error) from error
    except Exception as error:
        raise _failed(name, error) from error


def _failed(place: str, error: Exception) -> SubjectError:
    if isinstance(error, ModuleNotFoundError) and error.name == "torch":
        return SubjectError(f"{place} needs torch, which is not installed; pip install 'clftui[explain]'")
    return SubjectError(f"importing {place} failed: {brief(error)}")


def _findable(folder: Path) -> None:
    place = str(folder.resolve())
    if place not in sys.path:
        sys.path.insert(0, place)
