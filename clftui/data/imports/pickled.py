"""Files that would have to be unpickled: refused, with the lines that save the same arrays safely."""

from __future__ import annotations

from pathlib import Path

from clftui.schema import FormatError

TORCH_ENDINGS = (".pt", ".pth", ".ckpt", ".bin")
PICKLE_ENDINGS = (".pkl", ".pickle", ".p", ".joblib", ".obj", ".dill", *TORCH_ENDINGS)

_LOADS = {
    ".joblib": "import joblib, numpy as np; d = joblib.load({name!r})",
    ".pt": "import torch, numpy as np; d = torch.load({name!r}, weights_only=True)",
    "": "import pickle, numpy as np; d = pickle.load(open({name!r}, 'rb'))",
}


def refuse_pickle(path: Path) -> FormatError:
    """Why `path` is not loaded, and three statements that make an .npz of it where it is trusted."""
    ending = path.suffix.casefold()
    load = _LOADS[".pt" if ending in TORCH_ENDINGS else ending if ending in _LOADS else ""]
    save = "np.savez({out!r}, labels=d['labels'], probs=d['probs'])"
    remedy = f"if you trust it, run: {load}; {save}".format(name=path.name, out=f"{path.stem}.npz")
    return FormatError(path, "", "is a pickle, which runs code when it is loaded, and is never opened", remedy)


def looks_pickled(path: Path) -> bool:
    """Whether the ending says so; a protocol byte does too, where the ending is none that clftui reads."""
    return path.suffix.casefold() in PICKLE_ENDINGS
