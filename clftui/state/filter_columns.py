"""What an expression may name of the samples themselves."""

from __future__ import annotations

COLUMNS: dict[str, str] = {
    "true": "name of the true class",
    "predicted": "name of the predicted class",
    "confidence": "score of the predicted class",
    "true_score": "score of the true class",
    "true_rank": "rank of the true class, 1 = first",
    "loss": "loss of the sample",
    "wrong": "predicted is not true",
    "right": "predicted is true",
    "id": "the sample's id",
    "soft_true": "share that the true class has in the soft labels",
    "soft_predicted": "share that the predicted class has in the soft labels",
}
"""What an expression may name, besides the columns of the sample table."""
