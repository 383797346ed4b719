"""Explained documents: JSON lines of sentences, words and weights, as `clftui.data.weighted_text` reads them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from clftui.logger.extras import plain_name
from clftui.logger.held import held
from clftui.logger.values import Refusal, labels, row_numbers, to_numpy
from clftui.schema import EXPLANATIONS_FOLDER, SAMPLE
from clftui.storage import append_lines, dump_json


def text_file(run: Path, method: str, split: str) -> Path:
    return run / EXPLANATIONS_FOLDER / plain_name("method", method) / f"{split}.jsonl"


def add_texts(
    path: Path,
    sample: object,
    texts: Iterable[Sequence[Any]],
    *,
    target: object,
    epoch: int,
    classes: Mapping[str, int],
) -> None:
    """Append one line for each document; all are checked before any is written."""
    documents = list(texts)
    rows = row_numbers(sample, len(documents)).tolist()
    given = to_numpy(target)
    wanted = labels("target", given.reshape(1) if given.ndim == 0 else given, classes).tolist()
    if len(wanted) not in (1, len(rows)):
        raise Refusal("target", f"has {len(wanted):,} classes", "pass one class, or one for each document")
    wanted = wanted * len(rows) if len(wanted) == 1 else wanted
    lines = [
        dump_json({SAMPLE: row, "epoch": epoch, "target": cls, "sentences": _sentences(document)})
        for row, cls, document in zip(rows, wanted, documents, strict=True)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    with held(path):
        append_lines(path, lines, sync=True)


def _sentences(document: Sequence[Any]) -> list[dict[str, object]]:
    """The document as the format has it; bare (word, weight) pairs are one sentence."""
    pieces = list(document)
    if pieces and all(_is_word(piece) for piece in pieces):
        pieces = [pieces]
    return [_sentence(piece) for piece in pieces]


def _sentence(piece: Any) -> dict[str, object]:
    if isinstance(piece, Mapping):
        words, weight = piece.get("words"), piece.get("weight")
    else:
        words, weight = piece, None
    if not isinstance(words, Sequence) or isinstance(words, str) or not all(_is_word(word) for word in words):
        raise Refusal("texts", f"has the sentence {piece!r:.60}", 'pass (word, weight) pairs, or {"words", "weight"}')
    sentence: dict[str, object] = {"words": [[str(word), _finite(value)] for word, value in words]}
    return sentence if weight is None else sentence | {"weight": _finite(weight)}


def _is_word(piece: object) -> bool:
    return isinstance(piece, (tuple, list)) and len(piece) == 2 and isinstance(piece[0], str)


def _finite(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise Refusal("texts", f"has the weight {value!r:.40}", "pass a number for every word") from None
    if not math.isfinite(number):
        raise Refusal("texts", f"has the weight {number}", "pass finite weights")
    return number
