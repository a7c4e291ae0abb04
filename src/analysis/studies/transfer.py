"""Whether what people taught the labels holds elsewhere: in other conversations, for other custodians, at other times.

`worded`: `relations.worded`, a row a coded message with its text. Everything here is learned from words alone, so that
what stands around a message cannot hide how far its wording carries. Cannot show: how it does on what nobody coded.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import numpy as np
import pandas as pd

from analysis.sensitivity import business_model
from analysis.studies.intervals import SEED, resampled
from analysis.studies.recall import drawn

FOLDS = 5
LEAST, EACH = 25, 5
"""Coded messages of a custodian, and of each kind, from which a model is taught or measured there (standards
`transfer_coded`, `transfer_coded_each`): with fewer, one message would move the result by a tenth."""
LEAST_DRIFT = 15
"""Coded messages of a period or custodian under which no drift is looked for (standard `drift_coded`)."""
DRIFT = 0.05
"""Distance between scores and coders, on average, under which a clear difference is too small to matter (standard
`drift_gap`)."""
Standard = Callable[[str, float], float]
"""`matter.standard`: the matter's own threshold of a name, else the one given."""


def _ours(name: str, default: float) -> float:
    return default


def auc(business: np.ndarray, margins: np.ndarray) -> float:
    """How often a business message scores above a personal one, ties counting half; NaN without both kinds."""
    from scipy.stats import rankdata

    n, of = int(business.sum()), len(business)
    if not 0 < n < of:
        return float("nan")
    return float((rankdata(margins)[business].sum() - n * (n + 1) / 2) / (n * (of - n)))


def grouped(worded: pd.DataFrame, level: float = 0.95, resamples: int = 1000) -> pd.DataFrame:
    """A row is a way to hold messages out: `held_out`, `n_groups`, `n_messages`, `auc`, `low`, `high`.

    By conversation the model may know the custodian's manner from elsewhere, by custodian it may not: the difference is
    what to expect of a phone nobody coded. Intervals draw whole conversations again.
    """
    from sklearn.model_selection import GroupKFold

    business, texts = _truth(worded), worded["text"].to_numpy(object)
    start = business_model.starting()
    ways = [("nothing learned here: the starting model", "", start.margins(texts.tolist()))]
    for name, by in (("whole conversations", "thread_id"), ("whole custodians", "custodian_id")):
        groups = worded[by].fillna("").to_numpy(object)
        if len(set(groups)) < FOLDS:
            continue
        margins = np.zeros(len(worded))
        for known, left in GroupKFold(FOLDS).split(texts, business, groups):
            margins[left] = _taught(texts[known], business[known]).margins(texts[left].tolist())
        ways.append((name, by, margins))
    rows = []
    for name, by, margins in ways:
        ends = _interval(business, margins, worded["thread_id"].to_numpy(object), level, resamples)
        n_groups = worded[by].nunique() if by else 0
        rows.append((name, n_groups, len(worded), auc(business, margins), *ends))
    return pd.DataFrame(rows, columns=["held_out", "n_groups", "n_messages", "auc", "low", "high"])


def across(worded: pd.DataFrame, standard: Standard = _ours) -> pd.DataFrame:
    """A row is a custodian learned from: `learned_from`, `n_messages`, and a column for each measured on: the AUC.

    Custodians with fewer than `LEAST` coded messages, or `EACH` of a kind, are left out; so are the diagonal, and pairs
    with fewer than `EACH` of a kind outside the conversations they share.
    """
    kinds = worded.assign(business=_truth(worded)).groupby("custodian_id")["business"].agg(["sum", "size"])
    least, each = standard("transfer_coded", LEAST), standard("transfer_coded_each", EACH)
    enough = kinds[(kinds["size"] >= least) & (kinds["sum"] >= each) & (kinds["size"] - kinds["sum"] >= each)].index
    parts = {name: worded[worded["custodian_id"] == name] for name in enough}
    made = pd.DataFrame({"learned_from": list(parts), "n_messages": [len(part) for part in parts.values()]})
    made = made.set_index("learned_from").reindex(columns=["n_messages", *parts])
    models = {name: _taught(part["text"], _truth(part)) for name, part in parts.items()}
    for one, other in permutations(parts, 2):
        there = parts[other]
        there = there[~there["thread_id"].isin(parts[one]["thread_id"])]
        if min(_truth(there).sum(), (~_truth(there)).sum()) >= each:
            made.loc[one, other] = auc(_truth(there), models[one].margins(there["text"].tolist()))
    return made.reset_index()


