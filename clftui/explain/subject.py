"""The user's model: a function of theirs names it, here it is loaded and everything about it is checked.

torch is imported when a subject is loaded; `from clftui.explain import Subject` costs nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clftui.explain.importing import SubjectError, brief, import_function
from clftui.text import plural, sanitise

if TYPE_CHECKING:
    import torch
    from PIL import Image

__all__ = ["Ready", "Subject", "SubjectError", "load_subject"]

INSTALL = "pip install 'clftui[explain]'"
_NAMED = 6


@dataclass(frozen=True)
class Subject:
    """What a user's function returns: a torch model, and how a picture becomes its input."""

    model: torch.nn.Module
    preprocess: Callable[[Image.Image], torch.Tensor]
    """One upright picture -> (C, H, W), as the model had it in training; called from several threads."""
    layers: Sequence[str] | None = None
    """Names out of `model.named_modules()`; None leaves the choice to the command."""
    classes: Sequence[str] | None = None
    """The classes in the order of the model's outputs; None says they are in the run's order."""
    mode: str | None = "RGB"
    """Pillow's mode of the pictures `preprocess` gets (`L` for grey); None leaves each as its file has it."""


@dataclass(frozen=True, eq=False)
class Ready:
    """A checked subject: its model in eval mode on `device`, its parameters frozen."""

    spec: str
    model: torch.nn.Module
    preprocess: Callable[[Image.Image], torch.Tensor]
    layers: tuple[str, ...]
    """The layers the user named; empty where they named none."""
    classes: tuple[str, ...] | None
    mode: str | None
    device: torch.device

    def module(self, name: str) -> torch.nn.Module:
        """The layer called `name`; SubjectError with names that are like it."""
        modules = dict(self.model.named_modules())
        if name in modules and name:
            return modules[name]
        raise SubjectError(f"the model of {self.spec} has no layer {sanitise(name)}; {_like(name, modules)}")

    def logits(self, batch: torch.Tensor) -> torch.Tensor:
        """(n, outputs) what the model says about a batch (n, C, H, W) that is on `device`."""
        return first_tensor(self.model(batch), self.spec)

    def outputs_of(self, classes: Sequence[str], outputs: int) -> NDArray[np.int64]:
        """(K,) for each class of a run the number of the model's output that stands for it.

        SubjectError where the model has another number of outputs, or other classes.
        """
        if outputs != len(classes):
            sizes = f"{plural(outputs, 'output')} and the run {plural(len(classes), 'class', 'classes')}"
            raise SubjectError(f"the model of {self.spec} has {sizes}; load the model of this run")
        if self.classes is None:
            return np.arange(outputs, dtype=np.int64)
        if set(self.classes) != set(classes) or len(self.classes) != outputs:
            other = sorted(set(self.classes) ^ set(classes)) or list(self.classes)
            named = ", ".join(sanitise(name) for name in other[:_NAMED])
            raise SubjectError(f"the classes of {self.spec} are not those of the run (see {named}); correct `classes`")
        where = {name: at for at, name in enumerate(self.classes)}
        return np.array([where[name] for name in classes], dtype=np.int64)


def load_subject(spec: str, device: str = "auto", run: Path | None = None) -> Ready:
    """The model that `module:function` or `file.py:function` returns, on `device` (auto, cpu, cuda, cuda:1, mps).

    A function that wants an argument gets the run's folder. SubjectError, one sentence, where anything is amiss.
    """
    function = import_function(spec)
    torch = import_torch()
    place = _device(torch, device)
    arguments = _arguments(spec, function, run)
    try:
        given = function(*arguments)
    except Exception as error:
        raise SubjectError(f"{spec} failed: {brief(error)}") from error
    subject = _as_subject(spec, given)
    if not isinstance(subject.model, torch.nn.Module):
        raise SubjectError(f"{spec} returned a model of type {type(subject.model).__name__}; return a torch.nn.Module")
    if not callable(subject.preprocess):
        raise SubjectError(f"the preprocess of {spec} cannot be called; return a function of a picture")
    try:
        model = subject.model.to(place).eval().requires_grad_(False)
    except (RuntimeError, NotImplementedError) as error:
        raise SubjectError(f"the model of {spec} does not go onto {place}: {brief(error)}") from error
    ready = Ready(
        spec, model, subject.preprocess, tuple(subject.layers or ()),
        None if subject.classes is None else tuple(str(name) for name in subject.classes), subject.mode, place,
    )  # fmt: skip
    for name in ready.layers:
        ready.module(name)
    return ready


