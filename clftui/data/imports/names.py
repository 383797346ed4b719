"""Which column or array is what: the many names people give to labels, predictions and scores."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

# In each line the names are tried from left to right: the plainest first, the ambiguous last.
COLUMNS: dict[str, tuple[str, ...]] = {
    "true": (
        "true", "y_true", "true_label", "true_class", "label_true", "ground_truth", "groundtruth", "gt", "gt_label",
        "actual", "actual_label", "actual_class", "target", "truth", "given_label", "label", "y", "category", "targets",
        "labels", "ground_truth_labels", "true_labels",
    ),
    "predicted": (
        "predicted", "y_pred", "predicted_label", "predicted_class", "pred_label", "pred_class", "label_pred",
        "prediction", "pred", "preds", "predictions", "yhat", "y_hat", "predicted_labels",
        "object_response", "response", "output", "guess", "p",
    ),
    "confidence": (
        "confidence", "conf", "p_max", "pred_score", "predicted_prob", "pred_prob", "score", "prob", "probability",
    ),
    "path": (
        "path", "image_path", "img_path", "filepath", "file_path", "file", "filename", "file_name", "image", "img",
        "imagename", "filenames", "testset_filenames", "paths",
    ),
    "id": ("id", "sample_id", "uid", "uuid", "sample", "sample_idx", "index", "idx", "row"),
    "text": ("text", "document", "sentence", "utterance"),
    "epoch": ("epoch",),
    "run": ("run", "run_name", "run_id", "model", "model_name", "subj", "subject"),
    "split": ("split", "fold", "subset"),
    "count": ("count", "counts", "n", "npredictions"),
}  # fmt: skip

ARRAYS: dict[str, tuple[str, ...]] = {
    "true": ("true", "y_true", "label", "labels", "target", "targets", "y", "gt", "ground_truth", "label_ids"),
    "predicted": ("predicted", "pred", "preds", "prediction", "predictions", "y_pred", "yhat", "y_hat",
                  "predicted_labels", "pred_labels", "predicted_classes"),
    "scores": ("scores", "score", "prob", "probs", "proba", "probas", "probability", "probabilities", "softmax",
               "pred_probs", "pred_prob", "predicted_probabilities", "class_scores", "y_score", "y_prob", "y_proba",
               "pyx"),
    "logits": ("logit", "logits"),
    "nll": ("nll",),
    "features": ("feature", "features", "embedding", "embeddings"),
    "loss": ("loss", "losses"),
    "path": ("path", "paths", "file", "files", "filename", "filenames"),
    "id": ("id", "ids", "sample_ids"),
    "sample": ("sample", "samples", "sample_idx", "indices"),
    "soft": ("soft", "soft_labels", "soft_label", "soft_targets", "votes", "human_votes", "label_counts", "label_probs",
             "label_distribution", "cifar10h_probs", "cifar10h_counts"),
    "confusion": ("confusion", "confusion_matrix", "confmat", "conf_mat", "cm", "matrix"),
    "classes": ("classes", "class_names", "classnames", "names", "label_names", "target_names"),
}  # fmt: skip

SPLITS = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "dev": "dev",
    "test": "test", "testing": "test", "holdout": "holdout", "eval": "eval",
}  # fmt: skip

_FILLER = {"last", "final", "best", "all"}
_BLOCK = re.compile(
    r"(?P<kind>prob|probs|proba|probability|p|score|scores|softmax|logit|logits)[_ .:\-\[](?P<name>.+?)\]?\Z", re.I
)

MISSING = frozenset(("", "na", "n/a", "nan", "<na>", "-1", "-1.0"))
"""How tables write "no label" and "no answer", in lower case; a class that a list names so is a class all the same."""


def normal(name: str) -> str:
    """`True Label` as `true_label`."""
    return re.sub(r"[\s\-.]+", "_", name.strip().casefold()).strip("_")


def split_name(given: str) -> str:
    """`given` as the name of a split: letters, digits, `_ + -`."""
    return re.sub(r"[^A-Za-z0-9_+-]+", "-", given).strip("-_+")[:80] or "test"


def column_roles(header: Sequence[str]) -> dict[str, str]:
    """The column of each role that a header has, by the tables above."""
    by_name: dict[str, str] = {}
    for column in header:
        by_name.setdefault(normal(column), column)
    found: dict[str, str] = {}
    for role, aliases in COLUMNS.items():
        match = next((by_name[alias] for alias in aliases if alias in by_name), None)
        if match is not None:
            found[role] = match
    return found


@dataclass(frozen=True)
class Block:
    """Columns that hold one score for each class: `kind` "scores" or "logits", and the classes' names as written."""

    kind: str
    columns: tuple[str, ...]
    names: tuple[str, ...]


def score_block(header: Sequence[str]) -> Block | None:
    """The most columns of one kind such as `prob_0 prob_1 ...`, `p_cat p_dog ...` or `logit_0 ...`; None without."""
    taken = set(column_roles(header).values())
    groups: dict[str, list[tuple[str, str]]] = {}
    for column in header:
        match = _BLOCK.match(column.strip())
        if match is not None and column not in taken:
            groups.setdefault(match["kind"].casefold(), []).append((column, match["name"].strip()))
    best = max(groups.items(), key=lambda item: len(item[1]), default=None)
    if best is None or len(best[1]) < 2:
        return None
    kind = "logits" if best[0].startswith("logit") else "scores"
    pairs = best[1]
    if all(name.isdigit() for _, name in pairs):
        pairs = sorted(pairs, key=lambda pair: int(pair[1]))
    return Block(kind, tuple(column for column, _ in pairs), tuple(name for _, name in pairs))


@dataclass(frozen=True)
class ArrayName:
    """What the name of an array or of its file says: its role, split and epoch (None = unsaid)."""

    role: str | None
    split: str | None
    epoch: int | None


def array_name(name: str) -> ArrayName:
    """Take a name such as `test_probs`, `y_val`, `epoch_3` or `labels` apart."""
    whole = normal(name)
    epoch_match = re.search(r"epoch_?(\d+)", whole)
    epoch = int(epoch_match[1]) if epoch_match else None
    rest = whole.replace(epoch_match[0], "") if epoch_match else whole
    tokens = [token for token in rest.split("_") if token]
    split = next((SPLITS[token] for token in tokens if token in SPLITS), None)
    kept = [token for token in tokens if token not in SPLITS]
    role = _role("_".join(tokens)) or _role("_".join(kept)) or _role("_".join(t for t in kept if t not in _FILLER))
    return ArrayName(role, split, epoch)


def owned_name(name: str) -> tuple[str, ArrayName]:
    """`resnet50_test_preds` as the predictions of resnet50: whose array it is, and what; an empty owner for none."""
    tokens = [token for token in normal(name).split("_") if token]
    for at in range(1, len(tokens)):
        about = array_name("_".join(tokens[at:]))
        if about.role is not None:
            owner = [token for token in tokens[:at] if token not in SPLITS]
            split = next((SPLITS[token] for token in tokens[:at] if token in SPLITS), about.split)
            return "_".join(owner), ArrayName(about.role, split, about.epoch)
    return "", array_name(name)


def _role(name: str) -> str | None:
    return next((role for role, aliases in ARRAYS.items() if name in aliases), None)