def quarters(worded: pd.DataFrame) -> pd.Series:
    """The quarter each message was sent in, UTC; unknown where its time is."""
    at = worded["sent_at"]
    name: pd.Series = at.dt.year.astype("str") + "Q" + at.dt.quarter.astype("str")
    return name.where(at.notna(), "unknown")


def drift(
    worded: pd.DataFrame, by: pd.Series, level: float = 0.95, resamples: int = 1000, standard: Standard = _ours
) -> pd.DataFrame:
    """A row is a value of `by` (a quarter, a custodian): `n_coded`, `coded_share` and `score_share` of business, `gap`
    between them with `low` and `high`, and `warning`.

    Messages drawn at random only, each weighted by its chance; intervals draw conversations again, and are widened for
    the number of rows (Bonferroni). A warning stands where the interval leaves zero out and the gap is `DRIFT` or more:
    there the model means something else by its scores than elsewhere.
    """  # noqa: D205
    rows, least, far = drawn(worded).assign(by=by), standard("drift_coded", LEAST_DRIFT), standard("drift_gap", DRIFT)
    level, found = 1 - (1 - level) / max((rows["by"].value_counts() >= least).sum(), 1), []
    for name, part in rows.groupby("by", sort=True):
        weight, truth = part["weight"].to_numpy(float), part["truth"].to_numpy(float)
        score, gap, ends = part["score"].to_numpy(float), float("nan"), (float("nan"), float("nan"))
        if len(part) >= least:
            gap = float(weight @ (score - truth) / weight.sum())
            sums = pd.DataFrame({"gap": weight * (score - truth), "of": weight}).groupby(part["thread_id"].to_numpy())
            ends = resampled(sums.sum().to_numpy(), lambda t: t[:, 0] / t[:, 1], level, resamples)[:2]
        clear = ends[0] > 0 or ends[1] < 0
        word = "cannot tell" if gap != gap else "check anew" if clear and abs(gap) >= far else "none"
        shares = weight @ truth / weight.sum(), weight @ score / weight.sum()
        found.append((str(name), len(part), *shares, gap, *ends, word))
    columns = ["of", "n_coded", "coded_share", "score_share", "gap", "low", "high", "warning"]
    return pd.DataFrame(found, columns=columns)


def telling(worded: pd.DataFrame, most: int = 8) -> pd.DataFrame:
    """A row is a message its coders call business: half those the words speak loudest for, half those against.

    `message_id`, `opens`, `margin` (of the words; positive for business), `text`, `spans` (start, end, weight).
    Taught by all coded messages, this one among them: it explains the model, it does not measure it.
    """
    business = worded[_truth(worded)]
    if business.empty or _truth(worded).all():
        return pd.DataFrame(columns=["message_id", "opens", "margin", "text", "spans"])
    model = _taught(worded["text"], _truth(worded))
    rows = business.assign(margin=model.margins(business["text"].tolist())).sort_values(["margin", "message_id"])
    rows = rows.drop_duplicates("text")
    half = min(most // 2, len(rows) // 2)
    rows = pd.concat([rows.iloc[::-1].head(half), rows.head(half)])
    spans = pd.Series([business_model.spans(model, text) for text in rows["text"]], rows.index, dtype=object)
    rows = rows.assign(spans=spans, opens="threads/" + rows["thread_id"] + ".html#m-" + rows["message_id"])
    return rows[["message_id", "opens", "margin", "text", "spans"]].reset_index(drop=True)


def _truth(worded: pd.DataFrame) -> np.ndarray:
    return (worded["truth"] > 0.5).to_numpy()


def _taught(texts: pd.Series | np.ndarray, business: np.ndarray) -> business_model.Model:
    return business_model.learned(list(texts), business, business_model.starting())


def _interval(
    business: np.ndarray, margins: np.ndarray, threads: np.ndarray, level: float, resamples: int
) -> tuple[float, float]:
    codes, names = pd.factorize(threads)
    random, found = np.random.default_rng(SEED), []
    for _ in range(resamples if len(names) > 1 else 0):
        times = np.bincount(random.integers(0, len(names), len(names)), minlength=len(names))[codes]
        found.append(auc(np.repeat(business, times), np.repeat(margins, times)))
    values = np.array(found)[np.isfinite(found)] if found else np.array([np.nan])
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2]) if len(values) else (np.nan, np.nan)
    return float(low), float(high)