def randomise(model: torch.nn.Module) -> None:
    """Put random weights in the place of learned ones: what a map then still shows, no training has taught.

    Biases and the statistics of normalising layers stay, so that activations stay in their range.
    """
    import torch

    random = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weights in model.parameters():
            if weights.dim() > 1 and weights.is_floating_point():
                fresh = torch.empty(weights.shape)
                weights.copy_(torch.nn.init.kaiming_uniform_(fresh, a=5**0.5, generator=random))


def import_torch() -> Any:
    """The module torch; SubjectError saying how to get it."""
    try:
        import torch
    except ImportError as error:
        raise SubjectError(f"this needs torch, which cannot be imported ({brief(error)}); {INSTALL}") from error
    return torch


def first_tensor(output: Any, spec: str) -> torch.Tensor:
    """(n, outputs) of what a model returned: a tensor, or that in `.logits`, in "logits" or at the head of a tuple."""
    found = getattr(output, "logits", None)
    if found is None and isinstance(output, Mapping):
        found = output.get("logits")
    if found is None and isinstance(output, (tuple, list)) and output:
        found = output[0]
    found = output if found is None else found
    if not hasattr(found, "ndim") or found.ndim != 2:
        shape = f"of shape {tuple(found.shape)}" if hasattr(found, "shape") else f"of type {type(found).__name__}"
        raise SubjectError(f"the model of {spec} returned something {shape}; it should return (pictures, classes)")
    logits: torch.Tensor = found
    return logits


def _as_subject(spec: str, given: Any) -> Subject:
    if isinstance(given, Subject):
        return given
    if isinstance(given, (tuple, list)) and 2 <= len(given) <= 3:
        return Subject(*given)
    remedy = "return Subject(model, preprocess), or the tuple (model, preprocess, layers)"
    raise SubjectError(f"{spec} returned a {type(given).__name__}; {remedy}")


def _arguments(spec: str, function: Callable[..., Any], run: Path | None) -> tuple[Path, ...]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    needed = [each for each in parameters if each.default is each.empty and each.kind not in (2, 4)]
    if len(needed) > 1 or any(each.kind is each.KEYWORD_ONLY for each in needed):
        names = ", ".join(each.name for each in needed)
        raise SubjectError(f"{spec} wants {names}; it may take the run's folder, or nothing")
    if not needed:
        return ()
    if run is None:
        raise SubjectError(f"{spec} wants {needed[0].name}, and there is no run folder to give it")
    return (run,)


def _device(torch: Any, name: str) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise SubjectError(f"--device {sanitise(name)} is no device; write auto, cpu, cuda, cuda:1 or mps") from error
    there = {"cuda": torch.cuda.is_available, "mps": torch.backends.mps.is_available}.get(device.type)
    if there is not None and not there():
        raise SubjectError(f"--device {name}: torch {torch.__version__} finds none here; use cpu")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        raise SubjectError(f"--device {name}: there are {plural(torch.cuda.device_count(), 'GPU')}, counted from 0")
    found: torch.device = device
    return found


def _like(name: str, modules: Mapping[str, object]) -> str:
    names = [each for each in modules if each]
    near = get_close_matches(name, names, _NAMED, 0.5)
    if near:
        return f"like it are {', '.join(near)}"
    return f"it has {', '.join(names[:_NAMED])}{' …' if len(names) > _NAMED else ''}" if names else "it has no layers"
