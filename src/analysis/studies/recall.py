"""What a coded sample says about the labels of a model: precision, recall, and what it missed.

`coded` has a row a coded message: `thread_id`, `truth` (share of its coders who call it business, so 0 or 1 where they
agree), `said` (the model calls it business), `chance` (how likely it was to be drawn), `batch`, `stratum`. Only
messages drawn at random count; those a model chose for the coders say nothing about the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from analysis.studies.intervals import Interval, clopper_pearson, resampled

LEAST = 50
"""Coded messages under which no estimate is given (standard `coded_least`): one would move it by two points or more."""


def drawn(coded: pd.DataFrame) -> pd.DataFrame:
    """The rows that were drawn at random, with `weight`: how many messages of the whole each stands for.

    Several batches are pooled in proportion to their size; each is a sample of the whole of its own.
    """
    rows = coded[coded["chance"].notna() & coded["truth"].notna()]
    share = rows.groupby(rows["batch"].fillna(""))["chance"].transform("size") / max(len(rows), 1)
    return rows.assign(weight=share / rows["chance"])


def _sums(rows: pd.DataFrame) -> np.ndarray:
    """Weighted counts of business found and missed, personal called business and called personal, a row a thread."""
    truth, said, weight = (rows[name].to_numpy(float) for name in ("truth", "said", "weight"))
    parts = [truth * said, truth * (1 - said), (1 - truth) * said, (1 - truth) * (1 - said)]
    table = pd.DataFrame(np.column_stack(parts) * weight[:, None])
    return table.groupby(rows["thread_id"].to_numpy()).sum().to_numpy(float)


Measure = Callable[[np.ndarray], np.ndarray]
MEASURES: dict[str, Measure] = {
    "precision": lambda t: t[:, 0] / (t[:, 0] + t[:, 2]),
    "recall": lambda t: t[:, 0] / (t[:, 0] + t[:, 1]),
    "elusion": lambda t: t[:, 1] / (t[:, 1] + t[:, 3]),
    "prevalence": lambda t: (t[:, 0] + t[:, 1]) / t.sum(axis=1),
}
"""precision: of what is called business, how much is. recall: of what is business, how much is called so. elusion: of
what is called personal, how much is business. prevalence: how much is business at all."""


def estimates(coded: pd.DataFrame, level: float = 0.95, resamples: int = 1000, fewest: float = LEAST) -> pd.DataFrame:
    """A row is a measure: `measure`, `value`, `low`, `high`, `n_coded` messages it rests on.

    Weighted by the chance of each message to be drawn; intervals draw whole threads again. With fewer than
    `fewest` coded messages all are NaN.
    """
    rows = drawn(coded)
    on = {"precision": rows["said"].astype(bool), "recall": rows["truth"] > 0, "elusion": ~rows["said"].astype(bool)}
    found = []
    for name, measure in MEASURES.items():
        value, ends = float("nan"), Interval(float("nan"), float("nan"), level)
        if len(rows) >= fewest:
            sums = _sums(rows)
            with np.errstate(invalid="ignore", divide="ignore"):
                value = float(measure(sums.sum(axis=0, keepdims=True))[0])
            ends = resampled(sums, measure, level, resamples)
        found.append((name, value, ends.low, ends.high, int(on[name].sum()) if name in on else len(rows)))
    return pd.DataFrame(found, columns=["measure", "value", "low", "high", "n_coded"])


def strata(coded: pd.DataFrame, level: float = 0.95) -> pd.DataFrame:
    """A row is a stratum of the largest random batch: `stratum`, `said`, `n_messages` it stands for, `n_coded`,
    `n_business` (messages its coders are split about count half), `share`, `low`, `high` (Clopper-Pearson).

    The draw was at random within a stratum, so the interval holds however messages of a thread hang together.
    """  # noqa: D205
    rows = drawn(coded)
    rows = rows[rows["batch"] == rows["batch"].mode().iloc[0]] if rows["batch"].notna().any() else rows
    found = []
    for (name, said), group in rows.groupby([rows["stratum"].fillna("all"), rows["said"].astype(bool)]):
        hits, n = float(group["truth"].sum()), len(group)
        ends = clopper_pearson(math.floor(hits), n, level).low, clopper_pearson(math.ceil(hits), n, level).high
        found.append((name, said, round(float((1 / group["chance"]).sum())), n, hits, hits / n, *ends))
    return pd.DataFrame(
        found, columns=["stratum", "said", "n_messages", "n_coded", "n_business", "share", "low", "high"]
    )


def least(coded: pd.DataFrame, level: float = 0.95, fewest: float = LEAST) -> float:
    """The recall that is reached at least, at this confidence; NaN when too little was coded.

    Found and missed messages are bounded stratum by stratum, each at a level that leaves the whole at `level`
    (Bonferroni, one-sided): TP_lo / (TP_lo + FN_hi). Exact, so wider than the bootstrap.

    References
    ----------
    Losey, R. (2015). Introducing "ei-Recall": elusion interval recall.
    """
    if len(drawn(coded)) < fewest:
        return float("nan")
    table = strata(coded, 1 - 2 * (1 - level) / len(strata(coded)))
    bounds = table["low"].where(table["said"], table["high"]) * table["n_messages"]
    found, missed = bounds[table["said"]].sum(), bounds[~table["said"]].sum()
    return float(found / (found + missed)) if found + missed else float("nan")


def sentence(coded: pd.DataFrame, level: float = 0.95, fewest: float = LEAST) -> str:
    """What the sample says, in plain words."""
    low, n = least(coded, level, fewest), len(drawn(coded))
    if low != low:
        return (
            f"Cannot tell: {n} randomly drawn messages are coded, {fewest:g} are needed. Draw a batch with "
            "`offchannel review MATTER --batch 300`, have two people code it, and return it with `--apply`."
        )
    table = estimates(coded, level).set_index("measure")["value"]
    return (
        f"With {level:.0%} confidence the labels find at least {low:.0%} of the business messages "
        f"(best estimate {table['recall']:.0%}); of what they call personal, about {table['elusion']:.1%} is business "
        f"after all. This rests on {n} messages drawn at random and coded by people."
    )
