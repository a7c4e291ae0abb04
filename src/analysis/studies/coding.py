"""Two coders: how far they agree beyond chance, and where they do not."""

from __future__ import annotations

from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd

from analysis.studies.intervals import resampled


def pairs(judged: pd.DataFrame) -> pd.DataFrame:
    """A row is a message two coders judged: `message_id`, `thread_id`, `coder_a`, `label_a`, `coder_b`, `label_b`."""
    said = judged.dropna(subset="thread_id").sort_values(["message_id", "coder"])
    rows = [
        (message, thread, *one, *other)
        for (message, thread), group in said.groupby(["message_id", "thread_id"])
        for one, other in combinations(zip(group["coder"], group["label"], strict=True), 2)
    ]
    return pd.DataFrame(rows, columns=["message_id", "thread_id", "coder_a", "label_a", "coder_b", "label_b"])


def agreement(judged: pd.DataFrame, level: float = 0.95, resamples: int = 1000) -> pd.DataFrame:
    """A row is a pair of coders: `n_messages` both judged, `n_differ`, `agree_share`, `kappa`, `low`, `high`.

    Kappa is Cohen's: (observed - expected) / (1 - expected) agreement, `unsure` being an answer like any other; its
    interval draws threads again. It measures agreement, not truth: two coders may share an error.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educ. and Psych. Measurement 20, 37-46.
    """
    rows = []
    for (one, other), group in pairs(judged).groupby(["coder_a", "coder_b"]):
        sums, n_labels = _table(group)
        total = sums.sum(axis=0, keepdims=True)
        ends = resampled(sums, partial(_kappa, n_labels=n_labels), level, resamples)
        agree = int((group["label_a"] == group["label_b"]).sum())
        kappa = float(_kappa(total, n_labels)[0])
        rows.append((f"{one} and {other}", len(group), len(group) - agree, agree / len(group), kappa, *ends[:2]))
    return pd.DataFrame(rows, columns=["coders", "n_messages", "n_differ", "agree_share", "kappa", "low", "high"])


def _table(group: pd.DataFrame) -> tuple[np.ndarray, int]:
    """Counts of each pair of labels by thread, a row a thread."""
    labels = sorted(set(group["label_a"]) | set(group["label_b"]))
    code = {label: place for place, label in enumerate(labels)}
    cells = group["label_a"].map(code) * len(labels) + group["label_b"].map(code)
    counted = pd.crosstab(group["thread_id"], cells).reindex(columns=range(len(labels) ** 2), fill_value=0)
    return counted.to_numpy(float), len(labels)


def _kappa(sums: np.ndarray, n_labels: int) -> np.ndarray:
    square = sums.reshape(-1, n_labels, n_labels) / sums.sum(axis=1)[:, None, None]
    observed = np.trace(square, axis1=1, axis2=2)
    expected = (square.sum(axis=1) * square.sum(axis=2)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((observed - expected) / (1 - expected))


def disagreements(judged: pd.DataFrame) -> pd.DataFrame:
    """Rows of `pairs` in which the two labels differ: for a third coder to settle."""
    both = pairs(judged)
    return both[both["label_a"] != both["label_b"]].reset_index(drop=True)


def kept(rows: pd.DataFrame) -> pd.DataFrame:
    """A row is a reason to keep messages from reviewers (`review.kept`): `why`, `n_messages`, `n_threads`."""
    counted = rows.groupby("why").agg(n_messages=("message_id", "count"), n_threads=("thread_id", "nunique"))
    return counted.reset_index()


def batches(judged: pd.DataFrame) -> pd.DataFrame:
    """A row is a batch, how it was drawn, a coder: `n_judged`, `n_business`, `n_personal`, `n_unsure`, `n_unmatched`.

    Unmatched: the tables hold no such message (any more).
    """
    rows = judged.assign(batch=judged["batch"].fillna("none"), design=judged["design"].fillna("none"))
    flags = {f"n_{label}": rows["label"] == label for label in ("business", "personal", "unsure")}
    rows = rows.assign(n_judged=1, **flags, n_unmatched=rows["thread_id"].isna())
    columns = ["n_judged", *flags, "n_unmatched"]
    return rows.groupby(["batch", "design", "coder"])[columns].sum().astype("int64").reset_index()
